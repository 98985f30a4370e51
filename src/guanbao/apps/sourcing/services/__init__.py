"""Writes of sourcing, by noun, each with its event in the ledger."""
