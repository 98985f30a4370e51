"""Measures of complaints."""

from __future__ import annotations

from typing import Literal

from guanbao.engine.language import _ as title_
from guanbao.engine.measures.catalogue import Direction, Labels, Unit, measure
from guanbao.engine.measures.frames import Complaints

By = Literal["opened", "resolved", "closed"]
_ISO = "ISO 10002:2018, 8.2 analysis and evaluation of complaints"


@measure(
    "complaint.count",
    title=title_("Complaints"),
    unit=Unit.COUNT,
    direction=Direction.LOWER,
    formula=title_("complaints of the period"),
    source=_ISO,
)
def count(complaints: Complaints, *, by: By = "opened") -> Labels:
    """Complaints of the period."""
    return Labels(counted=None, total=True)


@measure(
    "complaint.timely",
    title=title_("Complaints answered in time"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("complaints that came marked as timely ÷ complaints that came with a mark"),
    source=f"{_ISO}; the source's own verdict",
)
def timely(complaints: Complaints, *, by: By = "opened") -> Labels:
    """Share of complaints that the source marks as answered in time."""
    return Labels(counted=complaints.timely.notnull(), hit=complaints.timely)
