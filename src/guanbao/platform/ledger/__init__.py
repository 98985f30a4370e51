"""The ledger: what happened, in an order that nobody can change afterwards without being found out.

Owns the types of events (declared by apps in their `events`), the entries (leaves of a Merkle tree as in RFC 9162),
and the signed checkpoints over them. An entry is written in the transaction of the change that it tells of: both
stand, or neither does. The database refuses to change or remove entries; `verify` finds it where that was got round.
It refuses values that an event's type does not name: of those an entry says only that they changed.
"""
