"""Contracts (合同): from the first draft to the seal, with whom, on which terms, and what hangs on their dates.

Owns contracts and their clauses, signatories, uses of the seal, confidentiality agreements. Clauses come from a library
in the packs, which says which demand of which rule each of them meets; what an arrangement is decides what is demanded.
Refuses a signature while a demanded clause is missing, approval, seal or report is not there, or a gate is shut.
"""
