"""Initiatives: why something is outsourced, before anybody is asked for an offer.

Owns the institution's outsourcing strategy with its targets and their review, the library of its rules, and of each
arrangement the check of its scope, the rounds of its requirement and its business case with costs, candidates and
duties. What it knows holds an arrangement at scope, requirement and initiation until it is there, signed and approved.
Refuses to change what was signed, and a second accountable for one activity.
"""
