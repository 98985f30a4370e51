"""Jobs of these tests, declared and forgotten."""

import pytest

from guanbao.platform.tasks import declaring
from guanbao.platform.tasks.running import job_run


@pytest.fixture
def declared(monkeypatch):
    """Declare jobs for one test."""
    monkeypatch.setattr(declaring, "_JOBS", dict(declaring._JOBS))
    monkeypatch.setattr(declaring, "_SCHEDULES", {})
    return declaring


@pytest.fixture
def run():
    """Run a job as a worker does, and read it anew."""

    def through(job):
        job_run(job.pk)
        job.refresh_from_db()
        return job

    return through
