"""`guanbao worker`, and the worker that `guanbao serve` runs beside itself."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.setting_up import django_ready
from guanbao.cli.speech import _

_GRACE_S = 30  # for the job at hand to come to its next step
_PAUSE_S = 5  # before a worker that died is replaced


def add(app: typer.Typer) -> None:
    """Register the verb."""

    @app.command(help=_("Do what waits in the background, and start what is due by itself."))
    def worker(
        once: Annotated[bool, typer.Option("--once", help=_("Do what is due now, then end."))] = False,
    ) -> None:
        """Work until it is stopped."""
        if not once:
            speech.out.print(_("Working in the background; Ctrl-C ends it."), markup=False)
        work_here(once=once)


def work_here(*, once: bool = False) -> None:
    """Work in this process until it is told to end, or its parent is gone."""
    django_ready()
    from guanbao.platform.tasks.running import STOPPING
    from guanbao.platform.tasks.working import work

    def stop(number: int, _frame: object) -> None:
        STOPPING.set()
        signal.signal(number, signal.SIG_DFL)  # told twice it ends at once

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def outlive() -> None:
            wait([parent.sentinel])
            STOPPING.set()

        threading.Thread(target=outlive, daemon=True).start()
    work(once=once, wait=STOPPING.wait)


@contextmanager
def working_beside() -> Iterator[None]:
    """A worker in a process of its own, replaced where it dies, gone with the end of the block."""
    ending = threading.Event()
    keeper = threading.Thread(target=_keep, args=(ending,))
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()


def _keep(ending: threading.Event) -> None:
    spawn = multiprocessing.get_context("spawn")  # a fork would share the server's connections
    while not ending.is_set():
        child = spawn.Process(target=work_here)
        child.start()
        while child.is_alive() and not ending.is_set():
            wait([child.sentinel], timeout=1)
        if child.is_alive():
            child.terminate()
            child.join(_GRACE_S)
            child.kill()
            child.join()
        ending.wait(_PAUSE_S)
