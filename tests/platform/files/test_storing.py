"""Where sealed bytes lie: a folder and an S3-compatible store do the same."""

import socket
from datetime import UTC, datetime, timedelta

import pytest

from guanbao.platform.files import storing
from guanbao.platform.files.errors import StorageUnusable
from guanbao.platform.files.storing import Bucket, Folder, name_made, spooled, storage


@pytest.fixture(scope="module")
def store():
    """A store that speaks S3 on this machine, as a URL."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    pytest.importorskip("boto3", reason="the extra `s3` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            patch.setenv(name, value)
        server.start()
        url = f"http://127.0.0.1:{port}"
        storing._client(url).create_bucket(Bucket="papers")
        yield url
        server.stop()
    storing._client.cache_clear()
    storing._failures.cache_clear()


@pytest.fixture(params=["folder", "bucket"])
def place(request, settings, tmp_path):
    settings.HOME = tmp_path
    storing._failures.cache_clear()
    settings.GUANBAO_S3 = request.getfixturevalue("store") if request.param == "bucket" else ""
    settings.GUANBAO_S3_BUCKET = "papers"
    yield storage()
    storing._failures.cache_clear()


def test_the_settings_say_where(place, settings):
    assert isinstance(place, Bucket if settings.GUANBAO_S3 else Folder)


def test_what_is_laid_down_is_read_again_until_it_is_removed(place):
    name, data = name_made(), b"sealed" * 400_000
    assert place.put(name, [data[:7], data[7:]]) == len(data) == place.size(name)
    with place.open(name) as file:
        assert file.read(3) == b"sea"
        assert file.read() == data[3:]
    found = dict(place.names())
    assert abs(found[name] - datetime.now(UTC)) < timedelta(minutes=5)
    place.remove(name)
    place.remove(name)
    assert name not in dict(place.names())
    for ask in (place.open, place.size):
        with pytest.raises(StorageUnusable):
            ask(name)


def test_what_fails_on_the_way_leaves_nothing(place):
    def breaks():
        yield b"some"
        raise RuntimeError("no more")

    name = name_made()
    with pytest.raises(RuntimeError):
        place.put(name, breaks())
    assert name not in dict(place.names())


def test_a_bucket_that_is_not_there_is_a_fact(store, settings):
    settings.GUANBAO_S3, settings.GUANBAO_S3_BUCKET = store, "nothing"
    storing._failures.cache_clear()
    with pytest.raises(StorageUnusable):
        storage().put(name_made(), [b"x"])
    with pytest.raises(StorageUnusable):
        list(storage().names())
    settings.GUANBAO_S3 = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", ["../x", "ab/../../x", "/etc/passwd", "ab/" + "g" * 32, ""])
def test_a_folder_takes_no_name_but_ours(settings, tmp_path, name):
    settings.HOME, settings.GUANBAO_S3 = tmp_path, ""
    storing._failures.cache_clear()
    with pytest.raises(StorageUnusable):
        storage().put(name, [b"x"])
    with pytest.raises(StorageUnusable):
        storage().open(name)


def test_what_comes_in_is_cut_off_where_it_is_too_much():
    def endless():
        while True:
            yield b"x" * 1000

    with spooled(endless(), 5_500) as (file, size):
        assert size == 5_501
        assert len(file.read()) == 5_000
    with spooled([b"ab", b"c"], 3) as (file, size):
        assert (file.read(), size) == (b"abc", 3)
