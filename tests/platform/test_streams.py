"""Files sent piece by piece, under a server."""

import asyncio

from asgiref.current_thread_executor import CurrentThreadExecutor
from asgiref.sync import AsyncToSync

from guanbao.platform.streams import _pieces


def test_a_file_is_sent_though_the_thread_of_its_request_has_ended():
    async def sent():
        executor = CurrentThreadExecutor(None)
        executor._broken = True  # as it is once the view has answered
        AsyncToSync.executors.current = executor
        return [piece async for piece in _pieces(iter([b"a", b"b"]))]

    assert asyncio.run(sent()) == [b"a", b"b"]
