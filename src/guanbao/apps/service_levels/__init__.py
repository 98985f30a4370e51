"""Service levels: what was promised, what the records say was reached, and what is owed for it.

Owns working calendars, service levels with their terms, versioned and each in force from a month; imports of the
contractor's records; statements (服务级别考核单) with their remarks; exclusions, which one side proposes and the other
decides; and the amounts that follow per contract month. Every figure is the engine's: nothing is computed here.
Refuses to change a service level in force, a statement, or an amount: each is followed by a new one instead.

- `documents`: rows as the engine's own file form; `computing`: the engine, run on an arrangement's store
- `services`: writes; `selectors`: reads; `jobs`: what runs in the background; `pages`: what is shown; `api`: uploads
"""
