"""What the page of a phone in a browser may tell over HTTP, and of whose phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from ari_app.accounts import Account, Accounts, one_secret_for_all
from ari_app.adapters import http_errors
from ari_app.adapters.http_auth import Tokens
from ari_app.adapters.http_phones import phone_routes
from ari_app.centre_files import PhoneKind
from ari_app.phone_desk import NotInBrowser, PhoneShown
from ari_app.phone_watch import PhoneHealth
from tests.adapters.conftest import SECRET, TOKEN_KEY

WELL = {"instance": "page-0001", "registered": True}


@dataclass
class FakePhones:
    """Notes what is told; 1005's phone has a page."""

    told: list[tuple[str, str, PhoneHealth | None]] = field(default_factory=list)

    def kind(self, code: str) -> PhoneKind:
        return "browser" if code == "1005" else "sip"

    def tell_health(self, code: str, instance: str, health: PhoneHealth) -> PhoneShown:
        return self._note(code, instance, health)

    def leave(self, code: str, instance: str) -> PhoneShown:
        return self._note(code, instance, None)

    def _note(self, code: str, instance: str, health: PhoneHealth | None) -> PhoneShown:
        if code != "1005":
            raise NotInBrowser(f"{code} has no phone in a browser")
        self.told.append((code, instance, health))
        return PhoneShown(False, "microphone_lost", older=True)


@pytest.fixture
def phones() -> FakePhones:
    return FakePhones()


@pytest_asyncio.fixture
async def http(phones: FakePhones) -> AsyncIterator[AsyncClient]:
    accounts = Accounts([Account(code, code, "operator") for code in ("1005", "1006")], one_secret_for_all(SECRET))
    app = FastAPI()
    http_errors.install(app)
    app.state.tokens = tokens = Tokens(TOKEN_KEY, accounts, lambda: 1_790_000_000.0)
    app.include_router(phone_routes(phones))
    account = accounts.get("1005")
    assert account is not None
    headers = {"Authorization": f"Bearer {tokens.issue(account)}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://centre", headers=headers) as client:
        client.headers["X-Other"] = tokens.issue(Account("1006", "1006", "operator"))
        yield client


async def test_everybody_sees_which_kind_of_phone_is_theirs(http: AsyncClient) -> None:
    assert (await http.get("/api/v1/me/phone")).json() == {"kind": "browser"}
    other = await http.get("/api/v1/me/phone", headers={"Authorization": f"Bearer {http.headers['X-Other']}"})
    assert other.json() == {"kind": "sip"}


async def test_a_page_tells_of_its_own_persons_phone_and_hears_what_became_of_it(
    http: AsyncClient, phones: FakePhones
) -> None:
    body = {**WELL, "microphone": "lost", "network": "poor", "frozen": True}
    answer = await http.post("/api/v1/me/phone/health", json=body)
    assert answer.json() == {"reachable": False, "reason": "microphone_lost", "older": True}
    assert phones.told == [("1005", "page-0001", PhoneHealth(True, "lost", "poor", frozen=True))]


async def test_a_page_that_is_being_closed_says_no_more_than_that(http: AsyncClient, phones: FakePhones) -> None:
    await http.post("/api/v1/me/phone/health", json={**WELL, "closing": True})
    assert phones.told == [("1005", "page-0001", None)]


async def test_whose_phone_is_none_in_a_browser_is_told_so(http: AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {http.headers['X-Other']}"}
    answer = await http.post("/api/v1/me/phone/health", json=WELL, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_browser_phone")


@pytest.mark.parametrize(
    "wrong",
    [{"instance": "short"}, {"instance": "a" * 65}, {"microphone": "loud"}, {"registered": "yes"}, {"code": "1006"}],
)
async def test_nothing_else_is_taken(http: AsyncClient, phones: FakePhones, wrong: dict[str, object]) -> None:
    assert (await http.post("/api/v1/me/phone/health", json={**WELL, **wrong})).status_code == 422
    assert phones.told == []
