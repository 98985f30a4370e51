"""Where sealed bytes lie: a folder, or a bucket of an S3-compatible store. Names are ours and tell nothing."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from typing import IO, Any, ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from guanbao.platform.files.errors import StorageUnusable

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_HELD = 1 << 20  # of what goes to a bucket, in memory; beyond it in a nameless file, sealed
P = ParamSpec("P")
R = TypeVar("R")


class Storage(Protocol):
    """A place for sealed bytes."""

    def put(self, name: str, pieces: Iterable[bytes]) -> int:
        """Lay them there whole, or not at all; how many there are. Raises StorageUnusable."""

    def open(self, name: str) -> IO[bytes]:
        """Read them. Raises StorageUnusable."""

    def size(self, name: str) -> int:
        """How many there are. Raises StorageUnusable."""

    def remove(self, name: str) -> None:
        """Have them gone; no matter if they are. Raises StorageUnusable."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every name, and when it was laid there. Raises StorageUnusable."""


def name_made() -> str:
    """A name that nothing has."""
    made = uuid4().hex
    return f"{made[:2]}/{made}"


def storage() -> Storage:
    """The place that the settings name."""
    if settings.GUANBAO_S3:
        return Bucket(settings.GUANBAO_S3, settings.GUANBAO_S3_BUCKET)
    return Folder(settings.HOME / "files" / "documents")


def _told(write: Callable[P, R]) -> Callable[P, R]:
    """What fails is told as one error, whatever the place."""

    @wraps(write)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return write(*args, **kwargs)
        except _failures() as error:
            raise StorageUnusable(reason=getattr(error, "strerror", None) or type(error).__name__) from error

    return told


@cache
def _failures() -> tuple[type[Exception], ...]:
    if not settings.GUANBAO_S3:
        return (OSError,)
    errors = import_module("botocore.exceptions")
    return (OSError, errors.BotoCoreError, errors.ClientError)


class Folder:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @_told
    def put(self, name: str, pieces: Iterable[bytes]) -> int:
        """As `Storage` says."""
        file = self._file(name)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        size = 0
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                for piece in pieces:
                    size += out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        _settle(file.parent)
        return size

    @_told
    def open(self, name: str) -> IO[bytes]:
        """As `Storage` says."""
        return self._file(name).open("rb")

    @_told
    def size(self, name: str) -> int:
        """As `Storage` says."""
        return self._file(name).stat().st_size

    @_told
    def remove(self, name: str) -> None:
        """As `Storage` says."""
        file = self._file(name)
        file.unlink(missing_ok=True)
        if file.parent.is_dir():
            _settle(file.parent)

    @_told
    def names(self) -> Iterator[tuple[str, datetime]]:
        """As `Storage` says."""
        found = sorted(self._folder.glob("??/*")) if self._folder.is_dir() else []
        return iter([(f"{f.parent.name}/{f.name}", datetime.fromtimestamp(f.stat().st_mtime, UTC)) for f in found])

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise OSError("no name of ours")
        return self._folder / name


class Bucket:
    """A bucket of an S3-compatible store; credentials come from the environment, as boto3 looks for them."""

    def __init__(self, url: str, bucket: str) -> None:
        parts = urlsplit(url)
        self._bucket = bucket
        self._client: Any = _client(f"{parts.scheme}://{parts.netloc}")

    @_told
    def put(self, name: str, pieces: Iterable[bytes]) -> int:
        """As `Storage` says."""
        with tempfile.SpooledTemporaryFile(_HELD) as held:
            for piece in pieces:
                held.write(piece)
            size = held.tell()
            held.seek(0)
            self._client.upload_fileobj(held, self._bucket, name)
        return size

    @_told
    def open(self, name: str) -> IO[bytes]:
        """As `Storage` says."""
        body: IO[bytes] = self._client.get_object(Bucket=self._bucket, Key=name)["Body"]
        return body

    @_told
    def size(self, name: str) -> int:
        """As `Storage` says."""
        return int(self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"])

    @_told
    def remove(self, name: str) -> None:
        """As `Storage` says."""
        self._client.delete_object(Bucket=self._bucket, Key=name)

    @_told
    def names(self) -> Iterator[tuple[str, datetime]]:
        """As `Storage` says."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        return iter([(each["Key"], each["LastModified"]) for page in pages for each in page.get("Contents", ())])


@cache
def _client(url: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """One client an address: it takes a while to make."""
    return import_module("boto3").client("s3", endpoint_url=url)


@contextmanager
def spooled(pieces: Iterable[bytes], most: int) -> Iterator[tuple[IO[bytes], int]]:
    """What comes in, as a file that can be looked through: nameless, so that it is gone with this process.

    Its size too; one more than `most` where it is larger: no more is read then.
    """
    with tempfile.TemporaryFile() as held:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > most:
                size = most + 1
                break
            held.write(piece)
        held.seek(0)
        yield held, size


def _settle(folder: Path) -> None:
    """Have a folder's names on disk."""
    at = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)
