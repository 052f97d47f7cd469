"""Is a bundle whole, true to its manifest, bounded, and made without anything gathering in memory?"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import zipfile
from typing import Any

import pytest

from ari_app.adapters.export_bundle import Bundle
from ari_app.adapters.unsealing import CannotUnseal
from recordings.custody import AuditQuery
from recordings.manifest import as_csv, line_of
from recordings.search import Found
from tests.adapters.conftest import SUPERVISOR, Api, error_of
from tests.library.conftest import Archive
from tests.library.some_recordings import call_id, stored
from tests.library.sound import opus


async def exported(api: Api, **filters: Any) -> zipfile.ZipFile:
    answer = await api.ask(SUPERVISOR, "POST", "/exports", json=filters)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    bundle = zipfile.ZipFile(io.BytesIO(answer.content))
    assert bundle.testzip() is None
    return bundle


async def test_a_bundle_has_the_sound_and_both_manifests_tell_the_same(api: Api, archive: Archive) -> None:
    archive.keep(1)
    archive.keep(2, operators=("1006", "1005"))
    archive.keep(3, queues=("ventas",))
    archive.open.shelves.note_outcome(call_id(2), "sold", "1006", 1.0)
    bundle = await exported(api, queue="soporte")
    names = [f"audio/{call_id(2)}.opus", f"audio/{call_id(1)}.opus"]
    assert bundle.namelist() == [*names, "manifest.csv", "manifest.json"]
    told = json.loads(bundle.read("manifest.json"))
    assert (told["by"], told["filters"]) == (SUPERVISOR, {"queue": "soporte"})
    rows = list(csv.DictReader(io.StringIO(bundle.read("manifest.csv").decode("utf-8-sig"))))
    for name, one, row in zip(names, told["recordings"], rows, strict=True):
        assert bundle.read(name) == opus()
        assert one["sha256"] == row["sha256"] == hashlib.sha256(opus()).hexdigest()
        assert (one["file"], row["file"]) == (name, name)
    assert (told["recordings"][0]["disposition"], told["recordings"][0]["operators"]) == ("sold", "1006 1005")
    (entry,) = archive.open.library.audit.entries(AuditQuery(act="exported"))
    assert (entry.who, entry.detail["recordings"], entry.detail["filters"]) == (SUPERVISOR, 2, {"queue": "soporte"})


async def test_a_sound_that_is_gone_is_named_and_the_rest_is_there(api: Api, archive: Archive) -> None:
    one = archive.keep(1)
    archive.keep(2)
    (archive.store / one.key).unlink()
    told = json.loads((await exported(api)).read("manifest.json"))
    assert [(line["id"], line["file"] != "") for line in told["recordings"]] == [
        (call_id(2), True),
        (call_id(1), False),
    ]
    assert "holds no" in told["recordings"][1]["fault"]


async def test_nothing_that_fits_is_a_bundle_with_empty_manifests(api: Api, archive: Archive) -> None:
    bundle = await exported(api, queue="nowhere")
    assert json.loads(bundle.read("manifest.json"))["recordings"] == []


async def test_what_is_too_much_is_refused_with_how_much_it_is(api: Api, archive: Archive) -> None:
    for nth in range(1, 4):
        archive.keep(nth)
    library = archive.open.library
    for name, limit in (("export_recordings", 2), ("export_bytes", 3 * len(opus()) - 1)):
        before = getattr(library, name)
        object.__setattr__(library, name, limit)
        refused = await api.ask(SUPERVISOR, "POST", "/exports", json={})
        assert error_of(refused)[:2] == (413, "export_too_large")
        assert f"3 recordings of {3 * len(opus())} bytes" in refused.json()["error"]["message"]
        object.__setattr__(library, name, before)
    assert archive.acts() == []


async def test_a_sound_that_is_not_what_the_catalogue_says_leaves_no_whole_bundle(archive: Archive) -> None:
    one = archive.keep(1, audio_sha256="0" * 64)

    async def found() -> Any:
        yield Found(one)

    sent = bytearray()

    async def send() -> None:
        async for chunk in Bundle(archive.open.library.player, {}).of(found()):
            sent.extend(chunk)

    with pytest.raises(CannotUnseal, match="not what the catalogue says"):
        await send()
    assert opus()[:1000] in sent
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(sent))


async def test_a_long_sound_is_passed_on_piece_by_piece(archive: Archive) -> None:
    plain = random.Random(3).randbytes(3_000_000)
    one = archive.keep(1, plain=plain)

    async def found() -> Any:
        yield Found(one)

    sizes = [len(chunk) async for chunk in Bundle(archive.open.library.player, {}).of(found())]
    assert sum(sizes) > len(plain)
    assert max(sizes) < 200_000


def test_what_a_spreadsheet_would_take_for_a_formula_is_text() -> None:
    line = line_of(Found(stored(1, number="+34900100201"), disposition="=cmd|' /C calc'!A0"), "x", "", 0)
    row = next(csv.DictReader(io.StringIO(as_csv([line]).decode("utf-8-sig"))))
    assert (row["number"], row["disposition"]) == ("'+34900100201", "'=cmd|' /C calc'!A0")
