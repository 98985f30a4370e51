"""Jobs and schedules as apps declare them.

@schedule(Monthly(day=1, at=time(6)))
@job("statement.draft_all", title=_("Draft the statements of the past month"))
def draft_all(job: Running, *, actor: Actor) -> None:
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guanbao.platform.access.permissions import Permission
from guanbao.platform.tasks.errors import JobTwice, JobUndeclared
from guanbao.platform.tasks.whens import When

Work = Callable[..., Any]
_JOBS: dict[str, Declared] = {}
_SCHEDULES: dict[str, When] = {}


@dataclass(frozen=True)
class Declared:
    """A kind of job: what it is called, what does it, how often it is tried, what whoever asks must be allowed."""

    kind: str
    title: str
    work: Work
    attempts: int
    permission: Permission | None
    outcome: str


def job(
    kind: str, *, title: str, attempts: int = 5, permission: Permission | None = None, outcome: str = ""
) -> Callable[[Work], Work]:
    """Declare a function `f(job: Running, *, actor, **arguments)` as a job; what it returns is kept, as JSON.

    Of a mapping that it returns, `outcome`, an English sentence, tells the reader; `url` in it leads to the result.

    It runs outside any transaction, and may run again after a crash: what it did before must do no harm then.
    Errors that state a fact (GuanbaoError, ValidationError) end it; any other is tried again, `attempts` times in all.

    Raises:
        JobTwice.
    """

    def declared(work: Work) -> Work:
        if kind in _JOBS:
            raise JobTwice(kind=kind)
        _JOBS[kind] = Declared(kind, title, work, attempts, permission, outcome)
        return work

    return declared


def schedule(when: When) -> Callable[[Work], Work]:
    """Declare that the job below runs by itself, as the system and without arguments; it stands above `@job`.

    Raises:
        JobUndeclared: there is none below.
    """

    def declared(work: Work) -> Work:
        kind = next((each.kind for each in _JOBS.values() if each.work is work), None)
        if kind is None:
            raise JobUndeclared(kind=work.__name__)
        _SCHEDULES[kind] = when
        return work

    return declared


def job_named(kind: str) -> Declared:
    """The kind of that name. Raises JobUndeclared."""
    if kind not in _JOBS:
        raise JobUndeclared(kind=kind)
    return _JOBS[kind]


def job_title(kind: str) -> str:
    """What a kind is called; its name, where no app declares it any more."""
    return str(_JOBS[kind].title) if kind in _JOBS else kind


def job_outcome(kind: str) -> str:
    """The sentence that tells what came of a job of that kind, if there is one."""
    return _JOBS[kind].outcome if kind in _JOBS else ""


def schedules() -> dict[str, When]:
    """Every schedule, by the kind that it starts."""
    return dict(sorted(_SCHEDULES.items()))
