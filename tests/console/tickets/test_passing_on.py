"""Is a ticket passed on with everything known, with its caller or without, and never by half, whatever the controller says?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ari_app.adapters.catalogue_database import Database
from tests.console.tickets.desk import Centre, Said, refusal


def events(card: Any) -> list[str]:
    return [one["what"] for one in card["timeline"] if one["kind"] == "event"]


def stands(card: Any) -> tuple[str, str, str | None]:
    return card["state"], card["queue"], card["owner"]


async def with_call(centre: Centre) -> str:
    centre.call()
    return await centre.opened(call="c1", note="Since 7.")


async def test_for_later_it_goes_into_the_next_levels_list_and_its_operators_see_everything(centre: Centre) -> None:
    ref = await with_call(centre)
    centre.controllers.stories = {
        "/api/v1/calls/c1/why?lang=es": {"steps": [{"at": "t", "text": "Llama un cliente", "kind": "x", "fact": {}}]}
    }
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "later", "note": "The meter."})
    assert centre.controllers.commands == []
    listed = await centre.done("teresa", "GET", "/tickets?view=work")
    assert [one["ref"] for one in listed["items"]] == [ref]
    card = await centre.done("teresa", "POST", f"/tickets/{ref}/take")
    assert stands(card) == ("in_progress", "soporte_n2", "1015")
    assert card["level"] == 2
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == ["Since 7.", "The meter."]
    assert card["calls"][0]["story"] == {"es": [{"at": "t", "text": "Llama un cliente"}]}
    assert card["shown"] == {"name": "Rosa"}
    assert await centre.refused("andres", "POST", f"/tickets/{ref}/take") == (409, "ticket_of_another")


async def test_cold_the_caller_is_transferred_with_the_reference_by_the_persons_own_token(centre: Centre) -> None:
    ref = await with_call(centre)
    card = await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold", "note": "The meter."})
    asked = [one for one in centre.controllers.asked if one[0] == "POST"]
    assert asked == [
        ("POST", "/api/v1/calls/c1/transfer", {"to": {"queue": "soporte_n2"}, "ticket": ref}, "Bearer ana")
    ]
    assert stands(card) == ("passed", "soporte_n2", None)
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == ["Since 7.", "The meter."]
    centre.call(operator=None, stage="waiting", ticket=ref)
    await centre.watcher.look()
    centre.call(operator="1015", stage="talking")
    await centre.watcher.look()
    found = await centre.done("teresa", "GET", "/calls/c1/tickets")
    assert [one["ref"] for one in found["linked"]] == [ref]
    card = await centre.done("teresa", "GET", f"/tickets/{ref}")
    assert stands(card) == ("in_progress", "soporte_n2", "1015")
    assert events(card) == ["opened", "pass_asked", "passed", "taken"]


async def test_a_caller_whom_nobody_takes_comes_back_with_the_ticket(centre: Centre) -> None:
    ref = await with_call(centre)
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold", "to": {"operator": "1015"}})
    await centre.watcher.look()  # the caller has not left yet
    centre.call(operator=None, stage="waiting", ticket=ref)
    await centre.watcher.look()
    centre.call(operator="1005", stage="talking")
    await centre.watcher.look()
    card = await centre.done("ana", "GET", f"/tickets/{ref}")
    assert stands(card) == ("in_progress", "soporte", "1005")
    assert events(card)[-1] == "came_back"


async def test_a_caller_who_hangs_up_on_the_way_leaves_the_ticket_on_the_next_levels_list(centre: Centre) -> None:
    ref = await with_call(centre)
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold"})
    centre.call(operator=None, stage="ended", ticket=ref)
    await centre.watcher.look()
    await centre.watcher.look()
    listed = await centre.done("teresa", "GET", "/tickets?view=work")
    assert [(one["ref"], one["state"]) for one in listed["items"]] == [(ref, "passed")]


async def test_warm_the_free_operator_of_the_level_is_consulted_and_has_it_when_the_first_leaves(
    centre: Centre,
) -> None:
    ref = await with_call(centre)
    centre.free("1016", "soporte_n2", since=centre.clock.now_s - 60)
    centre.free("1015", "soporte_n2")
    card = await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm", "note": "The meter."})
    assert centre.controllers.commands == [("c1/consult", {"to": {"operator": "1016"}, "ticket": ref})]
    assert stands(card) == ("in_progress", "soporte", "1005")
    assert (card["moving"]["how"], card["moving"]["to"]["operator"]) == ("warm", "1016")
    centre.call(control="consulting", consulting="1016", ticket=ref)
    await centre.watcher.look()
    assert (await centre.ask("andres", "GET", f"/tickets/{ref}?call=c1")).status_code == 200
    centre.call(operator="1016", control="talking", consulting=None)
    await centre.watcher.look()
    card = await centre.done("andres", "GET", f"/tickets/{ref}")
    assert stands(card) == ("in_progress", "soporte_n2", "1016")
    assert events(card) == ["opened", "pass_asked", "passed"]
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == ["Since 7.", "The meter."]


async def test_a_consultation_that_comes_to_nothing_leaves_the_ticket_and_its_note_where_they_were(
    centre: Centre,
) -> None:
    ref = await with_call(centre)
    centre.free("1015", "soporte_n2")
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm", "note": "The meter."})
    centre.call(control="consulting", consulting="1015", ticket=ref)
    await centre.watcher.look()
    centre.call(control="talking", consulting=None)
    centre.clock.now_s += 20
    await centre.watcher.look()
    card = await centre.done("ana", "GET", f"/tickets/{ref}")
    assert (stands(card), card["moving"]) == (("in_progress", "soporte", "1005"), None)
    assert events(card) == ["opened", "pass_asked", "pass_ended"]
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == ["Since 7."]


async def test_after_a_cancelled_consultation_it_can_be_passed_on_at_once(centre: Centre) -> None:
    ref = await with_call(centre)
    centre.free("1015", "soporte_n2")
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm"})
    centre.call(control="talking", consulting=None, ticket=ref)
    card = await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold"})
    assert events(card) == ["opened", "pass_asked", "pass_ended", "pass_asked", "passed"]


async def test_what_the_controller_refuses_is_shown_and_the_ticket_says_so_and_stands_as_before(
    centre: Centre,
) -> None:
    ref = await with_call(centre)
    before = centre.search.show(ref).ticket
    centre.controllers.answers = [refusal()]
    answer = await centre.ask("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold", "note": "The meter."})
    assert (answer.status_code, answer.json()["error"]["message"]) == (409, "operator 1015 is not ready.")
    card = await centre.done("ana", "GET", f"/tickets/{ref}")
    assert events(card) == ["opened", "pass_asked", "pass_refused"]
    assert card["timeline"][-1]["detail"] == {
        "how": "cold", "call": "c1", "queue": "soporte_n2", "code": "not_now", "why": "operator 1015 is not ready.",
    }  # fmt: skip
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == ["Since 7."]
    after = centre.search.show(ref).ticket
    assert replace(after, version=0, changed_at=0) == replace(before, version=0, changed_at=0)


async def test_warm_to_a_level_tries_the_next_free_one_when_the_first_was_just_taken(centre: Centre) -> None:
    ref = await with_call(centre)
    centre.free("1015", "soporte_n2")
    centre.free("1016", "soporte_n2", since=centre.clock.now_s + 1)
    centre.controllers.answers = [refusal()]
    card = await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm"})
    assert [body["to"]["operator"] for _, body in centre.controllers.commands] == ["1015", "1016"]
    assert card["moving"]["to"]["operator"] == "1016"


async def test_warm_to_a_level_where_nobody_is_free_asks_nobody(centre: Centre) -> None:
    ref = await with_call(centre)
    assert await centre.refused("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm"}) == (409, "nobody_free")
    assert centre.controllers.commands == []
    assert events(await centre.done("ana", "GET", f"/tickets/{ref}")) == ["opened"]


@pytest.mark.parametrize("said", [None, Said(500, None), Said(503, None)])
@pytest.mark.parametrize("was_done", [True, False])
async def test_without_an_answer_the_call_tells_what_became_of_it(
    centre: Centre, said: Said | None, was_done: bool
) -> None:
    ref = await with_call(centre)
    centre.controllers.answers = [said]
    assert await centre.refused("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold"}) == (503, "outcome_unknown")
    assert await centre.refused("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold"}) == (409, "ticket_being_passed")
    assert len(centre.controllers.commands) == 1
    if was_done:
        centre.call(operator=None, stage="waiting", ticket=ref)
    centre.clock.now_s += 20
    await centre.watcher.look()
    card = await centre.done("ana", "GET", f"/tickets/{ref}")
    assert stands(card) == (("passed", "soporte_n2", None) if was_done else ("in_progress", "soporte", "1005"))


@pytest.mark.parametrize("was_done", [True, False])
async def test_a_console_that_dies_before_it_hears_the_answer_goes_on_when_it_is_back(
    centre: Centre, database: Database, was_done: bool
) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    ref = await with_call(centre)
    centre.controllers.meanwhile = die
    with pytest.raises(BaseException):  # noqa: B017, PT011 - the process is gone
        await centre.ask("ana", "POST", f"/tickets/{ref}/pass", {"how": "cold", "note": "The meter."})
    back = Centre(database, centre.board, centre.clock)
    assert back.search.show(ref).ticket.passing is not None
    if was_done:
        back.call(operator="1015", stage="talking", ticket=ref)
    back.clock.now_s += 20
    for _ in range(3):
        await back.watcher.look()
    card = await back.done("leader", "GET", f"/tickets/{ref}")
    assert stands(card) == (("in_progress", "soporte_n2", "1015") if was_done else ("in_progress", "soporte", "1005"))
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == [
        "Since 7.",
        *(["The meter."] if was_done else []),
    ]


async def test_while_nothing_is_known_of_calls_nothing_is_concluded(centre: Centre, database: Database) -> None:
    ref = await with_call(centre)
    centre.free("1015", "soporte_n2")
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "warm"})
    centre.board.calls.clear()
    centre.clock.now_s += 3600
    centre.watcher._ready = lambda: False
    await centre.watcher.look()
    assert centre.search.show(ref).ticket.passing is not None


async def test_only_whoever_talks_with_the_caller_passes_him_or_her_on(centre: Centre) -> None:
    ref = await with_call(centre)
    await centre.done("ana", "POST", f"/tickets/{ref}/put-back")
    path = f"/tickets/{ref}/pass"
    assert await centre.refused("luis", "POST", path, {"how": "cold"}) == (403, "forbidden")
    assert await centre.refused("eva", "POST", path, {"how": "cold"}) == (403, "forbidden")
    centre.call("c9", operator="1006")
    assert await centre.refused("luis", "POST", path, {"how": "cold", "call": "c1"}) == (403, "forbidden")
    assert centre.controllers.commands == []
    await centre.done("leader", "POST", path, {"how": "cold"})
    centre.call("c1", operator=None, stage="ended")
    other = await centre.opened(call="c9", who="luis")
    centre.call("c9", operator="1006", stage="ended")
    assert await centre.refused("luis", "POST", f"/tickets/{other}/pass", {"how": "cold"}) == (409, "no_call")


@pytest.mark.parametrize(
    "body",
    [
        {"how": "now"},
        {"how": "later", "to": {}},
        {"how": "later", "to": {"queue": "soporte", "operator": "1015"}},
        {"how": "later", "to": {"operator": "x"}},
    ],
)
async def test_a_way_that_there_is_not_is_refused(centre: Centre, body: dict[str, Any]) -> None:
    ref = await centre.opened()
    assert (await centre.refused("ana", "POST", f"/tickets/{ref}/pass", body))[0] == 422


async def test_a_reference_that_came_by_a_phones_transfer_is_found_from_the_call(centre: Centre) -> None:
    ref = await centre.opened()
    centre.call("c5", operator="1015", queue="soporte_n2", ticket=ref)
    found = await centre.done("teresa", "GET", "/calls/c5/tickets")
    assert [one["ref"] for one in found["linked"]] == [ref]
    assert (await centre.ask("teresa", "GET", f"/tickets/{ref}?call=c5")).status_code == 200


async def test_whoever_writes_a_call_up_after_passing_it_on_sees_its_tickets_still(centre: Centre) -> None:
    centre.call()
    ref = await centre.opened("ana", call="c1")
    centre.free("1005", "soporte")
    centre.board.operators["1005"] = replace(centre.board.operators["1005"], state="wrap_up", call="c1")
    centre.call(operator="1015")
    assert [one["ref"] for one in (await centre.done("ana", "GET", "/calls/c1/tickets"))["linked"]] == [ref]
    centre.free("1005", "soporte")
    assert await centre.refused("ana", "GET", "/calls/c1/tickets") == (403, "forbidden")
