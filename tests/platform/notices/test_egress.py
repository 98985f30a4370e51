"""Nothing is sent where the installation does not name it, in whatever way the address is written."""

import socket

import pytest

from guanbao.platform.notices import egress
from guanbao.platform.notices.errors import AddressRefused

INSIDE = ("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0", "metadata.google.internal",  # noqa: S104
          "2130706433", "0x7f000001", "017700000001", "127.1", "[::ffff:127.0.0.1]", "[fe80::1]", "127.0.0.1.nip.io",
          "①②⑦.0.0.1", "localhost.", "[::]", "0177.0.0.1", "192.168.1.1", "172.16.0.1")  # fmt: skip
FORMS = [
    *(f"https://{host}/in" for host in INSIDE),
    *(f"http://{host}:80/" for host in INSIDE),
    *(f"https://hooks.example.com@{host}/" for host in INSIDE[:6]),
    *(f"https://{host}#@hooks.example.com/" for host in INSIDE[:6]),
    *(f"https://{host}?@hooks.example.com/" for host in INSIDE[:4]),
    "https://hooks.example.com.evil.example/", "https://evil-hooks.example.com/", "https://hooks.example.com:8443/",
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1:25/_x",
    "//hooks.example.com/", "hooks.example.com", "https:///in", "https://", "", "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com\n@127.0.0.1/", "https://hooks.example.com /", "https://hooks.example.com:99999/",
    "https://hooks.example.com:x/", "https://user:pass@hooks.example.com/", "https://hooks。example。com/",
    "https://[hooks.example.com/", "javascript:alert(1)", "https://hooks.example.com%00.evil.example/",
    "https://hooks.example.com%2f@127.0.0.1/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def named(settings):
    settings.GUANBAO_EGRESS = "hooks.example.com"


def test_there_are_sixty_forms():
    assert len(set(FORMS)) >= 60


@pytest.mark.parametrize("address", FORMS)
def test_no_address_inside_is_reached(address, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail(f"connected to {a}"))  # noqa: ARG005
    with pytest.raises(AddressRefused):
        egress.post(address, b"{}", {})


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["93.184.216.34", "127.0.0.1"],
     ["fe80::1"], ["224.0.0.1"], ["100.64.0.1"], ["0.0.0.0"]],  # noqa: S104
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(answers, monkeypatch):
    """As one does whose owner changes what it leads to."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 443)) for at in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail(f"connected to {a}"))  # noqa: ARG005
    with pytest.raises(AddressRefused):
        egress.post("https://hooks.example.com/in", b"{}", {})


def test_the_name_is_looked_up_once_and_that_address_taken(monkeypatch):
    asked, reached = [], []

    def looked_up(host, *_a, **_k):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", 443))]

    def connected(at, *_a, **_k):
        reached.append(at)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the connection says
        egress.post("https://hooks.example.com/in", b"{}", {})
    assert (asked, reached) == (["hooks.example.com"], [("93.184.216.34", 443)])


def test_a_network_inside_that_is_named(settings, monkeypatch):
    settings.GUANBAO_EGRESS = "hooks.bank.internal:8443=10.1.0.0/16"
    for at, fine in (("10.1.2.3", True), ("10.2.2.3", False), ("93.184.216.34", False)):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, at=at, **_k: [(2, 1, 6, "", (at, 8443))])
        monkeypatch.setattr(socket, "create_connection", _refused)
        with pytest.raises(ConnectionRefusedError if fine else AddressRefused):
            egress.post("https://hooks.bank.internal:8443/in", b"{}", {})


def _refused(*_a, **_k):
    raise ConnectionRefusedError
