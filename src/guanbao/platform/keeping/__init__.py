"""What is kept so that a later request finds it: how somebody likes to see a list, what was done once already.

Owns saved views of lists, the digests of files that were imported, and answers to requests that may come again. Knows
lists by their names alone. It refuses to do twice what a file's bytes or a caller's key says is the same.
"""
