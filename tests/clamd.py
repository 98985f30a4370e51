"""A scanner that speaks clamd's protocol over a real socket, and does as it is told."""

import socket
import struct
import threading
from contextlib import contextmanager

from hostile import EICAR


class Clamd:
    """Answers INSTREAM: EICAR is found; `answer` says something else to everybody."""

    def __init__(self, server, answer=None):
        self._server, self._answer = server, answer
        self.heard = []

    def serve(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                self._one(client)

    def _one(self, client):
        try:
            assert client.recv(10, socket.MSG_WAITALL) == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack("!I", client.recv(4, socket.MSG_WAITALL))[0]:
                data += client.recv(size, socket.MSG_WAITALL)
            self.heard.append(data)
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
            client.sendall(found if self._answer is None else self._answer)
        except (OSError, struct.error, AssertionError):
            return


@contextmanager
def clamd(answer=None, unix=None):
    """A scanner while it is needed; where it is reached, and what it heard."""
    if unix is None:
        server = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
    else:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(unix))
        server.listen()
        address = f"unix:{unix}"
    made = Clamd(server, answer)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield address, made.heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
