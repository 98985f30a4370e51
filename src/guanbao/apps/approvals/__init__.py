"""Approvals: what people are asked to decide, as they see it, on pages of their own and on the records' pages.

Owns no tables: approvals, tasks and models are the platform's. Refuses all of it to contractors' people.
"""
