"""Bytes at rest: what was sealed opens whole and in its place, or not at all."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanbao.platform.files.errors import DocumentBroken, FilesKeyUnusable
from guanbao.platform.files.keys import files_key_add, files_key_make, files_keys_forget, key_unwrap, key_wrap
from guanbao.platform.files.sealing import PIECE, TAG, key_made, opened, sealed, sealed_size

OF = b"guanbao document 1|7|series|1"
SIZES = st.sampled_from((0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7)) | st.integers(0, 200_000)


def shut(data, key, of=OF):
    return b"".join(sealed([data], key, of))


def open_(data, key, of=OF):
    return b"".join(opened(io.BytesIO(data), key, of))


@given(SIZES, st.integers(1, 70_000))
def test_what_was_sealed_opens(size, by):
    data, key = bytes(n % 251 for n in range(size)), key_made()
    pieces = [data[at : at + by] for at in range(0, size, by)]
    shut_ = b"".join(sealed(pieces, key, OF))
    assert len(shut_) == sealed_size(size)
    assert open_(shut_, key) == data
    assert data[:64] not in shut_ or size < 16


@given(st.integers(1, 3 * PIECE + 100), st.data())
def test_any_changed_bit_is_noticed(size, draw):
    key = key_made()
    whole = bytearray(shut(b"x" * size, key))
    at = draw.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(DocumentBroken):
        open_(bytes(whole), key)


def test_what_is_cut_off_moved_or_put_in_is_noticed():
    key, step = key_made(), PIECE + TAG
    whole = shut(bytes(3 * PIECE), key)
    parts = [whole[at : at + step] for at in range(0, len(whole), step)]
    for wrong in (
        whole[:-1],
        whole[: 2 * step],  # whole pieces, but the last is gone
        whole[:step],
        b"",
        parts[1] + parts[0] + parts[2],
        parts[0] + parts[0] + parts[1] + parts[2],
        whole + parts[2],
        parts[2],
    ):
        with pytest.raises(DocumentBroken):
            open_(wrong, key)


def test_another_document_s_bytes_do_not_open():
    key = key_made()
    whole = shut(b"secret", key)
    for of in (OF.replace(b"|7|", b"|8|"), OF.replace(b"|1", b"|2"), b""):
        with pytest.raises(DocumentBroken):
            open_(whole, key, of)
    with pytest.raises(DocumentBroken):
        open_(whole, key_made())


def test_a_slow_file_opens_too():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1000))

    key = key_made()
    assert b"".join(opened(Slow(shut(b"y" * 200_000, key)), key, OF)) == b"y" * 200_000


@pytest.fixture
def key_file(settings, tmp_path):
    settings.GUANBAO_FILES_KEY = tmp_path / "files.key.json"
    assert files_key_make(settings.GUANBAO_FILES_KEY)
    return settings.GUANBAO_FILES_KEY


def test_a_key_opens_for_its_own_document_alone(key_file):
    key = key_made()
    wrapped = key_wrap(key, OF)
    assert key_unwrap(wrapped, OF) == key
    assert key.hex() not in wrapped
    for wrong, of in ((wrapped, OF + b"0"), (wrapped[:-2] + "AA", OF), (wrapped.partition(":")[0] + ":", OF)):
        with pytest.raises(DocumentBroken):
            key_unwrap(wrong, of)
    assert key_file.stat().st_mode & 0o077 == 0


def test_the_file_of_keys_is_made_once_and_turned(key_file):
    before = key_file.read_bytes()
    assert not files_key_make(key_file)
    assert key_file.read_bytes() == before
    old = key_wrap(b"k" * 32, OF)
    made = files_key_add(key_file)
    new = key_wrap(b"k" * 32, OF)
    assert new.startswith(f"{made}:")
    assert key_unwrap(old, OF) == key_unwrap(new, OF) == b"k" * 32
    assert files_keys_forget(key_file, {old.partition(":")[0]}) == 0
    assert files_keys_forget(key_file, set()) == 1
    assert key_unwrap(new, OF) == b"k" * 32
    with pytest.raises(FilesKeyUnusable):
        key_unwrap(old, OF)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kid": "a", "k": "AAAA"}]}', '{"keys": [{"k": "' + "A" * 43 + '"}]}'],
)
def test_a_file_of_no_keys_is_refused(key_file, text):
    key_file.write_text(text, encoding="utf-8")
    with pytest.raises(FilesKeyUnusable):
        key_wrap(b"k" * 32, OF)


def test_a_missing_file_is_refused(key_file):
    assert json.loads(key_file.read_text(encoding="utf-8"))["keys"]
    key_file.unlink()
    with pytest.raises(FilesKeyUnusable):
        key_wrap(b"k" * 32, OF)
