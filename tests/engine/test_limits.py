"""What was made to exhaust us is refused before it does."""

import gzip

import pytest

from guanbao.engine.records import sources, texts
from guanbao.engine.records.imports import Inputs, records_read
from guanbao.engine.records.mappings import mapping


def test_a_gzip_file_that_unpacks_beyond_reason_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "_ROOM", 1 << 20)
    file = tmp_path / "calls.txt.gz"
    file.write_bytes(gzip.compress(b" " * (16 << 20)))
    with pytest.raises(sources.SourceUnreadable, match="unpacks to over"):
        records_read(Inputs([file], mapping("anonymous-bank")), arrangement="WB", folder=tmp_path)
