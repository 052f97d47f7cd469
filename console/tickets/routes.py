"""What can be asked of tickets over HTTP? By operators of what is theirs, their queues' or their caller's; by those who lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import APIRouter, Header, Query, Request, Response

from ari_app.adapters.http_bodies import REFUSALS, ErrorBody
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.beside import beside
from console.answers import CATALOGUE_AWAY, answering_when_away
from console.people import AskedBy, PersonRoute, needs_token
from console.tickets import bodies, life
from console.tickets.asking import Asking, asking_of
from console.tickets.calls import Customer
from console.tickets.desk import TicketDesk
from console.tickets.passing_on import Asked
from console.tickets.search import BadPlace, Page, Wanted
from console.tickets.showing import ACTS, WHAT, card, shown_ticket
from console.tickets.store import NewTicket, NoSuchTicket
from console.tickets.ticket import UNFINISHED, Actor, Ticket

P = ParamSpec("P")
T = TypeVar("T")


def ticket_routes(desk: TicketDesk) -> APIRouter:
    """``/api/v1/tickets...`` and ``/api/v1/calls/{id}/tickets``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["tickets"],
        route_class=PersonRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **CATALOGUE_AWAY, 409: {"model": ErrorBody, "description": "Not now"}},
    )
    _reading(router, desk)
    _opening(router, desk)
    _writing(router, desk)
    for name in ACTS:
        _acting(router, desk, name)
    _passing(router, desk)
    return router


def _reading(router: APIRouter, desk: TicketDesk) -> None:
    @router.get("/tickets", response_model=bodies.Tickets)
    async def list_tickets(
        request: Request, person: AskedBy, asked: Annotated[bodies.TicketListing, Query()]
    ) -> Response:
        who = asking_of(person, request)
        whos = () if asked.contact is None else await _asked(desk.whos_of, asked.contact)
        wanted = replace(_wanted(asked, who.by.code, desk.tickets.now()), whos=tuple(sorted(whos)))
        page = await _found(desk, wanted, who.actor)
        items = [shown_ticket(one, desk.tickets.now()) for one in page.items]
        return json_answer({"items": items, "total": page.total, "next": page.next})

    @router.get("/tickets/counts", response_model=bodies.Counts)
    async def count_tickets(request: Request, person: AskedBy) -> Response:
        return json_answer(await _asked(desk.search.counts, asking_of(person, request).actor))

    @router.get("/tickets/levels", response_model=bodies.LevelsBody)
    async def list_levels(request: Request, person: AskedBy) -> Response:
        asking_of(person, request)
        levels = desk.tickets.levels()
        queues = sorted(levels.queues)
        return json_answer(
            {"items": [{"queue": one, "level": levels.of(one), "next": levels.after(one)} for one in queues]}
        )

    @router.get("/tickets/{ref}", response_model=bodies.TicketCard)
    async def show_ticket(
        ref: str, request: Request, person: AskedBy, call: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        return await _card(desk, ref, asking_of(person, request), call)

    @router.get("/calls/{call_id}/tickets", response_model=bodies.TicketsOfCall)
    async def list_tickets_of_call(call_id: str, request: Request, person: AskedBy) -> Response:
        who = asking_of(person, request)
        now = await desk.call_of(call_id, who)
        customer = await desk.customer_of(call_id, who)
        linked = list((await _found(desk, Wanted(call=call_id), None)).items)
        if now.ticket is not None and now.ticket not in {one.ref for one in linked}:
            linked += [
                one for one in (await _found(desk, Wanted(text=now.ticket), None)).items if one.ref == now.ticket
            ]
        others = await _customers(desk, customer, {one.ref for one in linked})
        shown = [[shown_ticket(one, desk.tickets.now()) for one in some] for some in (linked, others)]
        return json_answer({"linked": shown[0], "customers": shown[1]})


def _opening(router: APIRouter, desk: TicketDesk) -> None:
    @router.post("/tickets", response_model=bodies.TicketCard, status_code=201)
    async def open_ticket(
        body: bodies.NewTicketBody,
        request: Request,
        person: AskedBy,
        idempotency_key: Annotated[str | None, Header(max_length=64, pattern=r"^[\x21-\x7e]+$")] = None,
    ) -> Response:
        who = asking_of(person, request)
        call = None if body.call is None else await desk.call_of(body.call, who)
        customer = Customer() if call is None else await desk.customer_of(call.id, who)
        queue = body.queue or (call.queue if call else None) or next(iter(person.queues), None)
        if queue is None or queue not in desk.tickets.levels().queues:
            raise Refused(422, "bad_field", "Name one of the centre's queues.", "queue")
        new = NewTicket(
            subject=body.subject,
            queue=queue,
            note=body.note,
            priority=body.priority,
            due_at=None if body.due is None else body.due.timestamp(),
            contact=body.contact or customer.contact,
            customer=customer.who,
            customer_shown=call.caller if call else "",
            number=call.number if call else "",
            shown=dict(call.shown) if call else {},
            call=call.id if call else None,
            mine=body.mine,
            key=idempotency_key,
        )
        ticket, is_new = await _asked(desk.tickets.open, new, who.by)
        return await _card(desk, ticket.ref, who, None, 201 if is_new else 200)


def _writing(router: APIRouter, desk: TicketDesk) -> None:
    @router.patch("/tickets/{ref}", response_model=bodies.TicketCard)
    async def edit_ticket(ref: str, body: bodies.TicketEdit, request: Request, person: AskedBy) -> Response:
        given = body.model_fields_set
        due_at = None if "due" not in given else -1.0 if body.due is None else body.due.timestamp()
        contact = None if "contact" not in given else body.contact or ""
        edit = life.Edit(body.subject, body.priority, due_at, contact)
        detail: dict[str, Any] = {name: getattr(body, name) for name in ("priority", "contact") if name in given}
        return await _done(
            desk, ref, asking_of(person, request), edit, "edited", "", {"fields": sorted(given), **detail}
        )

    @router.post("/tickets/{ref}/notes", response_model=bodies.TicketCard, status_code=201)
    async def add_note(ref: str, body: bodies.NoteBody, request: Request, person: AskedBy) -> Response:
        who = asking_of(person, request)
        check = await desk.check_of(who)
        await _asked(desk.tickets.note, ref, body.text, who.by, check)
        return await _card(desk, ref, who, None, 201)

    @router.post("/tickets/{ref}/calls", response_model=bodies.TicketCard, status_code=201)
    async def link_call(ref: str, body: bodies.CallBody, request: Request, person: AskedBy) -> Response:
        who = asking_of(person, request)
        check = await desk.check_of(who, body.call)
        await _asked(desk.tickets.link, ref, body.call, who.by, check)
        return await _card(desk, ref, who, body.call, 201)

    @router.post("/tickets/{ref}/give", response_model=bodies.TicketCard)
    async def give_ticket(ref: str, body: bodies.GiveBody, request: Request, person: AskedBy) -> Response:
        return await _done(
            desk, ref, asking_of(person, request), life.Give(body.to), "given", body.note, {"to": body.to}
        )


def _acting(router: APIRouter, desk: TicketDesk, name: str) -> None:
    async def route(ref: str, request: Request, person: AskedBy, body: bodies.ActBody | None = None) -> Response:
        note = body.note if body is not None else ""
        return await _done(desk, ref, asking_of(person, request), ACTS[name], WHAT[name], note, {})

    path = f"/tickets/{{ref}}/{name.replace('_', '-')}"
    router.add_api_route(path, route, methods=["POST"], name=f"{name}_ticket", response_model=bodies.TicketCard)


def _passing(router: APIRouter, desk: TicketDesk) -> None:
    @router.post("/tickets/{ref}/pass", response_model=bodies.TicketCard)
    async def pass_ticket_on(ref: str, body: bodies.PassBody, request: Request, person: AskedBy) -> Response:
        who = asking_of(person, request)
        to = None if body.to is None else body.to.to()
        check = await desk.check_of(who)
        with _refusing():
            await desk.passing.pass_on(ref, Asked(body.how, to, body.call, body.note), who, check)
        return await _card(desk, ref, who, None)


async def _done(
    desk: TicketDesk, ref: str, who: Asking, act: life.Act, what: str, note: str, detail: dict[str, Any]
) -> Response:
    check = await desk.check_of(who)
    await _asked(desk.tickets.act, ref, act, who.actor, who.by, what, check, note, detail)
    return await _card(desk, ref, who, None)


async def _card(desk: TicketDesk, ref: str, who: Asking, call: str | None, status: int = 200) -> Response:
    check = await desk.check_of(who, call)
    ticket, has_worked = await _asked(desk.search.ticket, ref, who.by.code)
    check(ticket, has_worked)
    known = await _asked(desk.search.show, ref)
    answers = await _asked(desk.answers.of_calls, [row["call"] for row in known.calls])
    return json_answer(card(known, who.actor, desk.tickets.levels(), desk.tickets.now(), answers), status)


async def _found(desk: TicketDesk, wanted: Wanted, actor: Actor | None) -> Page:
    try:
        return await _asked(desk.search.find, wanted, actor)
    except BadPlace as bad:
        raise Refused(422, "bad_field", f"{bad}.", "after") from None


async def _customers(desk: TicketDesk, customer: Customer, but: set[str]) -> list[Ticket]:
    found: dict[str, Ticket] = {}
    for wanted in (
        Wanted(states=UNFINISHED, contact=customer.contact) if customer.contact else None,
        Wanted(states=UNFINISHED, customer=customer.who) if customer.who else None,
    ):
        if wanted is not None:
            found |= {one.ref: one for one in (await _found(desk, wanted, None)).items if one.ref not in but}
    return list(found.values())


def _wanted(asked: bodies.TicketListing, code: str, now: float) -> Wanted:
    return Wanted(
        states=tuple(asked.state) or (UNFINISHED if asked.view == "mine" else ()),
        queue=asked.queue,
        owner=code if asked.view == "mine" else asked.owner,
        to_take=asked.view == "work",
        contact=asked.contact,
        customer=asked.customer,
        text=asked.text,
        overdue_at=now if asked.overdue else None,
        order=asked.order,
        limit=asked.limit,
        after=asked.after,
    )


class _refusing:
    """What life.py and the store refuse, as the API says it."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case life.NotNow():
                raise Refused(409, error.code, f"{error}.") from None
            case life.NotYours():
                raise Refused(403, "forbidden", f"Not yours to do: {error}.") from None
            case NoSuchTicket():
                raise Refused(404, "not_found", "There is no such ticket.") from None


async def _asked(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with _refusing(), answering_when_away():
        return await beside(work, *args, **kwargs)
