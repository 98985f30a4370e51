"""From a contractor's raw records to a statement that anyone can recompute. No web framework, no console.

Read the folders in this order; each uses only those before it:

- `errors`, `language`: what can be wrong, and in whose language it is said
- `documents`: YAML files with the line and column of every value
- `expressions`: the small, safe part of SQL that service levels and mappings may use
- `calendars`: working time between two instants
- `records`: canonical datasets, mappings, imports, the store
- `measures`: the catalogue: which records count, which are in target
- `statements`: service levels, figures, credits, digests, signatures
- `reports`: a statement as page, workbook and labelled records
"""
