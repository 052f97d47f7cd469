"""Who makes webhooks, sees what became of messages, and sends them again, over HTTP? Coordinators and administrators."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import APIRouter, Query, Request, Response

from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.beside import beside
from ari_app.contract import timestamp
from console.answers import CATALOGUE_AWAY, answering_when_away
from console.audit.asking import by
from console.people import AskedBy, Person, PersonRoute, demand, needs_token
from console.webhooks.bodies import (
    MadeWebhook,
    MessageListing,
    Messages,
    NewWebhook,
    Secret,
    ShownMessage,
    ShownWebhook,
    WebhookChange,
    Webhooks,
    WholeMessage,
)
from console.webhooks.book import WebhookBook
from console.webhooks.guard import BadUrl, Guard
from console.webhooks.outbox import EVENTS
from console.webhooks.webhook import Attempt, Message, NoSuchMessage, NoSuchWebhook, Webhook

P = ParamSpec("P")
T = TypeVar("T")


def webhook_routes(book: WebhookBook, guard: Guard, nudge: Callable[[], None] = lambda: None) -> APIRouter:
    """``/api/v1/webhooks...`` and ``/api/v1/webhook-messages...``; ``nudge`` is told when there may be something to send."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["webhooks"],
        route_class=PersonRoute,
        dependencies=[needs_token],
        responses={**REFUSALS, **CATALOGUE_AWAY},
    )
    _webhook_routes(router, book, guard)
    _upkeep_routes(router, book, nudge)
    _message_routes(router, book, nudge)
    return router


def _webhook_routes(router: APIRouter, book: WebhookBook, guard: Guard) -> None:
    @router.get("/webhooks", response_model=Webhooks)
    async def list_webhooks(person: AskedBy) -> Response:
        _demand_manager(person)
        return json_answer({"items": [_shown(one) for one in await _asked(book.all)], "events": list(EVENTS)})

    @router.post("/webhooks", response_model=MadeWebhook, status_code=201)
    async def make_webhook(body: NewWebhook, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        _check(guard, body.url)
        id_, secret = await _asked(book.make, body.url, body.events, body.about, by(person, request))
        return json_answer(_shown(await _asked(book.find, id_)) | {"secret": secret}, 201)

    @router.patch("/webhooks/{webhook_id}", response_model=ShownWebhook)
    async def change_webhook(webhook_id: str, body: WebhookChange, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        values = body.model_dump(exclude_none=True)
        if body.url is not None:
            _check(guard, body.url)
        await _asked(book.change, webhook_id, by(person, request), **values)
        return json_answer(_shown(await _asked(book.find, webhook_id)))

    @router.delete("/webhooks/{webhook_id}", status_code=204, response_class=Response)
    async def remove_webhook(webhook_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        await _asked(book.remove, webhook_id, by(person, request))
        return Response(status_code=204)


def _upkeep_routes(router: APIRouter, book: WebhookBook, nudge: Callable[[], None]) -> None:
    @router.post("/webhooks/{webhook_id}/secret", response_model=Secret, status_code=201)
    async def change_secret(webhook_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        return json_answer({"secret": await _asked(book.new_secret, webhook_id, by(person, request))}, 201)

    @router.post("/webhooks/{webhook_id}/stop", response_model=ShownWebhook)
    async def stop_webhook(webhook_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        await _asked(book.stop, webhook_id, f"stopped by {person.code}", by(person, request))
        return json_answer(_shown(await _asked(book.find, webhook_id)))

    @router.post("/webhooks/{webhook_id}/resume", response_model=ShownWebhook)
    async def resume_webhook(webhook_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        await _asked(book.resume, webhook_id, by(person, request))
        nudge()
        return json_answer(_shown(await _asked(book.find, webhook_id)))

    @router.post("/webhooks/{webhook_id}/test", response_model=WholeMessage, status_code=202)
    async def try_webhook(webhook_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        message = await _asked(book.try_out, webhook_id, by(person, request))
        nudge()
        return json_answer(_whole(await _asked(book.message, message)), 202)


def _message_routes(router: APIRouter, book: WebhookBook, nudge: Callable[[], None]) -> None:
    @router.get("/webhooks/{webhook_id}/messages", response_model=Messages)
    async def list_messages(webhook_id: str, person: AskedBy, asked: Annotated[MessageListing, Query()]) -> Response:
        _demand_manager(person)
        await _asked(book.find, webhook_id)
        found = await _asked(book.messages, webhook_id, asked.state, asked.before, asked.limit + 1)
        items = [_message(one) for one in found[: asked.limit]]
        return json_answer({"items": items, "next": items[-1]["number"] if len(found) > asked.limit else None})

    @router.get("/webhook-messages/{message_id}", response_model=WholeMessage)
    async def show_message(message_id: str, person: AskedBy) -> Response:
        _demand_manager(person)
        return json_answer(_whole(await _asked(book.message, message_id)))

    @router.post("/webhook-messages/{message_id}/replay", response_model=ShownMessage, status_code=202)
    async def replay_message(message_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        await _asked(book.replay, message_id, by(person, request))
        nudge()
        return json_answer(_message(await _asked(book.message, message_id)), 202)

    @router.post("/webhook-messages/{message_id}/drop", response_model=ShownMessage)
    async def drop_message(message_id: str, request: Request, person: AskedBy) -> Response:
        _demand_manager(person)
        await _asked(book.drop, message_id, by(person, request))
        return json_answer(_message(await _asked(book.message, message_id)))


def _demand_manager(person: Person) -> None:
    demand(person.may("webhooks"))


def _check(guard: Guard, url: str) -> None:
    try:
        guard.check_url(url)
    except BadUrl as bad:
        raise Refused(422, "bad_field", f"{bad}.", "url") from None


async def _asked(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the book says; what it does not have is 404."""
    try:
        with answering_when_away():
            return await beside(work, *args, **kwargs)
    except NoSuchWebhook:
        raise Refused(404, "not_found", "There is no such webhook.") from None
    except NoSuchMessage:
        raise Refused(404, "not_found", "There is no such message; delivered ones are kept for 30 days.") from None


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "about": webhook.about,
        "made": timestamp(webhook.made_at),
        "made_by": webhook.made_by,
        "stopped": None if webhook.stopped_at is None else timestamp(webhook.stopped_at),
        "stopped_why": webhook.stopped_why,
        "pending": webhook.pending,
        "dead": webhook.dead,
        "last": None if webhook.last is None else _attempt(webhook.last),
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    return {"at": timestamp(one.at), "took_ms": one.took_ms, "status": one.status, "wrong": one.wrong}


def _message(one: Message) -> dict[str, Any]:
    return {
        "number": one.seq,
        "id": one.id,
        "type": one.type,
        "about": one.about,
        "made": timestamp(one.made_at),
        "state": one.state,
        "attempts": one.attempts,
        "next": timestamp(one.next_at) if one.state == "pending" else None,
        "ended": None if one.ended_at is None else timestamp(one.ended_at),
    }


def _whole(one: Message) -> dict[str, Any]:
    return _message(one) | {"body": json.loads(one.body), "tries": [_attempt(attempt) for attempt in one.tries]}
