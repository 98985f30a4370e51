"""Requests that leave the house: only to hosts that the installation names, at the address looked up once.

`GUANBAO_EGRESS` lists them, by commas: `hooks.example.com`, `hooks.bank.internal:8443=10.1.0.0/16` for a host with an
address inside, `http://…` for one without TLS. One that is not public is refused unless its network stands there.
Redirects are not followed, proxies of the environment are not asked.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from guanbao.platform.notices.errors import AddressRefused

_TIMEOUT_S = 10
_MOST_ANSWER = 64 * 1024
_PORTS = {"http": 80, "https": 443}
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Target:
    """Where a request may go: `shown` is all of the address that may be seen, for the rest of it may be a secret."""

    scheme: str
    host: str
    port: int
    path: str
    network: Network | None

    @property
    def shown(self) -> str:
        """The host, with its port where it is not the usual one."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


def allowed(address: str) -> Target:
    """What an address leads to. Raises AddressRefused."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressRefused(address="?", reason="it is no address") from error
    plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    if not plain or parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        raise AddressRefused(address=host or "?", reason="it is no address of the form https://host/path")
    for scheme, named, at, network in map(_read, _entries()):
        if (scheme, named, at) == (parts.scheme, host, port):
            path = parts.path or "/"
            return Target(scheme, host, port, f"{path}?{parts.query}" if parts.query else path, network)
    raise AddressRefused(address=host, reason="the installation does not name it")


def post(address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Send a body by POST; the status and the beginning of what is answered.

    Raises AddressRefused; OSError: it cannot be reached, or does not answer.
    """
    target = allowed(address)
    connection = _connection(target, _address_of(target))
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read(_MOST_ANSWER)
    except HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()


def entries_wrong() -> list[str]:
    """Those entries of the setting that name no host as they should: nothing is sent while there are any."""
    return [entry for entry in _entries() if not _says_something(entry)]


def _entries() -> list[str]:
    return [part.strip() for part in settings.GUANBAO_EGRESS.split(",") if part.strip()]


def _says_something(entry: str) -> bool:
    try:
        _read(entry)
    except (ValueError, KeyError):
        return False
    return True


def _read(entry: str) -> tuple[str, str, int, Network | None]:
    host, _, network = entry.partition("=")
    scheme, _, rest = host.rpartition("://")
    scheme = scheme or "https"
    name, _, port = rest.partition(":")
    if not name or set(name) & set(" /@\\"):
        raise ValueError(entry)
    return scheme, name.lower(), int(port or _PORTS[scheme]), ip_network(network) if network else None


def _address_of(target: Target) -> str:
    """The one address that the host has now; every address that it has must be allowed.

    Raises AddressRefused, OSError.
    """
    found = [info[4][0] for info in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    for text in found:
        at = ip_address(str(text).split("%", maxsplit=1)[0])
        at = getattr(at, "ipv4_mapped", None) or at
        inside = at in target.network if target.network is not None else at.is_global and not at.is_multicast
        if not inside:
            raise AddressRefused(address=target.host, reason="its address is not one that is allowed")
    return str(found[0])


def _connection(target: Target, at: str) -> HTTPConnection:
    """A connection to the host at this very address."""
    made: HTTPConnection
    if target.scheme == "http":
        made = HTTPConnection(target.host, target.port, timeout=_TIMEOUT_S)
        made.sock = socket.create_connection((at, target.port), _TIMEOUT_S)
        return made
    context = ssl.create_default_context()
    made = HTTPSConnection(target.host, target.port, timeout=_TIMEOUT_S, context=context)
    bare = socket.create_connection((at, target.port), _TIMEOUT_S)
    made.sock = context.wrap_socket(bare, server_hostname=target.host)
    return made
