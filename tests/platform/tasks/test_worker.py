"""Workers as real processes, each test in an installation of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

CREW = Path(__file__).parent / "crew.py"


class Crew:
    """Starts the program of this test."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.call("init")

    def start(self, *words):
        made = subprocess.Popen([sys.executable, CREW, self.folder, *words], stdout=subprocess.PIPE, text=True)
        self.started.append(made)
        return made

    def call(self, *words):
        made = self.start(*words)
        out, _ = made.communicate(timeout=120)
        assert made.returncode == 0
        return out.split()

    def said(self, name):
        file = self.folder / name
        return file.read_text().split() if file.exists() else []

    def states(self):
        """State and attempts of each job that an earlier call asked for."""
        with sqlite3.connect(self.folder / "guanbao.sqlite3", timeout=20) as database:
            query = "SELECT state || ':' || attempts FROM tasks_job WHERE kind LIKE 'crew.%' ORDER BY id"
            found = [row[0] for row in database.execute(query)]
        database.close()
        return found

    def wait_for(self, condition):
        until = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < until, "it did not come to pass within a minute"
            time.sleep(0.05)


@pytest.fixture
def crew(tmp_path):
    made = Crew(tmp_path)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_what_a_killed_worker_left_is_done_once_by_another(crew):
    crew.call("ask")
    first = crew.start("work")
    crew.wait_for(lambda: crew.said("begun"))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    crew.start("work")
    crew.wait_for(lambda: crew.said("ended"))
    crew.wait_for(lambda: crew.states() == ["done:2"])
    time.sleep(2)  # longer than a job may be without a sign of life
    assert crew.states() == ["done:2"]
    assert (len(crew.said("begun")), len(crew.said("ended"))) == (2, 1)


def test_a_worker_that_is_told_to_end_hands_its_job_back(crew):
    crew.call("ask")
    first = crew.start("gentle")
    crew.wait_for(lambda: crew.said("begun"))
    first.terminate()
    assert first.wait(timeout=30) == 0
    assert crew.states() == ["waiting:0"], "the attempt does not count"
    crew.folder.joinpath("go").touch()
    crew.call("work", "--once")
    assert crew.states() == ["done:1"]


def test_a_job_that_beats_is_not_taken_for_dead(crew):
    crew.call("ask")
    crew.start("work")
    crew.wait_for(lambda: crew.said("begun"))
    crew.start("work")
    time.sleep(3)  # twice what a job may be without a sign of life
    crew.folder.joinpath("go").touch()
    crew.wait_for(lambda: crew.states() == ["done:1"])
    assert len(crew.said("begun")) == 1


def test_a_schedule_starts_once_however_many_workers_look(crew):
    crew.call("due")
    for _ in range(3):
        crew.start("work")
    crew.wait_for(lambda: crew.said("rung"))
    time.sleep(2)
    assert crew.said("rung") == ["rung"]
    assert crew.states() == ["done:1"]


def test_web_and_worker_write_at_once(crew):
    """200 services beside a worker that polls and beats: nobody is told that the database is locked."""
    crew.call("ask")
    crew.start("work")
    crew.wait_for(lambda: crew.said("begun"))
    writers = [crew.start("write") for _ in range(2)]
    assert [writer.wait(timeout=240) for writer in writers] == [0, 0]
    crew.folder.joinpath("go").touch()
    crew.wait_for(lambda: crew.states() == ["done:1"])
