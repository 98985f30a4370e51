"""People: who belongs to an organisation and which roles they hold, for its administrator.

Owns no tables: people and memberships are identity's, roles and grants are access's. Refuses whatever reaches beyond
the administrator's own organisation.
"""
