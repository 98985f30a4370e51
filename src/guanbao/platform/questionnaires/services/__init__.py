"""Writes of questionnaires, each with its event in the ledger. The issue is locked first, then its answers."""
