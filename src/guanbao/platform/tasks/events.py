"""What happens to jobs, as the ledger tells it. Arguments are not recorded: what a job does has its own events."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_JOB = ("kind", "attempts")

JOB_STARTED = declare(
    "job.started", en="{actor} started {kind} in the background", zh="{actor}发起了后台作业 {kind}", clear=_JOB
)
JOB_RESTARTED = declare(
    "job.restarted", en="{actor} had the job {kind} run again", zh="{actor}重新执行了后台作业 {kind}", clear=_JOB
)
JOB_FAILED = declare(
    "job.failed",
    en="The job {kind} of {actor} failed after {attempts} attempts",
    zh="{actor}的后台作业 {kind} 在尝试 {attempts} 次后失败",
    clear=_JOB,
)
