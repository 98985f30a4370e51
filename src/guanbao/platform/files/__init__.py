"""Files: documents attached to records, kept so that they prove something.

Owns documents (a row for each version: kind, digest, who may see it, how long it is kept), their bytes (encrypted, in a
folder or a bucket), the keys that wrap theirs, and what apps attached documents to. Refuses what is not of an allowed
type by its content, archives that grow or escape, to hand out what no scanner or named person found clean, and to
destroy what must still be kept or what one person alone wants gone. Knows records only by what their app registered.
"""
