"""Who may read, answer, write and export scripts over HTTP, and what is answered when something is wrong?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from console.scripts.folder import version_of_text
from recordings.custody import AuditQuery
from tests.console.scripts.desk import VENTAS, Served, served, small_centre

FIRST = version_of_text(VENTAS)
CHANGED = VENTAS.replace("Adiós", "Hasta luego")
OPERATOR, OTHER, SUPERVISOR = "1001", "1002", "2001"


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Served]:
    soporte = VENTAS.replace("[ventas]", "[soporte]").replace("Venta,", "Soporte,")
    folder = small_centre(tmp_path / "centre", ventas=VENTAS, soporte=soporte, rota="start: [")
    async with served(database, folder) as api:
        api.calls.talking("c-1", OPERATOR)
        yield api


def error_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def first(revision: int = 1, **more: Any) -> dict[str, Any]:
    return {"revision": revision, "language": "es", **more}


async def test_everybody_reads_the_script_of_a_queue(api: Served) -> None:
    script = await api.told(OPERATOR, "GET", "/queues/ventas/script")
    assert (script["name"], script["version"]) == ("ventas", FIRST)
    assert script["steps"]["hola"]["text"]["es"] == ["Hola, ", {"value": "customer.name"}]
    assert (script["languages"], script["company"]) == (["es", "en"], "Valdeluna Energía")
    assert error_of(await api.ask(OPERATOR, "GET", "/queues/reclamaciones/script")) == (404, "no_script")
    assert error_of(await api.ask("nobody", "GET", "/queues/ventas/script")) == (401, "token_invalid")


async def test_whoever_writes_scripts_sees_what_is_broken(api: Served) -> None:
    shown = await api.told(SUPERVISOR, "GET", "/scripts")
    assert [one["name"] for one in shown["scripts"]] == ["soporte", "ventas"]
    assert shown["broken"]["rota"][0]["line"] == 1
    assert set(await api.told(OPERATOR, "GET", "/scripts")) == {"scripts"}


async def test_an_operator_follows_the_script_in_the_own_call_and_goes_on_where_it_was(api: Served) -> None:
    path = "/calls/c-1/scripts/ventas"
    assert error_of(await api.ask(OPERATOR, "GET", path)) == (404, "not_found")
    begun = await api.told(OPERATOR, "PUT", path, first())
    assert (begun["at"], begun["version"], begun["queue"]) == ("hola", FIRST, "ventas")
    await api.told(OPERATOR, "PUT", path, first(2, move="on"))
    stays = await api.told(OPERATOR, "PUT", path, first(3, move="on", answers={"que": "agua", "potencia": "4,6"}))
    assert (stays["at"], stays["missing"], stays["wrong"]["que"]["code"]) == ("quiere", ["que"], "not_a_choice")
    assert stays["stays"] == "first, answer que"
    done = await api.told(OPERATOR, "PUT", path, first(4, move="on", answers={"que": "luz"}))
    assert (done["at"], done["over"], done["disposition"]) == ("adios", True, "venta")
    assert done["shown"] == {"que": "Luz", "potencia": "4,6"}
    assert await api.told(OPERATOR, "GET", path) == {
        name: value for name, value in done.items() if name not in ("wrong", "stays")
    }


async def test_whoever_writes_a_call_up_after_passing_it_on_may_ask_for_its_scripts_still(api: Served) -> None:
    assert error_of(await api.ask(OTHER, "GET", "/calls/c-1/scripts")) == (404, "not_found")
    api.calls.busy["c-1"] = {OTHER}
    assert await api.told(OTHER, "GET", "/calls/c-1/scripts") == {"items": []}


async def test_nobody_answers_in_another_ones_call(api: Served) -> None:
    path = "/calls/c-1/scripts/ventas"
    await api.told(OPERATOR, "PUT", path, first())
    for who in (OTHER, SUPERVISOR):
        assert error_of(await api.ask(who, "PUT", path, first(2))) == (403, "forbidden")
    assert error_of(await api.ask(OTHER, "GET", path)) == (404, "not_found")
    assert error_of(await api.ask(OTHER, "GET", "/calls/c-1/scripts")) == (404, "not_found")
    assert (await api.told(SUPERVISOR, "GET", path))["revision"] == 1
    assert error_of(await api.ask(OTHER, "PUT", "/calls/c-9/scripts/ventas", first())) == (404, "not_found")


@pytest.mark.parametrize(
    ("who", "sees", "lines"),
    [("2101", 200, 1), ("2102", 404, 0), ("2001", 200, 1), ("2003", 404, 0), ("3001", 200, 1), ("4001", 403, None)],
)
async def test_answers_are_seen_as_far_as_the_role_reaches(api: Served, who: str, sees: int, lines: int | None) -> None:
    before = await api.ask(who, "GET", "/calls/c-1/scripts")
    assert before.status_code == sees, "as without answers"
    await api.told(OPERATOR, "PUT", "/calls/c-1/scripts/ventas", first())
    for path in ("/calls/c-1/scripts", "/calls/c-1/scripts/ventas"):
        assert (await api.ask(who, "GET", path)).status_code == sees
    table = await api.ask(who, "GET", "/scripts/ventas/answers.csv")
    assert table.status_code == (403 if lines is None else 200)
    if lines is not None:
        assert len(table.text.splitlines()) == 1 + lines


async def test_a_supervisor_of_some_queues_writes_their_scripts_alone(api: Served) -> None:
    body = {"text": CHANGED, "why": "prueba", "over": FIRST}
    assert error_of(await api.ask("2003", "POST", "/scripts/ventas/versions", body)) == (403, "forbidden")
    taken = CHANGED.replace("[ventas]", "[]")
    assert error_of(await api.ask("2003", "POST", "/scripts/ventas/versions", {**body, "text": taken})) == (
        403,
        "forbidden",
    )
    soporte = await api.told("2003", "GET", "/queues/soporte/script")
    mine = {**body, "text": taken.replace("[]", "[soporte]"), "over": soporte["version"]}
    assert (await api.told("2003", "POST", "/scripts/soporte/versions", mine))["by"] == "2003"
    assert (await api.told("4001", "POST", "/scripts/ventas/versions", body))["by"] == "4001"


async def test_a_call_that_is_passed_on_takes_its_script_along(api: Served) -> None:
    path = "/calls/c-1/scripts/ventas"
    await api.told(OPERATOR, "PUT", path, first(1, move="on"))
    api.calls.talking("c-1", OTHER)
    assert (await api.told(OTHER, "PUT", path, first(2)))["begun_by"] == OPERATOR
    assert error_of(await api.ask(OPERATOR, "PUT", path, first(3))) == (403, "forbidden")
    assert (await api.told(OPERATOR, "GET", path))["operator"] == OTHER
    api.calls.talking("c-1", OTHER, supervised={SUPERVISOR: "take_over"})
    assert (await api.told(SUPERVISOR, "PUT", path, first(4)))["operator"] == SUPERVISOR


async def test_what_is_begun_can_be_finished_after_the_call_is_forgotten(api: Served) -> None:
    await api.told(OPERATOR, "PUT", "/calls/c-1/scripts/ventas", first())
    api.calls.calls.clear()
    assert (await api.told(OPERATOR, "PUT", "/calls/c-1/scripts/ventas", first(2, move="on")))["at"] == "quiere"
    assert len((await api.told(OPERATOR, "GET", "/calls/c-1/scripts"))["items"]) == 1
    assert error_of(await api.ask(OTHER, "PUT", "/calls/c-1/scripts/ventas", first(3))) == (403, "forbidden")


async def test_an_older_revision_is_refused(api: Served) -> None:
    path = "/calls/c-1/scripts/ventas"
    await api.told(OPERATOR, "PUT", path, first(5))
    assert error_of(await api.ask(OPERATOR, "PUT", path, first(4, move="on"))) == (409, "stale")
    assert error_of(await api.ask(OPERATOR, "PUT", "/calls/c-1/scripts/nada", first())) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"revision": 0, "language": "es"},
        {"revision": 1, "language": "español"},
        first(answers={"que": ["luz"]}),
        first(answers={"que": "x" * 2001}),
        first(answers={f"a{number}": 1 for number in range(41)}),
        first(answers={"Que": "luz"}),
        first(move="jump"),
        first(version="x"),
        first(at="adios"),
    ],
)
async def test_what_is_no_save_is_refused(api: Served, body: dict[str, Any]) -> None:
    answer = await api.ask(OPERATOR, "PUT", "/calls/c-1/scripts/ventas", body)
    assert error_of(answer) == (422, "bad_field")
    assert await api.told(OPERATOR, "GET", "/calls/c-1/scripts") == {"items": []}


async def test_a_text_is_checked_by_line_and_drawn_when_it_is_good(api: Served) -> None:
    good = await api.told(SUPERVISOR, "POST", "/scripts/check", {"name": "ventas", "text": CHANGED})
    assert (good["problems"], good["version"]) == ([], version_of_text(CHANGED))
    assert good["drawing"].startswith("<?xml")
    assert good["script"]["steps"]["adios"]["text"]["es"] == ["Hasta luego"]
    bad = await api.told(
        SUPERVISOR, "POST", "/scripts/check", {"name": "ventas", "text": VENTAS.replace("next: adios", "next: x")}
    )
    assert (bad["script"], bad["drawing"]) == (None, None)
    told = {(one["line"], one["field"]) for one in bad["problems"]}
    assert (14, "steps.quiere.next") in told
    taken = await api.told(SUPERVISOR, "POST", "/scripts/check", {"name": "otra", "text": VENTAS})
    assert [(one["line"], one["what"]) for one in taken["problems"]] == [
        (2, "the script 'ventas' is for 'ventas', too")
    ]


async def test_a_text_is_followed_on_trial_and_nothing_of_it_is_kept(api: Served) -> None:
    async def tried(**more: Any) -> Any:
        body = {"name": "ventas", "text": CHANGED, "language": "es", **more}
        return await api.told(SUPERVISOR, "POST", "/scripts/try", body)

    begun = await tried()
    assert (begun["at"], begun["path"], begun["over"]) == ("hola", [], False)
    asked = await tried(at="hola", move="on")
    assert (asked["at"], asked["path"], asked["missing"]) == ("quiere", ["hola"], ["que"])
    stays = await tried(at="quiere", path=["hola"], answers={"que": "agua", "potencia": "4,6"}, move="on")
    assert (stays["at"], stays["wrong"]["que"]["code"], stays["shown"]) == (
        "quiere",
        "not_a_choice",
        {"potencia": "4,6"},
    )
    opened = await tried(at="quiere", path=["hola"], move="objection", to="caro")
    assert opened["objection"] == "caro"
    over = await tried(at="quiere", path=["hola"], answers={"que": "gas"}, move="on")
    assert (over["at"], over["over"], over["disposition"], over["ended"]) == ("no", True, "no_interesa", False)
    assert (await tried(at="no", path=["hola", "quiere"], answers={"que": "gas"}, move="end"))["ended"] is True
    assert (await tried(at="gone", path=["hola"]))["at"] == "hola"
    broken = {"name": "ventas", "text": "start: [", "language": "es"}
    assert error_of(await api.ask(SUPERVISOR, "POST", "/scripts/try", broken)) == (422, "bad_script")
    assert await api.told(OPERATOR, "GET", "/calls/c-1/scripts") == {"items": []}


async def test_supervisors_publish_with_a_reason_and_roll_back(api: Served) -> None:
    body = {"text": CHANGED, "why": "más amable", "over": FIRST}
    now = await api.told(SUPERVISOR, "POST", "/scripts/ventas/versions", body)
    assert (now["source"], now["by"], now["why"]) == ("console", SUPERVISOR, "más amable")
    assert (await api.told(OPERATOR, "GET", "/queues/ventas/script"))["version"] == version_of_text(CHANGED)
    assert error_of(await api.ask("2002", "POST", "/scripts/ventas/versions", body)) == (409, "version_moved")
    back = {"version": FIRST, "why": "peor", "over": now["version"]}
    assert (await api.told("2002", "POST", "/scripts/ventas/rollback", back))["version"] == FIRST
    told = await api.told(SUPERVISOR, "GET", "/scripts/ventas/versions")
    assert [(one["version"], one["by"], one["why"]) for one in told["versions"]] == [
        (FIRST, "2002", "peor"),
        (version_of_text(CHANGED), SUPERVISOR, "más amable"),
        (FIRST, "", ""),
    ]
    text = await api.told(SUPERVISOR, "GET", f"/scripts/ventas/versions/{version_of_text(CHANGED)}")
    assert text["text"] == CHANGED
    older = await api.told(OPERATOR, "GET", f"/scripts/ventas?version={version_of_text(CHANGED)}")
    assert older["steps"]["adios"]["text"]["es"] == ["Hasta luego"]


async def test_whoever_publishes_or_exports_is_in_the_audit(api: Served, database: Database) -> None:
    body = {"text": CHANGED, "why": "más amable", "over": FIRST}
    await api.told(SUPERVISOR, "POST", "/scripts/ventas/versions", body)
    await api.ask("2002", "POST", "/scripts/ventas/versions", body)
    await api.ask("2002", "GET", "/scripts/ventas/answers.csv")
    entries = SqlAuditBook(database).entries(AuditQuery())
    assert [(one.act, one.who, one.subject) for one in entries] == [
        ("answers_exported", "2002", "ventas"),
        ("script_published", SUPERVISOR, "ventas"),
    ]
    assert entries[1].detail == {"version": version_of_text(CHANGED), "over": FIRST, "why": "más amable"}


async def test_a_bad_script_is_not_published_and_every_problem_is_told(api: Served) -> None:
    text = VENTAS.replace("next: adios", "next: x").replace("[ventas]", "[vents]")
    answer = await api.ask(
        SUPERVISOR, "POST", "/scripts/ventas/versions", {"text": text, "why": "prueba", "over": FIRST}
    )
    assert error_of(answer) == (422, "bad_script")
    assert (
        "ventas.yaml:2: queues.0: there is no queue 'vents'; did you mean 'ventas'?"
        in answer.json()["error"]["problems"]
    )
    assert (await api.told(OPERATOR, "GET", "/queues/ventas/script"))["version"] == FIRST


async def test_a_draft_is_kept_whatever_is_wrong_with_it(api: Served) -> None:
    assert error_of(await api.ask(SUPERVISOR, "GET", "/scripts/nueva/draft")) == (404, "not_found")
    await api.told(SUPERVISOR, "PUT", "/scripts/nueva/draft", {"text": "start: ["})
    assert (await api.told(SUPERVISOR, "GET", "/scripts/nueva/draft"))["text"] == "start: ["
    assert (await api.told(SUPERVISOR, "GET", "/scripts"))["drafts"] == ["nueva"]
    await api.told(SUPERVISOR, "DELETE", "/scripts/nueva/draft")
    assert (await api.told(SUPERVISOR, "GET", "/scripts"))["drafts"] == []
    for text in ("a\ud800", "a\0", "x" * 40_001):
        answer = await api.client.put(
            "/api/v1/scripts/nueva/draft",
            content=b'{"text": ' + ascii_json(text) + b"}",
            headers={"Authorization": f"Bearer {SUPERVISOR}", "Content-Type": "application/json"},
        )
        assert error_of(answer)[0] == 422


def ascii_json(text: str) -> bytes:
    import json

    return json.dumps(text, ensure_ascii=True).encode()


WRITING = [
    ("POST", "/scripts/check", {"name": "ventas", "text": "x"}),
    ("POST", "/scripts/try", {"name": "ventas", "text": VENTAS, "language": "es"}),
    ("GET", "/scripts/ventas/draft", None),
    ("PUT", "/scripts/ventas/draft", {"text": "x"}),
    ("DELETE", "/scripts/ventas/draft", None),
    ("GET", "/scripts/ventas/versions", None),
    ("GET", f"/scripts/ventas/versions/{FIRST}", None),
    ("POST", "/scripts/ventas/versions", {"text": VENTAS, "why": "prueba", "over": FIRST}),
    ("POST", "/scripts/ventas/rollback", {"version": FIRST, "why": "prueba", "over": FIRST}),
    ("GET", "/scripts/ventas/answers.csv", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
async def test_operators_neither_write_scripts_nor_export_answers(
    api: Served, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert error_of(await api.ask(OPERATOR, method, path, body)) == (403, "forbidden")


async def test_answers_are_exported_as_a_table(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.scripts.answers.AT_ONCE", 2)
    for number in range(1, 6):
        call = f"c-{number}"
        api.calls.talking(call, OPERATOR)
        await api.told(OPERATOR, "PUT", f"/calls/{call}/scripts/ventas", first(1, move="on"))
        await api.told(
            OPERATOR, "PUT", f"/calls/{call}/scripts/ventas", first(2, answers={"que": "luz", "nombre": "@x"})
        )
    answer = await api.ask(SUPERVISOR, "GET", "/scripts/ventas/answers.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="ventas.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("answer.que,answer.potencia,answer.nombre")
    assert [one.split(",")[0] for one in lines[1:]] == [f"c-{number}" for number in range(1, 6)]
    assert all(one.endswith(",Luz,,'@x") for one in lines[1:])
    none = await api.ask(SUPERVISOR, "GET", "/scripts/ventas/answers.csv?until=2020-01-01T00:00:00Z")
    assert len(none.content.decode().splitlines()) == 1
    naive = await api.ask(SUPERVISOR, "GET", "/scripts/ventas/answers.csv?since=2020-01-01T00:00:00")
    assert error_of(naive) == (422, "bad_field")
    assert error_of(await api.ask(SUPERVISOR, "GET", "/scripts/nada/answers.csv")) == (404, "not_found")


async def test_while_the_database_is_away_it_is_said_so_and_when_to_try_again(api: Served, database: Database) -> None:
    database.migrate("base")
    for who, method, path, body in (
        (OPERATOR, "GET", "/queues/ventas/script", None),
        (OPERATOR, "PUT", "/calls/c-1/scripts/ventas", first()),
        (SUPERVISOR, "PUT", "/scripts/ventas/draft", {"text": "x"}),
        (SUPERVISOR, "GET", "/scripts/ventas/answers.csv", None),
    ):
        answer = await api.ask(who, method, path, body)
        assert error_of(answer) == (503, "database_away"), path
        assert answer.headers["retry-after"] == "5"
