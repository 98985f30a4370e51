"""Writes of duties: arming, keeping, reminding."""
