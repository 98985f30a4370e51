"""The ways out of the house: one function each, which says no more than that it was taken.

Raises OSError or SMTPException where another try may succeed, a GuanbaoError where none will.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, Protocol
from urllib.parse import quote_plus

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from guanbao.platform.notices import egress
from guanbao.platform.notices.choices import Channel
from guanbao.platform.notices.errors import EndpointRefused

_TRY_AGAIN = frozenset({408, 425, 429})
_SERVER_FAULT = 500
_MOST_SMS = 300


@dataclass(frozen=True)
class Message:
    """What is sent: `number` is the delivery's, the same each time it is tried."""

    number: int
    title: str
    text: str
    link: str

    @property
    def whole(self) -> str:
        """Text and link."""
        return f"{self.text}\n\n{self.link}" if self.link else self.text


class SmsProvider(Protocol):
    """A provider of short messages; `GUANBAO_SMS` names its class and, after a colon, what it is made with."""

    def send(self, *, number: int, mobile: str, text: str) -> None:
        """Send one; `number` is the same each time that it is tried."""
        ...


class FileDrop:
    """Leaves each message as a file in a folder, for a gateway of the bank's own to fetch."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def send(self, *, number: int, mobile: str, text: str) -> None:
        """Write it whole under another name first, so that nobody fetches half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = self.folder / f".{number}.part"
        begun.write_text(json.dumps({"to": mobile, "text": text}, ensure_ascii=False) + "\n", encoding="utf-8")
        begun.rename(self.folder / f"{number}.json")


def email_send(message: Message, *, to: str) -> None:
    """A mail; tried again it bears the same Message-ID."""
    origin = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<notice-{message.number}@{origin}>", "Auto-Submitted": "auto-generated"}
    title = " ".join(message.title.split())
    EmailMessage(title, message.whole, None, [to], headers=headers).send()


def sms_send(message: Message, *, to: str) -> None:
    """A short message, by the provider of the settings."""
    name, _, made_with = settings.GUANBAO_SMS.partition(":")
    provider: SmsProvider = import_string(name)(made_with)
    provider.send(number=message.number, mobile=to, text=message.text[:_MOST_SMS])


def webhook_send(message: Message, *, address: str, secret: str) -> None:
    """JSON, signed as the Standard Webhooks say: HMAC-SHA256 over number, time and body, in `webhook-signature`."""
    number, at = f"notice-{message.number}", str(int(time()))
    body = _json({"id": number, "title": message.title, "text": message.text, "url": message.link})
    headers = {"content-type": "application/json", "webhook-id": number, "webhook-timestamp": at}
    if secret:
        signed = _signed(secret, b".".join((number.encode(), at.encode(), body)))
        headers["webhook-signature"] = f"v1,{signed}"
    _taken(*egress.post(address, body, headers))


def dingtalk_send(message: Message, *, address: str, secret: str) -> None:
    """A text by a robot of DingTalk, which asks for time and signature in the address."""
    if secret:
        at = str(int(time() * 1000))
        signed = _signed(secret, f"{at}\n{secret}".encode())
        address += f"&timestamp={at}&sign={quote_plus(signed)}"
    _robot(address, {"msgtype": "text", "text": {"content": f"{message.title}\n{message.whole}"}})


def wecom_send(message: Message, *, address: str, secret: str) -> None:  # noqa: ARG001 - WeCom's address is its secret
    """A text by a robot of WeCom."""
    _robot(address, {"msgtype": "text", "text": {"content": f"{message.title}\n{message.whole}"}})


TO_PEOPLE: dict[str, Callable[..., None]] = {Channel.EMAIL: email_send, Channel.SMS: sms_send}
TO_ENDPOINTS: dict[str, Callable[..., None]] = {
    Channel.WEBHOOK: webhook_send, Channel.DINGTALK: dingtalk_send, Channel.WECOM: wecom_send,
}  # fmt: skip


def together(messages: Sequence[Message], title: str) -> Message:
    """Several messages as one."""
    return Message(messages[0].number, title, "\n\n".join(f"— {message.whole}" for message in messages), "")


def _robot(address: str, said: dict[str, Any]) -> None:
    """Send, and read what the robot says: it answers 200 to what it refuses, too."""
    status, answer = egress.post(address, _json(said), {"content-type": "application/json"})
    _taken(status, answer)
    try:
        code = json.loads(answer).get("errcode", 0)
    except (ValueError, AttributeError) as error:
        raise EndpointRefused(answer="no JSON") from error
    if code:
        raise EndpointRefused(answer=f"errcode {code}")


def _taken(status: int, _answer: bytes) -> None:
    """That it was taken. Raises OSError, EndpointRefused."""
    if status in _TRY_AGAIN or status >= _SERVER_FAULT:
        raise OSError(f"HTTP {status}")
    if not 200 <= status < 300:
        raise EndpointRefused(answer=f"HTTP {status}")


def _signed(secret: str, data: bytes) -> str:
    return b64encode(hmac.new(secret.encode(), data, hashlib.sha256).digest()).decode()


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
