"""Do tickets over HTTP keep everything that was known, in order, for those who may see it, and only once?"""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, get_args

import pytest

from ari_app.adapters.catalogue_audit import SqlAuditBook
from ari_app.adapters.catalogue_database import Database
from console.audit.book import By
from console.pages import FOLDER
from console.tickets.calls import Customer
from console.tickets.customers import TicketsOfContacts
from console.tickets.life import NotNow, Take, Why
from console.tickets.store import NewTicket
from console.tickets.ticket import Actor
from recordings.custody import AuditQuery
from tests.console.tickets.desk import Centre


async def test_one_opened_from_a_call_carries_what_was_known_of_the_caller(centre: Centre) -> None:
    centre.call()
    centre.customers.of["c1"] = Customer("contact-7", "ab" * 12)
    centre.answers.kept = [{"call": "c1", "question": "contract", "answer": "12-34"}]
    card = await centre.done("ana", "POST", "/tickets", {"subject": "No light", "call": "c1", "note": "Since 7."})
    assert (card["ref"], card["state"], card["owner"]) == ("S-2026-000001", "in_progress", "1005")
    assert (card["queue"], card["level"], card["next_level"]) == ("soporte", 1, "soporte_n2")
    assert (card["contact"], card["customer"], card["customer_shown"]) == ("contact-7", "ab" * 12, "******789")
    assert (card["number"], card["shown"]) == ("900100200", {"name": "Rosa"})
    assert [(one["call"], one["answers"]) for one in card["calls"]] == [("c1", centre.answers.kept)]
    assert [(one["what"], one["text"]) for one in card["timeline"]] == [("opened", ""), ("noted", "Since 7.")]


async def test_the_same_request_opens_one_ticket_however_often_it_comes(centre: Centre) -> None:
    body, key = {"subject": "No light", "queue": "soporte"}, {"Idempotency-Key": "page-1"}
    first = await centre.ask("ana", "POST", "/tickets", body, headers=key)
    again = await centre.ask("ana", "POST", "/tickets", body, headers=key)
    other = await centre.ask("luis", "POST", "/tickets", body, headers=key)
    assert [one.status_code for one in (first, again, other)] == [201, 200, 201]
    assert [one.json()["ref"] for one in (first, again, other)] == ["S-2026-000001", "S-2026-000001", "S-2026-000002"]


async def test_references_are_unique_whoever_opens_at_once(centre: Centre) -> None:
    def open_one(nth: int) -> str:
        return centre.tickets.open(NewTicket(f"n {nth}", "soporte"), By("1005", "operator"))[0].ref

    with ThreadPoolExecutor(8) as threads:
        refs = list(threads.map(open_one, range(40)))
    assert sorted(refs) == [f"S-2026-{nth:06d}" for nth in range(1, 41)]


async def test_two_who_take_at_once_do_not_both_have_it(centre: Centre) -> None:
    ref = await centre.opened(mine=False)

    def take(code: str) -> str | None:
        actor = Actor(code, False, frozenset({"soporte"}))
        try:
            return centre.tickets.act(ref, Take(), actor, By(code, "operator"), "taken").owner
        except NotNow:
            return None

    with ThreadPoolExecutor(8) as threads:
        owners = [one for one in threads.map(take, [f"10{nth}" for nth in range(10, 30)]) if one is not None]
    assert len(owners) == 1
    assert centre.search.show(ref).ticket.owner == owners[0]
    assert await centre.refused("luis", "POST", f"/tickets/{ref}/take") == (409, "ticket_of_another")


async def test_its_history_tells_every_change_who_when_from_where_to_where(centre: Centre) -> None:
    ref = await centre.opened(mine=False)
    for who, act in (("ana", "take"), ("ana", "wait"), ("ana", "resume"), ("ana", "resolve"), ("ana", "close")):
        await centre.done(who, "POST", f"/tickets/{ref}/{act}", {"note": f"{act}!"})
    card = await centre.done("leader", "POST", f"/tickets/{ref}/reopen")
    changes = [
        (one["who"], one["before"]["state"], one["now"]["state"]) for one in card["timeline"] if one["kind"] == "event"
    ]
    assert changes == [
        ("1005", None, "open"),
        ("1005", "open", "in_progress"),
        ("1005", "in_progress", "waiting"),
        ("1005", "waiting", "in_progress"),
        ("1005", "in_progress", "resolved"),
        ("1005", "resolved", "closed"),
        ("2001", "closed", "reopened"),
    ]
    assert [one["text"] for one in card["timeline"] if one["kind"] == "note"] == [
        "take!", "wait!", "resume!", "resolve!", "close!",
    ]  # fmt: skip
    times = [one["at"] for one in card["timeline"]]
    assert times == sorted(times)


async def test_every_change_is_in_the_audit_and_no_words_of_anybodys(centre: Centre, database: Database) -> None:
    ref = await centre.opened(note="secret words")
    await centre.done("ana", "POST", f"/tickets/{ref}/notes", {"text": "600111222 called"})
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "later", "note": "more words"})
    entries = SqlAuditBook(database).entries(AuditQuery(subject=ref))
    assert [(one.who, one.act) for one in reversed(entries)] == [
        ("1005", "ticket_opened"),
        ("1005", "ticket_noted"),
        ("1005", "ticket_passed"),
    ]
    assert not any("words" in str(one.detail) or "600111222" in str(one.detail) for one in entries)


async def test_who_may_see_it(centre: Centre) -> None:
    ref = await centre.opened()
    statuses = {
        who: (await centre.ask(who, "GET", f"/tickets/{ref}")).status_code for who in ("ana", "luis", "eva", "teresa")
    }
    assert statuses == {"ana": 200, "luis": 200, "eva": 403, "teresa": 403}
    assert (await centre.ask("leader", "GET", f"/tickets/{ref}")).status_code == 200
    assert (await centre.ask("team", "GET", f"/tickets/{ref}")).status_code == 200
    assert (await centre.ask("sales", "GET", f"/tickets/{ref}")).status_code == 403
    assert (await centre.ask("administrator", "GET", f"/tickets/{ref}")).status_code == 403
    assert (await centre.ask("nobody", "GET", f"/tickets/{ref}")).status_code == 401
    assert await centre.refused("ana", "GET", "/tickets/S-2026-000999") == (404, "not_found")
    await centre.done("ana", "POST", f"/tickets/{ref}/pass", {"how": "later"})
    assert (await centre.ask("ana", "GET", f"/tickets/{ref}")).status_code == 200
    assert (await centre.ask("teresa", "GET", f"/tickets/{ref}")).status_code == 200
    assert (await centre.ask("eva", "POST", f"/tickets/{ref}/notes", {"text": "x"})).status_code == 403
    assert (await centre.ask("eva", "POST", f"/tickets/{ref}/take")).status_code == 403


async def test_whoever_talks_with_the_customer_sees_the_customers_tickets_and_nobody_elses_call(centre: Centre) -> None:
    centre.call("c1")
    centre.customers.of |= {"c1": Customer("contact-7"), "c2": Customer("contact-7"), "c3": Customer("contact-8")}
    old = await centre.opened(call="c1")
    centre.call("c2", operator="1001", queue="ventas")
    centre.call("c3", operator="1001", queue="ventas")
    found = await centre.done("eva", "GET", "/calls/c2/tickets")
    assert ([one["ref"] for one in found["linked"]], [one["ref"] for one in found["customers"]]) == ([], [old])
    assert (await centre.ask("eva", "GET", f"/tickets/{old}?call=c2")).status_code == 200
    assert (await centre.ask("eva", "GET", f"/tickets/{old}?call=c3")).status_code == 403
    assert (await centre.ask("eva", "GET", f"/tickets/{old}?call=c1")).status_code == 403
    assert (await centre.ask("eva", "GET", "/calls/c1/tickets")).status_code == 403
    assert (await centre.ask("eva", "POST", "/tickets", {"subject": "x", "call": "c1"})).status_code == 403
    await centre.done("eva", "POST", f"/tickets/{old}/calls", {"call": "c2"})
    found = await centre.done("eva", "GET", "/calls/c2/tickets")
    assert ([one["ref"] for one in found["linked"]], found["customers"]) == ([old], [])


async def test_work_lists_show_what_nobody_has_the_most_urgent_first(centre: Centre) -> None:
    due = "2026-11-24T06:00:00Z"
    plain = await centre.opened(mine=False)
    soon = await centre.opened(mine=False, due=due)
    urgent = await centre.opened(mine=False, priority=1)
    await centre.opened(mine=False, queue="ventas", who="eva")
    taken = await centre.opened(mine=True)
    listed = await centre.done("luis", "GET", "/tickets?view=work&order=urgent")
    assert [one["ref"] for one in listed["items"]] == [urgent, soon, plain]
    assert [one["ref"] for one in (await centre.done("ana", "GET", "/tickets?view=mine"))["items"]] == [taken]
    assert await centre.done("ana", "GET", "/tickets/counts") == {"mine": 1, "to_take": 3}
    centre.clock.now_s += 7200
    overdue = await centre.done("leader", "GET", "/tickets?overdue=true")
    assert [(one["ref"], one["overdue"]) for one in overdue["items"]] == [(soon, True)]


@pytest.mark.parametrize("order", ["urgent", "newest"])
async def test_lists_come_page_by_page_each_once_while_others_are_opened(centre: Centre, order: str) -> None:
    refs = [await centre.opened(priority=1 + nth % 4, subject=f"n {nth}") for nth in range(7)]
    seen: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = await centre.done("leader", "GET", "/tickets", params={"order": order, "limit": 3, **after})
        seen += [one["ref"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
        await centre.opened("eva", queue="ventas", priority=1)
    assert [ref for ref in seen if ref in refs] == [
        *(sorted(refs, key=lambda ref: (refs.index(ref) % 4, ref)) if order == "urgent" else reversed(refs))
    ]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("after", ["x", "[]", "[1,2]", '{"a":1}', '["a","b","c","d"]', '[true,1,1,"x"]'])
async def test_a_place_in_the_list_that_is_none_is_named(centre: Centre, after: str) -> None:
    answer = await centre.ask("leader", "GET", "/tickets", params={"after": after, "order": "urgent"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "after")


async def test_it_is_found_by_reference_subject_or_note_without_accents_and_by_customer(centre: Centre) -> None:
    centre.call()
    centre.customers.of["c1"] = Customer("contact-7", "ab" * 12)
    one = await centre.opened(subject="Avería en el contador", call="c1")
    two = await centre.opened(note="100% de acuerdo_con la gestión")

    async def found(**asked: str) -> list[str]:
        return [each["ref"] for each in (await centre.done("leader", "GET", "/tickets", params=asked))["items"]]

    assert await found(text="averia") == [one]
    assert await found(text="GESTION") == [two]
    assert await found(text="0% de") == [two]
    assert await found(text="0_ de") == []
    assert await found(text="s-2026-000001") == [one]
    assert await found(contact="contact-7") == [one]
    assert await found(customer="ab" * 12) == [one]
    assert await found(state="closed") == []
    assert await found(owner="1005", queue="soporte") == [two, one]


async def test_what_is_edited_stands_and_the_rest_stays(centre: Centre) -> None:
    ref = await centre.opened(due="2026-11-24T06:00:00Z")
    card = await centre.done("ana", "PATCH", f"/tickets/{ref}", {"priority": 1})
    assert (card["priority"], card["subject"], card["due"]) == (1, "No light", "2026-11-24T06:00:00.000Z")
    card = await centre.done("ana", "PATCH", f"/tickets/{ref}", {"due": None, "contact": "contact-9"})
    assert (card["priority"], card["due"], card["contact"]) == (1, None, "contact-9")
    assert (await centre.ask("luis", "PATCH", f"/tickets/{ref}", {"priority": 2})).status_code == 403


async def test_what_is_possible_is_said_with_it(centre: Centre) -> None:
    ref = await centre.opened(mine=False)
    luis = await centre.done("luis", "GET", f"/tickets/{ref}")
    assert set(luis["may"]) == {"take", "resolve", "edit", "pass"}
    leader = await centre.done("leader", "GET", f"/tickets/{ref}")
    assert set(leader["may"]) == {"take", "give", "resolve", "close", "edit", "pass"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": ""},
        {"subject": "x" * 201},
        {"subject": "a\x00b"},
        {"subject": "x", "priority": 0},
        {"subject": "x", "queue": "nowhere"},
        {"subject": "x", "due": "tomorrow"},
        {"subject": "x", "more": 1},
    ],
)
async def test_what_is_no_ticket_is_refused_and_nothing_is_opened(centre: Centre, body: dict[str, Any]) -> None:
    assert (await centre.refused("ana", "POST", "/tickets", body))[0] == 422
    assert (await centre.done("leader", "GET", "/tickets"))["total"] == 0


async def test_a_merged_contacts_tickets_are_the_other_ones(centre: Centre, database: Database) -> None:
    ref = await centre.opened(contact="gone")
    hooks = TicketsOfContacts(database, lambda number: ())
    with database.writing() as connection:
        assert hooks.merged(connection, "gone", "kept") == 1
    assert centre.search.show(ref).ticket.contact == "kept"


class Person:
    ids = ("contact-7",)
    numbers = ("+34600111222",)


async def test_of_an_erased_customer_nothing_is_left_but_figures(centre: Centre, database: Database) -> None:
    centre.call()
    centre.customers.of["c1"] = Customer(None, "ab" * 12)
    by_hash = await centre.opened(call="c1", note="Rosa lives in Calle Mayor", subject="Rosa's light")
    by_contact = await centre.opened(contact="contact-7", note="Rosa again")
    other = await centre.opened(note="Somebody else")
    hooks = TicketsOfContacts(database, lambda number: ["ab" * 12] if number == "+34600111222" else [])
    done = await hooks.forget(Person())
    assert done.count == 2
    for ref in (by_hash, by_contact):
        known = centre.search.show(ref)
        assert (known.ticket.subject, known.ticket.contact, known.ticket.customer) == ("", None, None)
        assert (known.ticket.shown, known.ticket.customer_shown, known.calls) == ({}, "", [])
        assert [note["text"] for note in known.notes] == [""]
        assert known.ticket.state == "in_progress"
    assert [note["text"] for note in centre.search.show(other).notes] == ["Somebody else"]
    assert (await hooks.forget(Person())).count == 0


async def test_many_notes_at_once_are_all_kept(centre: Centre) -> None:
    ref = await centre.opened()
    await asyncio.gather(
        *(centre.done("ana", "POST", f"/tickets/{ref}/notes", {"text": f"n {nth}"}) for nth in range(20))
    )
    known = centre.search.show(ref)
    assert sorted(note["text"] for note in known.notes) == sorted(f"n {nth}" for nth in range(20))
    assert known.ticket.version == 21


async def test_a_contacts_tickets_are_found_with_those_from_before_it_was_written_down(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, anothers = "ab" * 12, "cd" * 12
    centre.customers.of = {
        "before": Customer(None, hers),
        "since": Customer("contact-7", hers),
        "shared": Customer("contact-8", hers),
        "another": Customer(None, anothers),
    }
    refs = {}
    for call in centre.customers.of:
        centre.call(call)
        refs[call] = await centre.opened(call=call)
    monkeypatch.setattr(centre, "desk", replace(centre.desk, whos_of=lambda contact: (hers,)))
    found = await centre.done("ana", "GET", "/tickets?contact=contact-7")
    assert {one["ref"] for one in found["items"]} == {refs["before"], refs["since"]}
    assert found["total"] == 2
    assert (await centre.done("eva", "GET", "/tickets?contact=contact-7"))["total"] == 0


@pytest.mark.parametrize("why", get_args(Why))
def test_what_is_in_the_way_is_told_in_both_languages(why: str) -> None:
    texts = (FOLDER / "js/lang/tickets.js").read_text(encoding="utf-8")
    assert len(re.findall(rf'\b{why}: "[^"]+"', texts)) == 2
