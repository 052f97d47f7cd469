"""Does the company's own system say who calls when it can, and do our contacts when it cannot, within the deadline?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from ari_app.adapters.http_lookups import HttpLookups
from ari_app.centre_contacts import ContactsEntry, CrmEntry
from ari_app.lookups import LookupAnswer
from ari_app.services import HttpService, Services
from console.contacts.company_crm import Crm, WhoIsCalling
from console.contacts.contact import ContactNumber, Details
from console.contacts.desk import Desk
from tests.console.contacts.conftest import ANA, Centre

URL = "http://127.0.0.1:9/customers/{caller}"


@pytest.fixture
def desk(centre: Centre) -> Desk:
    """Of a centre whose company has a system of its own."""
    centre.services = Services({"clientes": HttpService("clientes", URL)})
    centre.entry = ContactsEntry(
        crm=CrmEntry(service="clientes", answers={"name": "customer.full_name", "deuda": "balance"})
    )
    return centre.open()


async def test_the_companys_system_is_asked_by_number_and_its_answer_kept(centre: Centre, desk: Desk) -> None:
    body = {
        "id": 77,
        "customer": {"full_name": "Ana García"},
        "email": "ana@example.com",
        "balance": 12.5,
        "fields": {"zona": "sur", "x": None},
    }
    centre.lookups.answer = LookupAnswer(200, body)
    found = await desk.calling.look_up("611222333", "1005")
    assert centre.lookups.asked == [("clientes", {"caller": ANA})]
    (ana,) = found.contacts
    assert found.crm == "found"
    assert ana.details == Details(
        "Ana García",
        (ContactNumber(ANA),),
        "ana@example.com",
        fields={"deuda": "12.5", "zona": "sur"},
        external_id="77",
        source="crm",
    )
    assert desk.book.look_up(ANA) == (ana,)
    assert (await desk.calling.look_up(ANA, "1006")).contacts == (ana,)  # and no second version


async def test_what_is_written_down_here_stays_beside_what_the_company_says(centre: Centre, desk: Desk) -> None:
    desk.book.put_external(
        "77", lambda old: Details("A", (ContactNumber("911234567", "work"),), note="amable", fields={"a": "1"}), "1005"
    )
    luis = desk.book.create(Details("Luis", (ContactNumber(ANA),)), "1005")
    centre.lookups.answer = LookupAnswer(
        200, [{"id": "77", "customer": {"full_name": "Ana"}}, {"name": "without an id"}]
    )
    found = (await desk.calling.look_up(ANA, "1005")).contacts
    assert [one.details.name for one in found] == ["Ana", "Luis"]
    assert found[0].details.numbers == (ContactNumber("+34911234567", "work"), ContactNumber(ANA))
    assert (found[0].details.note, found[0].details.fields) == ("amable", {"a": "1"})
    assert found[1] == luis


@pytest.mark.parametrize(
    ("answer", "crm"),
    [
        (LookupAnswer(404), "unknown"),
        (LookupAnswer(200, []), "unknown"),
        (LookupAnswer(204), "unknown"),
        (LookupAnswer(500), "away"),
        (LookupAnswer(302), "away"),
        (LookupAnswer(None, why="not reached"), "away"),
        (LookupAnswer(200, "what?"), "away"),
        (LookupAnswer(200, {"customer": {"full_name": "Ana"}}), "away"),
        (LookupAnswer(200, {"id": {"x": 1}}), "away"),
    ],
)
async def test_our_own_contacts_answer_when_the_company_does_not(
    centre: Centre, desk: Desk, answer: LookupAnswer, crm: str
) -> None:
    ana = desk.book.create(Details("Ana", (ContactNumber(ANA),)), "1005")
    centre.lookups.answer = answer
    found = await desk.calling.look_up(ANA, "1005")
    assert (found.contacts, found.crm) == ((ana,), crm)


async def test_an_answer_that_cannot_be_a_contact_is_passed_over(centre: Centre, desk: Desk) -> None:
    centre.lookups.answer = LookupAnswer(
        200, [{"id": "1", "customer": {"full_name": "x" * 999}}, {"id": "2", "customer": {"full_name": "Luis"}}]
    )
    found = await desk.calling.look_up(ANA, "1005")
    assert [one.details.name for one in found.contacts] == ["Luis"]


async def test_withheld_numbers_are_not_asked_about(centre: Centre, desk: Desk) -> None:
    assert (await desk.calling.look_up("anonymous", "1005")).contacts == ()
    assert centre.lookups.asked == []


async def test_a_system_that_says_nothing_is_not_waited_for_beyond_the_deadline(centre: Centre, desk: Desk) -> None:
    ana = desk.book.create(Details("Ana", (ContactNumber(ANA),)), "1005")
    centre.lookups.answer = None
    centre.entry = ContactsEntry(crm=CrmEntry(service="clientes", deadline_s=0.01))
    async with asyncio.timeout(30):  # it would never answer
        found = await desk.calling.look_up(ANA, "1005")
    assert (found.contacts, found.crm, found.why) == ((ana,), "away", "no answer in 0.01 s")


@pytest.fixture
async def real_system() -> AsyncIterator[str]:
    """A company's system that speaks HTTP; the URL by which it is asked."""

    async def customers(request: web.Request) -> web.Response:
        if request.query.get("number") != ANA:
            return web.json_response({"error": "unknown"}, status=404)
        return web.json_response({"id": "C-1", "name": "Ana García"})

    app = web.Application()
    app.router.add_get("/customers", customers)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/customers"
    await runner.cleanup()


async def test_a_real_system_is_asked_over_http(centre: Centre, real_system: str) -> None:
    book, lookups = centre.open().book, HttpLookups()
    calling = WhoIsCalling(book, lookups, lambda: Crm(HttpService("clientes", real_system), deadline_s=30.0))
    try:
        (ana,) = (await calling.look_up("0034611222333", "1005")).contacts
        assert (ana.details.external_id, ana.details.name) == ("C-1", "Ana García")
        assert (await calling.look_up("622333444", "1005")).crm == "unknown"
    finally:
        await lookups.close()
