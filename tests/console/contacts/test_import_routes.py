"""Does a supervisor get from a file to contacts over HTTP, step by step, and to a report that can be corrected and brought
again?"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ari_app.adapters.http_errors import BODY_LIMIT
from console.contacts.book import Wanted
from console.contacts.imports import RUNNING
from tests.console.contacts.conftest import Api, Centre

As = Callable[[str], Api]
FILE = (
    "Código;Nombre;Móvil;Fórmula\nC1;Ana;611222333;=1+1\nC2;Luis;61122;@x\nC3;Eva;622333444;-2\nC1;Ana;611222333;\n"
    'C4;"Sol;633444555;\n;+Íñigo+;+34 655 666 777;x\n'
).encode("cp1252")


async def _bring(api: As, content: bytes = FILE, name: str = "clientes.csv") -> httpx.Response:
    return await api("2001")(
        "POST", f"contact-imports?name={name}", content=content, headers={"Content-Type": "text/csv"}
    )


async def _rests(api: As, id_: str) -> dict[str, Any]:
    """How it stands when nothing of it runs any more."""
    async with asyncio.timeout(60):
        while True:
            one: dict[str, Any] = (await api("2001")("GET", f"contact-imports/{id_}")).json()
            if one["state"] not in RUNNING:
                return one
            await asyncio.sleep(0.02)


async def _imported(api: As, content: bytes = FILE) -> dict[str, Any]:
    id_ = (await _bring(api, content)).json()["id"]
    proposed = (await api("2001")("GET", f"contact-imports/{id_}/preview")).json()["proposed"]
    assert (await api("2001")("POST", f"contact-imports/{id_}/check", {"mapping": proposed})).status_code == 202
    await _rests(api, id_)
    assert (await api("2001")("POST", f"contact-imports/{id_}/start")).status_code == 202
    return await _rests(api, id_)


async def test_from_a_file_to_contacts(centre: Centre, api: As) -> None:
    brought = await _bring(api)
    one = brought.json()
    assert brought.status_code == 201
    assert (one["state"], one["rows_total"], one["encoding"], one["delimiter"], one["by"]) == (
        "uploaded",
        6,
        "cp1252",
        ";",
        "2001",
    )
    shown = (await api("2001")("GET", f"contact-imports/{one['id']}/preview")).json()
    assert shown["proposed"] == ["external_id", "name", "mobile", "field:formula"]
    assert shown["rows"][0] == ["C1", "Ana", "611222333", "=1+1"]
    await api("2001")("POST", f"contact-imports/{one['id']}/check", {"mapping": shown["proposed"]})
    checked = await _rests(api, one["id"])
    assert (checked["state"], checked["created"], checked["duplicates"], checked["bad"]) == ("checked", 3, 1, 2)
    assert centre.desks[-1].book.search(Wanted(), 9).contacts == ()
    await api("2001")("POST", f"contact-imports/{one['id']}/start")
    done = await _rests(api, one["id"])
    assert (done["state"], done["rows_done"], done["created"], done["duplicates"], done["bad"]) == ("done", 6, 3, 1, 2)
    names = [one.details.name for one in centre.desks[-1].book.search(Wanted(), 9).contacts]
    assert names == ["+Íñigo+", "Ana", "Eva"]
    assert (await api("2001")("GET", "contact-imports")).json() == [done]


async def test_every_line_that_is_not_in_is_told_in_words(api: As) -> None:
    id_ = (await _imported(api))["id"]
    told = (await api("2001")("GET", f"contact-imports/{id_}/problems?lang=es&limit=2")).json()
    assert [one["line"] for one in told["items"]] == [3, 5]
    assert told["items"][0]["problems"][0]["told"] == (
        "Móvil «61122»: no existe ese número en su país; compruebe cuántas cifras tiene y su prefijo"
    )
    rest = (await api("2001")("GET", f"contact-imports/{id_}/problems?lang=en&after={told['next']}")).json()
    assert [one["problems"][0]["told"] for one in rest["items"]] == [
        "the line: opens a quotation mark that is never closed; close it, or remove it"
    ]


async def test_the_report_can_be_corrected_and_brought_again(centre: Centre, api: As) -> None:
    id_ = (await _imported(api))["id"]
    report = await api("2001")("GET", f"contact-imports/{id_}/report.csv?lang=es")
    rows = list(csv.reader(io.StringIO(report.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["línea", "qué corregir", "Código", "Nombre", "Móvil", "Fórmula"]
    assert rows[1][0] == "3"
    assert rows[1][2:] == ["C2", "Luis", "61122", "'@x"]
    assert [row[0] for row in rows[2:]] == ["5", "6"]
    corrected = report.content.replace(b"61122;", b"611220000;", 1)
    again = await _imported(api, corrected)
    assert (again["created"], again["unchanged"], again["bad"]) == (1, 1, 1)
    luis = centre.desks[-1].book.by_external_id("C2")
    assert luis.details.fields == {"formula": "@x"}


async def test_the_same_file_again_makes_nobody_twice(centre: Centre, api: As) -> None:
    await _imported(api)
    again = await _imported(api)
    assert (again["created"], again["updated"], again["unchanged"], again["duplicates"], again["bad"]) == (
        0,
        0,
        3,
        1,
        2,
    )
    assert len(centre.desks[-1].book.search(Wanted(), 9).contacts) == 3


async def test_a_large_file_comes_in_pieces(api: As) -> None:
    content = b"nombre\n" + b"Ana Garcia\n" * (BODY_LIMIT // 5)
    assert len(content) > 2 * BODY_LIMIT
    assert (await _bring(api, content)).json()["rows_total"] == BODY_LIMIT // 5


async def test_a_file_beyond_the_limit_is_refused(centre: Centre, api: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centre.desks[-1].files, "_largest", 1024)
    answer = await _bring(api, b"nombre\n" + b"Ana\n" * 1000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert list((centre.folder / "contact_imports").iterdir()) == []


async def test_what_is_no_list_is_refused_and_not_kept(centre: Centre, api: As) -> None:
    for content in (b"", b"nombre;tel\n", b"\x00\x01\x02", b"PK\x03\x04\x00"):
        answer = await _bring(api, content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_csv")
    assert list((centre.folder / "contact_imports").iterdir()) == []
    assert (await api("2001")("GET", "contact-imports")).json() == []


async def test_columns_that_cannot_be_taken_so_are_refused(api: As) -> None:
    id_ = (await _bring(api)).json()["id"]
    answer = await api("2001")("POST", f"contact-imports/{id_}/check", {"mapping": ["email", "email", "name", ""]})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "mapping.1")
    assert (await api("2001")("POST", f"contact-imports/{id_}/check", {"mapping": ["name"]})).status_code == 422


async def test_each_step_has_its_time(api: As) -> None:
    id_ = (await _bring(api)).json()["id"]
    for step in ("start", "cancel"):
        answer = await api("2001")("POST", f"contact-imports/{id_}/{step}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_in_state")
    done = await _imported(api)
    assert (await api("2001")("POST", f"contact-imports/{done['id']}/start")).status_code == 409
    assert (await api("2001")("GET", f"contact-imports/{done['id']}/preview")).status_code == 404  # the file is gone


async def test_what_is_removed_is_gone_and_its_contacts_stay(centre: Centre, api: As) -> None:
    id_ = (await _imported(api))["id"]
    assert (await api("2001")("DELETE", f"contact-imports/{id_}")).status_code == 204
    for path in (f"contact-imports/{id_}", f"contact-imports/{id_}/problems", f"contact-imports/{id_}/report.csv"):
        assert (await api("2001")("GET", path)).status_code == 404
    assert len(centre.desks[-1].book.search(Wanted(), 9).contacts) == 3


async def test_who_did_it_is_noted(centre: Centre, api: As) -> None:
    id_ = (await _imported(api))["id"]
    await api("2001")("GET", f"contact-imports/{id_}/report.csv")
    assert centre.audit.acts(by="2001") == [
        *("contact_file_brought", "contact_file_previewed", "contact_import_checked"),
        *("contact_import_started", "contact_import_report_read"),
    ]
