"""Duties as people see them: a month of them, lists, what is one's own, and addresses of calendars to subscribe to.

Owns no tables: duties are the platform's. Adds to arrangements what the outsourcing office writes or starts from the
pack of templates. Refuses to tell a contractor who in the institution has to do something, and why it was let off.
"""
