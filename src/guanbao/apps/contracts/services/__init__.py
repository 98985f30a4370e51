"""Writes of contracts, each with its event in the ledger."""
