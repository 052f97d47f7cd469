"""What an operator notes of a call: kept once, seen by who may see the call, and gone with its customer."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from ari_app.adapters.catalogue_tables import erased_calls, erasures
from console.contacts.ports import Forgotten
from console.tickets.calls import Customer
from tests.console.past.conftest import T0, World, who

ROSA = "600111222"


async def _of(world: World, call: str = "now", person: str = "coordinator") -> list[tuple[str, str]]:
    return [(one["by"], one["text"]) for one in (await world.told(person, f"/calls/{call}/notes"))["items"]]


async def test_a_note_is_kept_once_however_often_it_is_sent_and_can_be_corrected(world: World) -> None:
    world.was("now", ROSA)
    world.is_up("now")
    assert await world.noted("ana", "Factura revisada\n") == 200
    assert await world.noted("ana", "Factura revisada") == 200
    assert await _of(world) == [("1005", "Factura revisada")]
    await world.noted("ana", "Factura anulada")
    assert await _of(world) == [("1005", "Factura anulada")]
    await world.noted("ana", "  ")
    assert await _of(world) == []
    with world.database.reading() as connection:
        acts = connection.scalars(text("SELECT act FROM audit ORDER BY id")).all()
        assert acts == ["call_noted", "call_noted", "call_note_removed"]
        assert "Factura" not in str(connection.execute(text("SELECT * FROM audit")).all())


async def test_each_who_had_the_call_has_a_note_of_the_own(world: World) -> None:
    world.was("now", ROSA)
    world.is_up("now")
    await world.noted("ana", "Pide hablar con Luis")
    world.is_up("now", "1006")
    await world.noted("luis", "Resuelto")
    assert await _of(world) == [("1005", "Pide hablar con Luis"), ("1006", "Resuelto")]


async def test_the_next_operator_reads_it_among_the_callers_past(world: World) -> None:
    world.was("old", ROSA, T0 - 900)
    world.is_up("old", stage="ended")
    await world.noted("ana", "<b>Llamar por la tarde</b>", "old")
    world.is_up("now", "1006")
    world.callers["now"] = Customer(who=who(ROSA))
    (past,) = (await world.told("luis", "/calls/now/past"))["items"]
    assert [(one["by"], one["text"]) for one in past["notes"]] == [("1005", "<b>Llamar por la tarde</b>")]


@pytest.mark.parametrize(
    ("person", "writes", "reads"),
    [
        *(("ana", 200, 200), ("luis", 403, 404), ("team", 200, 200), ("other", 403, 404), ("support", 200, 200)),
        *(("sales", 403, 404), ("coordinator", 200, 200), ("administrator", 403, 403)),
    ],
)
async def test_a_note_is_of_who_may_note_the_outcome(world: World, person: str, writes: int, reads: int) -> None:
    world.was("now", ROSA)
    world.is_up("now", stage="ended")
    world.has("1005", None, "ready")  # written up, within the hour
    assert await world.noted(person, "x") == writes
    assert (await world.ask(person, "GET", "/calls/now/notes")).status_code == reads


async def test_nothing_is_noted_of_a_call_that_is_not_known_nor_more_than_fits(world: World) -> None:
    world.is_up("now")
    assert await world.noted("ana", "x", "none") == 404
    assert await world.noted("ana", "x" * 1001) == 422
    assert await world.noted("ana", "a\x00b") == 422


def _erased(world: World, call: str) -> None:
    values = {"id": "e", "who": "w", "by": "3001", "asked_at": T0, "done": {}}
    with world.database.writing() as connection:
        connection.execute(insert(erasures).values(**values, certificate="", sha256="", signature=""))
        connection.execute(insert(erased_calls).values(erasure="e", call=call))


async def test_nothing_is_noted_of_a_call_whose_customer_was_erased(world: World) -> None:
    world.is_up("now")
    _erased(world, "now")
    assert await world.noted("ana", "Es Rosa") == 404


async def test_a_contact_that_is_forgotten_takes_the_notes_of_all_its_numbers_along(world: World) -> None:
    for call, number in (("mobile", ROSA), ("in full", "+34600111222"), ("another", "600999888")):
        world.was(call, number)
        world.is_up(call, stage="ended")
        await world.noted("coordinator", f"de {call}", call)
    person = Forgotten(("c1",), "Rosa", ("+34600111222",), ())
    assert (await world.notes.forget(person)).count == 2
    assert (await world.notes.forget(person)).count == 0
    assert await _of(world, "another") == [("3001", "de another")]
    assert await _of(world, "mobile") == []
