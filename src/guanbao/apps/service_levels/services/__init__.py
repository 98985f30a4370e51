"""Writes of service levels, each with its event in the ledger: `levels`, `imports`, `statements`, `exclusions`."""
