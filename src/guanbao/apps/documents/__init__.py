"""Documents: what is attached to records, as its readers see it: lists, panels, sending, fetching, destroying.

Owns no tables: documents are the platform's. Refuses to show anything inline, whatever its type. Knows no other app:
each attaches documents to its records by itself.
"""
