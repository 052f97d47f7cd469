from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ari_app.adapters.object_store import BadStore, open_store
from ari_app.keeping.ports import NotStored, Store, StoreRefuses
from tests.keeping.conftest import CREDENTIALS, store_url
from tests.keeping.in_between import InBetween
from tests.keeping.object_gateway import ObjectGateway

KEY = "2026/11/24/20261124-042201-7f3a9c01.opus.age"


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind, empty."""
    if request.param == "folder":
        return open_store((tmp_path / "stored").as_uri(), {})
    gateway: ObjectGateway = request.getfixturevalue("gateway")
    return open_store(store_url(gateway.endpoint, tmp_path.name), CREDENTIALS)


def content(tmp_path: Path, size: int, seed: int = 0) -> Path:
    file = tmp_path / f"content-{size}-{seed}"
    file.write_bytes(bytes([seed]) + os.urandom(size - 1))
    return file


@pytest.mark.parametrize("size", [1, 300_000, 12_000_000])
def test_what_was_put_is_read_back_as_it_was(store: Store, tmp_path: Path, size: int) -> None:
    file = content(tmp_path, size)
    store.put(KEY, file)
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_what_is_put_again_takes_the_place_of_the_former(store: Store, tmp_path: Path) -> None:
    store.put(KEY, content(tmp_path, 1000, 1))
    store.put(KEY, content(tmp_path, 500, 2))
    assert b"".join(store.read(KEY)) == content_of(tmp_path, 500, 2)


def content_of(tmp_path: Path, size: int, seed: int) -> bytes:
    return (tmp_path / f"content-{size}-{seed}").read_bytes()


def test_what_was_never_put_is_not_stored(store: Store) -> None:
    with pytest.raises(NotStored, match=KEY):
        list(store.read(KEY))


def test_a_folder_keeps_everything_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "stored"
    open_store(folder.as_uri(), {}).put(KEY, content(tmp_path, 100))
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert modes.pop(folder / KEY) == 0o600
    assert set(modes.values()) == {0o700}


def test_what_a_killed_worker_left_half_put_goes_away_with_the_next_put(tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri(), {})
    (tmp_path / KEY).parent.mkdir(parents=True)
    for number in (1, 2):
        (tmp_path / f"{KEY}#{number}").touch()
    (tmp_path / f"{KEY}#other").touch()
    store.put(KEY, content(tmp_path, 100))
    assert sorted(path.name for path in (tmp_path / KEY).parent.iterdir()) == [
        Path(KEY).name,
        f"{Path(KEY).name}#other",
    ]


def test_a_folder_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    store = open_store((tmp_path / "stored").as_uri(), {})
    (tmp_path / "stored" / "2026").touch()  # a file where a folder must be
    with pytest.raises(StoreRefuses, match="did not take 2026"):
        store.put(KEY, content(tmp_path, 10))


def test_wrong_credentials_are_refused_without_being_shown(gateway: ObjectGateway, tmp_path: Path) -> None:
    wrong = {"AWS_ACCESS_KEY_ID": CREDENTIALS["AWS_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY": "not-the-secret"}
    store = open_store(store_url(gateway.endpoint), wrong)
    with pytest.raises(StoreRefuses, match="403 Forbidden") as put:
        store.put(KEY, content(tmp_path, 10))
    with pytest.raises(StoreRefuses, match=r"403|privileges") as read:
        list(store.read(KEY))
    assert "not-the-secret" not in f"{put.value}{read.value}"


def test_a_bucket_that_is_not_there_refuses(gateway: ObjectGateway, tmp_path: Path) -> None:
    store = open_store(store_url(gateway.endpoint).replace("s3://recordings", "s3://nothing"), CREDENTIALS)
    with pytest.raises(StoreRefuses, match="NoSuchBucket"):
        store.put(KEY, content(tmp_path, 10))


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_store_that_refuses_is_asked_a_few_times_at_most(in_between: InBetween, tmp_path: Path, status: int) -> None:
    store = open_store(store_url(in_between.endpoint), CREDENTIALS, deadline_s=5, tries=3)
    in_between.mood, in_between.status = "refuses", status
    with pytest.raises(StoreRefuses, match=str(status)):
        store.put(KEY, content(tmp_path, 10))
    assert in_between.seen == (1 if status == 403 else 3)


@pytest.mark.parametrize("mood", ["slow", "drops"])
def test_a_store_that_does_not_answer_is_waited_for_until_the_deadline(
    in_between: InBetween, tmp_path: Path, mood: str
) -> None:
    store = open_store(store_url(in_between.endpoint), CREDENTIALS, deadline_s=0.3, tries=2)
    in_between.mood = "slow" if mood == "slow" else "drops"
    in_between.delay_s = 30.0
    with pytest.raises(StoreRefuses, match="error sending request"):
        store.put(KEY, content(tmp_path, 10))


def test_a_store_behind_a_closed_port_refuses(tmp_path: Path) -> None:
    store = open_store(store_url("http://127.0.0.1:1"), CREDENTIALS, deadline_s=1, tries=1)
    with pytest.raises(StoreRefuses, match="did not take"):
        store.put(KEY, content(tmp_path, 10))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/var/recordings", "is no store"),
        ("file://host/folder", "is no store"),
        ("file:relative", "is no store"),
        ("s3:///prefix", "is no store"),
        ("https://example.org/x", "is no store"),
        ("s3://b?endpoint=http://127.0.0.1:1", "not encrypted"),
        ("s3://b?endpoint=https://127.0.0.1:1&colour=red", "colour"),
    ],
)
def test_a_url_that_names_no_store_is_refused_at_once(url: str, says: str) -> None:
    with pytest.raises(BadStore, match=says):
        open_store(url, CREDENTIALS)


def test_what_the_url_does_not_say_comes_from_the_usual_variables(gateway: ObjectGateway, tmp_path: Path) -> None:
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": gateway.endpoint, "AWS_DEFAULT_REGION": "default"}
    store = open_store("s3://recordings/from-variables?allow_http=true", environ)
    file = content(tmp_path, 10)
    store.put(KEY, file)
    assert b"".join(store.read(KEY)) == file.read_bytes()
