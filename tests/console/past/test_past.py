"""A caller's earlier calls: whose they are, who may see them, and that nobody's whole number is kept for it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from console.contacts.contact import ContactNumber, Details
from console.tickets.calls import Customer
from tests.console.past.conftest import T0, World, who

ROSA = "600111222"


def _calls(told: dict[str, object]) -> list[str]:
    items = told["items"]
    assert isinstance(items, list)
    return [one["call"] for one in items]


async def test_the_desk_shows_the_callers_earlier_calls_the_newest_first_and_nobody_elses(world: World) -> None:
    world.was("old", ROSA, T0 - 9000, disposition="resuelta", ticket="S-1")
    world.was("lost", ROSA, T0 - 800, operator=None)
    world.was("another", "600999888", T0 - 500)
    world.was("now", ROSA)
    world.is_up("now")
    world.callers["now"] = Customer(who=who(ROSA))
    told = await world.told("ana", "/calls/now/past")
    assert (_calls(told), told["known"], told["more"]) == (["lost", "old"], True, False)
    lost, old = told["items"]
    assert (old["operators"], old["queues"], old["talk_s"], old["disposition"]) == (
        ["1005"],
        ["soporte"],
        70,
        "resuelta",
    )
    assert (old["ticket"], old["end_reason"], old["number"]) == ("S-1", "caller_hung_up", "900100201")
    assert old["started"] < lost["started"]
    assert (lost["operators"], lost["answered"], lost["wait_s"]) == ([], None, 20)


async def test_calls_from_the_contacts_other_numbers_are_among_them(world: World) -> None:
    contact = world.book.create(Details("Rosa", (ContactNumber("+34600111222"), ContactNumber("+34911234567"))), "1005")
    world.was("from home", "911234567", T0 - 900)
    world.was("in full", "+34911234567", T0 - 800)
    world.is_up("now")
    world.callers["now"] = Customer(contact.id, who(ROSA))
    assert _calls(await world.told("ana", "/calls/now/past")) == ["in full", "from home"]


async def test_twenty_are_shown_and_that_there_are_more(world: World) -> None:
    for number in range(21):
        world.was(f"c{number:02}", ROSA, T0 - 9000 + number)
    world.is_up("now")
    world.callers["now"] = Customer(who=who(ROSA))
    told = await world.told("ana", "/calls/now/past")
    assert (len(told["items"]), told["items"][0]["call"], told["more"]) == (20, "c20", True)


async def test_who_withholds_the_number_has_no_past_that_is_known(world: World) -> None:
    world.was("old", ROSA)
    world.is_up("now")
    assert await world.told("ana", "/calls/now/past") == {"known": False, "items": [], "more": False}


async def test_an_operator_sees_it_until_the_call_is_written_up_and_then_no_more(world: World) -> None:
    world.was("old", ROSA, T0 - 900)
    world.was("now", ROSA)
    world.is_up("now", stage="ended")
    world.has("1005", "now", "wrap_up")
    assert _calls(await world.told("ana", "/calls/now/past")) == ["old"]
    world.has("1005", None, "ready")
    assert (await world.ask("ana", "GET", "/calls/now/past")).status_code == 403
    assert _calls(await world.told("support", "/calls/now/past")) == ["old"]


async def test_who_is_asked_for_help_sees_it_too(world: World) -> None:
    world.was("old", ROSA, T0 - 900)
    world.is_up("now", consulting="1006")
    world.callers["now"] = Customer(who=who(ROSA))
    assert _calls(await world.told("luis", "/calls/now/past")) == ["old"]


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *(("ana", 200), ("luis", 403), ("team", 200), ("other", 403), ("support", 200), ("sales", 403)),
        *(("coordinator", 200), ("administrator", 403)),
    ],
)
async def test_the_past_is_of_whoever_has_the_caller_and_of_those_who_lead_them(
    world: World, person: str, status: int
) -> None:
    world.was("old", ROSA, T0 - 900)
    world.is_up("now")
    answer = await world.ask(person, "GET", "/calls/now/past")
    assert answer.status_code == status
    assert ("old" in answer.text) is (status == 200 and bool(answer.json()["items"]))
    assert (await world.ask(person, "GET", "/calls/none/past")).status_code in (403, 404)


async def test_each_look_is_in_the_audit_without_a_number(world: World) -> None:
    world.is_up("now")
    world.callers["now"] = Customer(who=who(ROSA))
    await world.told("ana", "/calls/now/past")
    with world.database.reading() as connection:
        rows = connection.execute(text("SELECT who, act, subject, detail FROM audit")).all()
    assert [tuple(row) for row in rows] == [("1005", "call_past_seen", "now", "{}")]


async def test_a_recording_is_named_to_whoever_may_hear_it(world: World) -> None:
    world.was("mine", ROSA, T0 - 900, recording="r1")
    world.was("hers", ROSA, T0 - 800, operator="1006", recording="r2")
    world.was("none", ROSA, T0 - 700)
    world.is_up("now")
    world.callers["now"] = Customer(who=who(ROSA))

    async def heard(person: str) -> list[str]:
        told = await world.told(person, "/calls/now/past")
        return [one["call"] for one in told["items"] if one["recording"]]

    assert await heard("ana") == []
    world.hears_own = True
    assert await heard("ana") == ["mine"]
    assert await heard("team") == await heard("support") == await heard("coordinator") == ["hers", "mine"]


async def test_a_contacts_card_shows_the_calls_that_one_may_see_in_the_history(world: World) -> None:
    contact = world.book.create(Details("Rosa", (ContactNumber("+34600111222"),)), "1005")
    world.was("mine", ROSA, T0 - 900)
    world.was("hers", "34600111222", T0 - 800, operator="1006")
    world.was("sold", ROSA, T0 - 700, operator="1001", queue="ventas")
    path = f"/contacts/{contact.id}/past"
    seen = {person: _calls(await world.told(person, path)) for person in ("ana", "team", "sales", "coordinator")}
    assert seen == {
        "ana": ["mine"],
        "team": ["hers", "mine"],
        "sales": ["sold"],
        "coordinator": ["sold", "hers", "mine"],
    }
    assert (await world.ask("administrator", "GET", path)).status_code == 403
    assert (await world.ask("ana", "GET", "/contacts/nobody/past")).status_code == 404


async def test_while_the_database_is_away_it_says_so(world: World) -> None:
    world.is_up("now")
    world.callers["now"] = Customer(who=who(ROSA))
    with world.database.writing() as connection:
        connection.execute(text("ALTER TABLE history_calls RENAME TO elsewhere"))
    answer = await world.ask("ana", "GET", "/calls/now/past")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_away")
    assert answer.headers["retry-after"]
