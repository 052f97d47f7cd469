"""Is what is heard over HTTP, whole or in any range, the very sound that was stored, by nobody unseen, and never on a disk?"""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import threading
from pathlib import Path

import httpx
import pytest
from pyrage import x25519

from ari_app.adapters.http_door import listen
from ari_app.adapters.http_server import serve_on
from recordings.custody import AuditEntry, AuditQuery
from recordings.record import CatalogueAway
from tests.adapters.conftest import COORDINATOR, SECRET, SUPERVISOR, Api, error_of
from tests.library.conftest import Archive
from tests.library.some_recordings import call_id
from tests.library.sound import CALLER_HZ, OPERATOR_HZ, as_wav, loudest_hz, opus

AUDIO = f"/recordings/{call_id(1)}/audio"
LONG = random.Random(7).randbytes(1_500_000)


async def test_the_whole_is_what_was_stored_and_says_how_to_ask_for_parts(api: Api, archive: Archive) -> None:
    one = archive.keep()
    answer = await api.ask(SUPERVISOR, "GET", AUDIO)
    assert (answer.status_code, answer.content) == (200, opus())
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == f'"{one.audio_sha256}"'
    assert answer.headers["content-length"] == str(len(opus()))
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 1_499_999),
        ("bytes=0-0", 0, 0),
        ("bytes=65536-65536", 65536, 65536),
        ("bytes=8191-8192", 8191, 8192),
        ("bytes=1000000-1000999", 1_000_000, 1_000_999),
        ("bytes=1499999-9999999", 1_499_999, 1_499_999),
        ("bytes=-1", 1_499_999, 1_499_999),
        ("bytes=-9999999", 0, 1_499_999),
    ],
)
async def test_a_range_is_exactly_these_bytes(api: Api, archive: Archive, asked: str, first: int, last: int) -> None:
    archive.keep(plain=LONG)
    answer = await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/1500000"
    assert answer.content == LONG[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1500000-", "bytes=2000000-2000001", "bytes=-0"])
async def test_a_range_of_which_nothing_exists_is_416_with_the_size(api: Api, archive: Archive, asked: str) -> None:
    archive.keep(plain=LONG)
    answer = await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": asked})
    assert error_of(answer) == (416, "bad_range", None)
    assert answer.headers["content-range"] == "bytes */1500000"
    assert archive.acts() == []


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=5-2", "lines=1-2", "bytes=x-", "bytes=-"])
async def test_what_is_no_single_range_gets_the_whole(api: Api, archive: Archive, asked: str) -> None:
    archive.keep()
    answer = await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, opus())


async def test_a_range_of_another_version_gets_the_whole_and_a_known_version_nothing(
    api: Api, archive: Archive
) -> None:
    one = archive.keep()
    etag = f'"{one.audio_sha256}"'
    for if_range, status in ((etag, 206), ('"another"', 200), (f"W/{etag}", 200)):
        answer = await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": "bytes=0-9", "If-Range": if_range})
        assert answer.status_code == status
    unchanged = await api.ask(COORDINATOR, "GET", AUDIO, headers={"If-None-Match": f'"x", {etag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert archive.acts() == ["played"]


async def test_another_format_is_made_while_it_is_heard_and_has_ranges_too(api: Api, archive: Archive) -> None:
    archive.keep()
    whole = await api.ask(SUPERVISOR, "GET", f"{AUDIO}?format=wav")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert loudest_hz(whole.content) == (CALLER_HZ, OPERATOR_HZ)
    part = await api.ask(SUPERVISOR, "GET", f"{AUDIO}?format=wav", headers={"Range": "bytes=6000-20999"})
    assert (part.status_code, part.content) == (206, whole.content[6000:21000])
    assert part.headers["content-range"] == f"bytes 6000-20999/{len(whole.content)}"
    assert part.headers["etag"] != (await api.ask(SUPERVISOR, "GET", AUDIO)).headers["etag"]


async def test_a_format_that_nothing_here_makes_is_refused_by_name(api: Api, archive: Archive) -> None:
    archive.keep()
    assert error_of(await api.ask(SUPERVISOR, "GET", f"{AUDIO}?format=mp3")) == (422, "bad_field", "format")
    assert error_of(await api.ask(SUPERVISOR, "GET", f"{AUDIO}?format=flac")) == (422, "bad_field", "format")


async def test_each_play_is_entered_once_for_all_its_ranges(api: Api, archive: Archive) -> None:
    archive.keep(plain=LONG)
    archive.keep(2)
    for at in (0, 70_000, 140_000):
        await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": f"bytes={at}-{at + 9}"})
    await api.ask(COORDINATOR, "GET", AUDIO)
    await api.ask(SUPERVISOR, "GET", f"/recordings/{call_id(2)}/audio")
    archive.centre.now_s += 601
    await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": "bytes=5-9"})
    entries = archive.open.library.audit.entries(AuditQuery(act="played"))
    assert [(entry.who, entry.subject, entry.address) for entry in reversed(entries)] == [
        (SUPERVISOR, call_id(1), "127.0.0.1"),
        (COORDINATOR, call_id(1), "127.0.0.1"),
        (SUPERVISOR, call_id(2), "127.0.0.1"),
        (SUPERVISOR, call_id(1), "127.0.0.1"),
    ]


async def test_nothing_decrypted_ever_stands_on_a_disk(api: Api, archive: Archive, tmp_path: Path) -> None:
    archive.keep(plain=LONG)
    assert (await api.ask(SUPERVISOR, "GET", AUDIO)).content == LONG
    assert (await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": "bytes=10-20"})).status_code == 206
    needle = LONG[500_000:500_064]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and needle in path.read_bytes()] == []


async def test_no_thread_is_left_when_only_the_beginning_was_heard(api: Api, archive: Archive) -> None:
    archive.keep(plain=LONG)
    for _ in range(30):  # more than may be decrypted at once
        answer = await api.ask(SUPERVISOR, "GET", AUDIO, headers={"Range": "bytes=0-9"})
        assert (answer.status_code, answer.content) == (206, LONG[:10])
        for thread in threading.enumerate():
            if thread.name == "unsealing":
                thread.join(10)
                assert not thread.is_alive()


async def test_without_a_key_playing_says_what_to_do(api: Api, archive: Archive) -> None:
    archive.keep()
    archive.identity.chmod(0o640)
    refused = await api.ask(SUPERVISOR, "GET", AUDIO)
    assert error_of(refused)[:2] == (409, "cannot_unseal")
    assert "chmod 600" in refused.json()["error"]["message"]
    archive.identity.chmod(0o600)
    archive.identity.write_text("nothing\n")
    assert "AGE-SECRET-KEY" in (await api.ask(SUPERVISOR, "GET", AUDIO)).json()["error"]["message"]
    archive.identity.write_text(str(x25519.Identity.generate()))
    assert error_of(await api.ask(SUPERVISOR, "GET", AUDIO))[:2] == (409, "cannot_unseal")
    archive.identity.unlink()
    assert "CENTRALITA_RECORDINGS_IDENTITY" in (await api.ask(SUPERVISOR, "GET", AUDIO)).json()["error"]["message"]
    assert archive.acts() == []


async def test_a_key_that_was_changed_opens_what_was_sealed_before_and_after(api: Api, archive: Archive) -> None:
    archive.keep(1)
    older, archive.key = archive.key, x25519.Identity.generate()
    archive.identity.write_text(f"{archive.key}\n{older}\n")
    archive.keep(2)
    for nth in (1, 2):
        assert (await api.ask(SUPERVISOR, "GET", f"/recordings/{call_id(nth)}/audio")).content == opus()


async def test_a_sound_that_is_gone_or_damaged_is_told_before_any_of_it_is_sent(api: Api, archive: Archive) -> None:
    one = archive.keep()
    file = archive.store / one.key
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    assert error_of(await api.ask(SUPERVISOR, "GET", AUDIO))[:2] == (409, "cannot_unseal")
    file.unlink()
    assert error_of(await api.ask(SUPERVISOR, "GET", AUDIO))[:2] == (404, "audio_gone")
    assert archive.acts() == []


@pytest.mark.parametrize(
    "id_",
    [
        "..%2f..%2fetc%2fpasswd",
        "../../etc/passwd",
        "%2fetc%2fpasswd",
        f"{call_id(1)}.opus.age",
        "x",
        f"{call_id(1)}%00",
        "%",
    ],
)
async def test_an_id_that_is_none_of_ours_reaches_nothing(api: Api, archive: Archive, id_: str) -> None:
    archive.keep()
    for path in (f"/recordings/{id_}/audio", f"/recordings/{id_}", f"/recordings/{id_}/peaks"):
        assert error_of(await api.ask(COORDINATOR, "GET", path))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    "key",
    [
        "../outside.opus.age",
        "/etc/passwd",
        f"2026/11/18/../18/{call_id(1)}.opus.age",
        f"2026/11/18/{call_id(2)}.opus.age",
        f"2026/11/18/{call_id(1)}.opus.age\n",
        f"{call_id(1)}.opus.age",
    ],
)
async def test_a_key_in_the_catalogue_that_is_not_this_recordings_is_not_believed(
    api: Api, archive: Archive, key: str
) -> None:
    archive.keep(2)
    one = archive.keep(1)
    archive.open.shelves.enter(type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"key": key}))
    assert error_of(await api.ask(COORDINATOR, "GET", AUDIO))[:2] == (404, "audio_gone")
    with pytest.raises(ValueError, match="the catalogue names"):
        archive.open.removal._objects.remove(one.id, key)


@pytest.mark.parametrize("which", ["2026/11/18/{}.opus.age", "2026/11/18", "2026"])
async def test_a_symbolic_link_in_the_store_is_not_followed(
    api: Api, archive: Archive, tmp_path: Path, which: str
) -> None:
    one = archive.keep()
    place = archive.store / which.format(one.id)
    elsewhere = tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    assert error_of(await api.ask(COORDINATOR, "GET", AUDIO))[:2] == (404, "audio_gone")


async def test_a_transcoder_that_meets_a_damaged_sound_tells_the_same(api: Api, archive: Archive) -> None:
    one = archive.keep()
    (archive.store / one.key).write_bytes(b"age-encryption.org/v1\nnothing")
    assert error_of(await api.ask(SUPERVISOR, "GET", f"{AUDIO}?format=wav"))[:2] == (409, "cannot_unseal")


def test_the_tests_transcoder_is_a_real_one() -> None:
    made = b"".join(as_wav(io.BytesIO(opus())))
    assert loudest_hz(made) == (CALLER_HZ, OPERATOR_HZ)
    assert hashlib.sha256(made).digest() == hashlib.sha256(b"".join(as_wav(io.BytesIO(opus())))).digest()


async def test_nobody_hears_what_cannot_be_entered_into_the_audit(
    api: Api, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.keep()

    def away(entry: AuditEntry) -> None:
        raise CatalogueAway("not now")

    with monkeypatch.context() as patched:
        patched.setattr(archive.open.library.audit, "note", away)
        assert error_of(await api.ask(SUPERVISOR, "GET", AUDIO))[:2] == (503, "library_away")
    assert (await api.ask(SUPERVISOR, "GET", AUDIO)).status_code == 200
    assert archive.acts() == ["played"]


async def test_a_listener_who_hangs_up_in_the_middle_frees_the_thread_and_the_others_go_on(archive: Archive) -> None:
    plain = random.Random(9).randbytes(40_000_000)  # more than all the buffers on the way
    archive.keep(plain=plain)
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    serving = asyncio.ensure_future(serve_on(archive.centre.app, listener))
    async with httpx.AsyncClient(timeout=30) as client:
        login = await client.post(f"{address}/login", json={"code": SUPERVISOR, "secret": SECRET})
        headers = {"Authorization": f"Bearer {login.json()['token']}"}
        for _ in range(3):
            async with client.stream("GET", f"{address}{AUDIO}", headers=headers) as answer:
                async for chunk in answer.aiter_bytes(1000):
                    assert plain.startswith(chunk)
                    break
        for thread in [one for one in threading.enumerate() if one.name == "unsealing"]:
            await asyncio.to_thread(thread.join, 20)
            assert not thread.is_alive()
        last = await client.get(f"{address}{AUDIO}", headers=headers | {"Range": "bytes=39999990-"})
        assert (last.status_code, last.content) == (206, plain[-10:])
    serving.cancel()
    await asyncio.wait({serving})
