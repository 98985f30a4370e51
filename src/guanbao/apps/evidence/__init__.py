"""Evidence: the ledger as its readers see it, and what is handed out of it.

Owns no tables: entries and checkpoints are the platform's. Refuses entries of another institution, to a contractor
whatever it did not do itself, and to an administrator whatever is not about people and their rights.
"""
