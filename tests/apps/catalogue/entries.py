"""What a service is entered with."""

from datetime import date

SINCE = date(2026, 1, 1)
CALLS = {
    "code": "CC-1",
    "name": "Call centre",
    "kind": "back_office.call_centre",
    "personnel": "contractor",
    "site": "institution",
    "since": SINCE,
}
