"""Identity: who people are, whose they are, and that they left.

Owns organisations (the tenants: institutions and contractors), people, machines' accounts and memberships. What
they may do is access's; what an institution or contractor otherwise is, an app's.
"""
