"""Access: what an actor may see and do, answered by one function for pages, API, search, exports and files alike.

Owns permissions (declared by apps), roles (data: packs and what an institution adds) and grants (a role to a person,
within a scope, from a day to a day). `reach` answers; nothing else decides. It refuses what is not granted, and what
is not yours answers as what does not exist.
"""
