"""Records: what the contractor did, read from its files, checked, kept.

- `datasets`: the canonical datasets and their columns
- `sources`: files as rows of text with their line numbers; `texts`, `structured`: how each format is read
- `mappings`: how a source's columns become ours (YAML)
- `conform`: rows of text become typed rows; what cannot is named
- `batch`: what is new, folded, digested
- `store`: Delta tables and the manifest over them
- `imports`: the verbs: `records_import`, `records_read`, `records_open`
"""
