"""`guanbao worker` and `guanbao serve` as processes."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

GUANBAO = Path(sys.executable).with_name("guanbao")


@pytest.fixture
def house(tmp_path):
    """An installation, and its environment."""
    env = os.environ | {"GUANBAO_HOME": str(tmp_path), "DATABASE_URL": "", "GUANBAO_LANG": "en"}
    subprocess.run([GUANBAO, "init"], env=env, check=True, capture_output=True)
    return tmp_path, env


def schedules(folder):
    with closing(sqlite3.connect(folder / "guanbao.sqlite3", timeout=20)) as database:
        return database.execute("SELECT count(*) FROM tasks_schedule").fetchone()[0]


def children_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(each) for each in found.split()]


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it did not come to pass within a minute"
        time.sleep(0.1)


def test_a_worker_once_does_what_is_due_and_ends(house):
    folder, env = house
    subprocess.run([GUANBAO, "worker", "--once"], env=env, check=True, timeout=60)
    assert schedules(folder) >= 1


def test_check_names_what_is_unsafe_in_both_languages(house):
    _, env = house
    said = {}
    for language in ("en", "zh"):
        done = subprocess.run(
            [GUANBAO, "check", "--lang", language], env=env, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (1, "")
        said[language] = done.stdout
    assert "Put HTTPS before it and set GUANBAO_HTTPS=1." in said["en"]
    assert "请在前面部署 HTTPS，并设置 GUANBAO_HTTPS=1。" in said["zh"]
    assert len(said["en"].splitlines()) == len(said["zh"].splitlines())
    assert "secret.key" not in said["en"], "what init made is for its owner's eyes only"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_serve_works_in_the_background_too_and_leaves_nobody_behind(house, end):
    folder, env = house
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen([GUANBAO, "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: schedules(folder) >= 1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=30) as page:
            assert page.status == 200
        children = children_of(served.pid)
        assert children
        served.send_signal(end)
        served.wait(timeout=60)
        wait_for(lambda: all(gone(child) for child in children))
    finally:
        served.kill()
        served.wait()
