"""A scanner is believed when it says a whole sentence, and otherwise nothing is known."""

import pytest

from clamd import clamd
from guanbao.platform.files.scanning import scan
from hostile import EICAR


def test_without_a_scanner_nothing_is_known(settings):
    settings.GUANBAO_CLAMAV = ""
    assert scan([b"x"]).silent


def test_it_hears_all_and_is_believed(settings, tmp_path):
    for unix in (None, tmp_path / "clamd.sock"):
        with clamd(unix=unix) as (settings.GUANBAO_CLAMAV, heard):
            assert scan([b"good ", b"", b"text"]).clean
            found = scan([EICAR[:20], EICAR[20:]])
        assert (found.clean, found.found) == (False, "Eicar-Test-Signature")
        assert heard == [b"good text", EICAR]


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"OK\0", b"stream: \xff\0",
        b"x" * 10_000, b"stream: OK\0stream: X FOUND\0",
    ],
)  # fmt: skip
def test_any_other_answer_says_nothing(settings, answer):
    with clamd(answer=answer) as (settings.GUANBAO_CLAMAV, _heard):
        said = scan([b"x"])
    assert said.silent


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere.sock", "nonsense", "127.0.0.1:"])
def test_where_nobody_answers_nothing_is_known(settings, address):
    settings.GUANBAO_CLAMAV = address
    assert scan([b"x"]).silent
