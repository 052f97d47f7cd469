"""Do webhooks over HTTP obey coordinators alone, show a secret once, and every message with what became of it?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ari_app.adapters import http_errors
from console.people import Person
from console.webhooks.guard import Guard
from console.webhooks.routes import webhook_routes
from recordings.record import CatalogueAway
from tests.console.reception import FakeReception
from tests.console.webhooks.post import Post
from tests.console.webhooks.receiver import Receiver

PEOPLE = {
    role: Person(code, role, role)  # type: ignore[arg-type]
    for code, role in (
        ("1005", "operator"),
        ("1900", "team_leader"),
        ("2001", "supervisor"),
        ("3001", "coordinator"),
        ("4001", "administrator"),
    )
}


@pytest.fixture
async def api(post: Post) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    http_errors.install(app)
    app.state.reception = FakeReception(PEOPLE)
    app.include_router(webhook_routes(post.book, Guard(["127.0.0.0/8"])))
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": "Bearer coordinator"}
    async with httpx.AsyncClient(transport=transport, base_url="http://console/api/v1", headers=headers) as client:
        yield client


async def made(api: httpx.AsyncClient, url: str = "https://crm.example.com/hooks") -> dict[str, Any]:
    answer = await api.post("/webhooks", json={"url": url, "events": ["ticket.opened"], "about": "CRM"})
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


ROUTES = [
    ("GET", "/webhooks"),
    ("POST", "/webhooks"),
    ("PATCH", "/webhooks/x"),
    ("DELETE", "/webhooks/x"),
    ("POST", "/webhooks/x/secret"),
    ("POST", "/webhooks/x/stop"),
    ("POST", "/webhooks/x/resume"),
    ("POST", "/webhooks/x/test"),
    ("GET", "/webhooks/x/messages"),
    ("GET", "/webhook-messages/x"),
    ("POST", "/webhook-messages/x/replay"),
    ("POST", "/webhook-messages/x/drop"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_only_coordinators_and_administrators_manage_them(api: httpx.AsyncClient, method: str, path: str) -> None:
    body = {"url": "https://crm.example.com/", "events": ["call.ended"]} if method in ("POST", "PATCH") else None
    statuses = {}
    for role in (*PEOPLE, "nobody"):
        answer = await api.request(method, path, json=body, headers={"Authorization": f"Bearer {role}"})
        statuses[role] = answer.status_code
    assert {statuses.pop(role) for role in ("operator", "team_leader", "supervisor")} == {403}
    assert statuses.pop("nobody") == 401
    assert set(statuses.values()) <= {200, 201, 404}


async def test_the_secret_is_shown_once_and_never_again(api: httpx.AsyncClient) -> None:
    webhook = await made(api)
    assert webhook["secret"].startswith("whsec_")
    new = (await api.post(f"/webhooks/{webhook['id']}/secret")).json()["secret"]
    assert new != webhook["secret"]
    listed = (await api.get("/webhooks")).text
    assert webhook["secret"] not in listed
    assert new not in listed
    assert "secret" not in (await api.get("/webhooks")).json()["items"][0]


@pytest.mark.parametrize("url", ["http://crm.example.com/", "https://10.0.0.1/", "https://169.254.169.254/", "x"])
async def test_a_url_that_leads_inside_is_refused_and_the_field_is_named(api: httpx.AsyncClient, url: str) -> None:
    answer = await api.post("/webhooks", json={"url": url, "events": ["call.ended"]})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "url")
    webhook = await made(api)
    assert (await api.patch(f"/webhooks/{webhook['id']}", json={"url": url})).status_code == 422
    assert (await api.post("/webhooks", json={"url": "https://x.example/", "events": ["x"]})).status_code == 422


async def test_it_is_tried_changed_stopped_resumed_and_removed(
    api: httpx.AsyncClient, post: Post, receiver: Receiver
) -> None:
    webhook = await made(api, receiver.url)
    receiver.secret, id_ = webhook["secret"], webhook["id"]
    receiver.answers = [500]
    message = (await api.post(f"/webhooks/{id_}/test")).json()
    assert (message["type"], message["state"]) == ("webhook.test", "pending")
    async with post.delivering():
        await post.until(lambda: post.book.message(message["id"]).state == "delivered")
    shown = (await api.get(f"/webhook-messages/{message['id']}")).json()
    assert [one["status"] for one in shown["tries"]] == [500, 200]
    assert (await api.get("/webhooks")).json()["items"][0]["last"]["status"] == 200
    assert (await api.patch(f"/webhooks/{id_}", json={"events": ["call.ended"]})).json()["events"] == ["call.ended"]
    assert (await api.post(f"/webhooks/{id_}/stop")).json()["stopped_why"] == "stopped by 3001"
    assert (await api.post(f"/webhooks/{id_}/resume")).json()["stopped_why"] is None
    assert (await api.post(f"/webhook-messages/{message['id']}/replay")).json()["state"] == "pending"
    assert (await api.post(f"/webhook-messages/{message['id']}/drop")).json()["state"] == "dropped"
    assert (await api.delete(f"/webhooks/{id_}")).status_code == 204
    assert (await api.get("/webhooks")).json()["items"] == []
    assert (await api.get(f"/webhook-messages/{message['id']}")).status_code == 404


async def test_messages_are_listed_page_by_page_the_newest_first(api: httpx.AsyncClient, post: Post) -> None:
    webhook = await made(api)
    for nth in range(5):
        post.put(nth)
    path, seen = f"/webhooks/{webhook['id']}/messages", []
    before: dict[str, int] = {}
    while True:
        page = (await api.get(path, params={"limit": 2, **before})).json()
        seen += [one["about"] for one in page["items"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert seen == [f"S-{nth}" for nth in (4, 3, 2, 1, 0)]
    assert (await api.get(path, params={"state": "dead"})).json()["items"] == []


async def test_without_the_database_it_says_so(
    api: httpx.AsyncClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise CatalogueAway("gone")

    monkeypatch.setattr(post.book, "all", away)
    answer = await api.get("/webhooks")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_away")
    assert answer.headers["retry-after"] == "5"
