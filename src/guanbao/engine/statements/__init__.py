"""Statements: a service level held against records.

- `periods`, `levels`: what the file and the option say
- `engines`: DuckDB or Spark; `figures`: labels and their sums; `known`: what `as_of` hides
- `money`: exact quotients, attainment, score, credits
- `statement`: the JSON with its digests; `signing`: signatures; `verify`: recomputing somebody's statement
"""
