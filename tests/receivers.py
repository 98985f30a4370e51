"""A mail server and a receiver of webhooks on loopback, kinds of notices, and a worker."""

import json
import socket
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from guanbao.platform.access.models import Role
from guanbao.platform.access.permissions import permission_named
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.notices.declaring import NoticeKind
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run

VIEW = permission_named("notice.view")
HAPPENED = NoticeKind("test.happened", "Something happened", "It happened to {what}.", VIEW)
URGENT = NoticeKind("test.urgent", "Something urgent", "It burns at {what}.", VIEW, urgent=True)


def free_port():
    """A port that nothing listens on: the mail server cannot choose one by itself."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


class Mailbox:
    """A mail server; `answer` is what it says to a mail, `mails` those that it took."""

    def __init__(self):
        self.mails, self.answer = [], "250 OK"
        self.server = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server, _session, envelope):
        """One mail."""
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks; `status`, `headers` and `answer` are what it says, `came` what it was sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.came, self.status, self.answer, self.headers = [], 200, b'{"errcode": 0}', {}

    @property
    def origin(self):
        """Its address."""
        return f"http://localhost:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Notes what comes."""

    def do_POST(self):
        """One request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_args):
        """Nothing."""


def shipped(code):
    """The row of a shipped role."""
    assert code in roles_shipped()
    return Role.objects.get(code=code, institution=None)


def run(*, everything=False):
    """Have a worker do what is due, and what comes of it; `everything`: what waits for its time too."""
    done = set()
    while jobs := [job for job in Job.objects.exclude(pk__in=done).order_by("pk") if not job.ended]:
        for job in jobs:
            done.add(job.pk)
            if everything or job.due_at <= job.created_at:
                job_run(job.pk)


def said(mail):
    """The text of a mail."""
    return mail.get_content()


def sent(body):
    """What a webhook was sent."""
    return json.loads(body)
