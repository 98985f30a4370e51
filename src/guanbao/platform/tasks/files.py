"""Files that jobs make: for who asked for them, for a day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.models import Job

KEPT = timedelta(days=1)
_KEYS, _AT_ONCE = ".keys", 500


class Made(NamedTuple):
    """A file that a job made, when, and what the job was asked for."""

    file: Path
    at: datetime
    arguments: dict[str, str]

    def holds_only(self, rows: QuerySet[Any]) -> bool:
        """Whether every row that the file was made of is still among these: rights may have ended since."""
        keys = json.loads(self.file.with_suffix(_KEYS).read_text(encoding="ascii"))
        parts = (keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE))
        return all(rows.filter(pk__in=part).count() == len(part) for part in parts)


def job_file(number: int) -> Path:
    """Where the file of a job lies."""
    folder: Path = settings.HOME / "files" / "exports"
    return folder / str(number)


@contextmanager
def job_file_writing(number: int) -> Iterator[Path]:
    """A file to write to, which takes its place when all within is done."""
    file = job_file(number)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    yield unfinished
    unfinished.replace(file)


def job_file_keys(file: Path, keys: Sequence[int]) -> None:
    """Keep beside a file that is being written the keys of the rows that it is made of."""
    file.with_suffix(_KEYS).write_text(json.dumps(list(keys)), encoding="ascii")


def job_file_own(*, actor: Actor, kind: str, number: int) -> Made | None:
    """The file that a job of that kind made for this actor, if it still lies there."""
    own = Job.objects.filter(kind=kind, person=actor.person_id or 0, organisation=actor.organisation_id or 0)
    job = own.filter(pk=number, state=State.DONE, finished_at__gt=timezone.now() - KEPT).first()
    if job is None or job.finished_at is None or not job_file(number).is_file():
        return None
    return Made(job_file(number), job.finished_at, job.arguments)
