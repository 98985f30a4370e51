"""Measures: which records count, and which of those are in target.

- `catalogue`: `@measure`, parameters, `Labels`, `MEASURES`
- `frames`: the records as a measure sees them; `clocks`: working time, pauses, changes of priority
- `contact`, `ticket`, `complaint`: the measures
"""

from guanbao.engine.measures import complaint, contact, ticket
from guanbao.engine.measures.catalogue import MEASURES, Measure, measure, measure_named

__all__ = ["MEASURES", "Measure", "complaint", "contact", "measure", "measure_named", "ticket"]
