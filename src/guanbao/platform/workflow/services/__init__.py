"""Writes of workflow, each with its event in the ledger.

Locks are taken in one order: the record, its approval, the task, the ledger. Whoever changes the record takes them so
too, as what watches the ledger looks at the approval before the entry takes its place.
"""
