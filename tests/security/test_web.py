"""How long is somebody let in over HTTP, whose pages may ask, how much and how often, and what will a browser do?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ari_app.accounts import Account
from ari_app.adapters import http_auth
from ari_app.adapters.http_errors import BODY_LIMIT
from ari_app.adapters.http_guard import HEADERS
from ari_app.rates import Rates
from ari_app.sessions import Sessions
from tests.adapters.conftest import COORDINATOR, OPERATOR, OTHER, SECRET, SUPERVISOR, Api, FakeCentre, error_of
from tests.adapters.test_http_api_events import Served
from tests.security.everything import LIFE_S, Whole

OF_OURS = "http://127.0.0.1"
"""Where the test's client asks."""
ELSEWHERE = ("https://evil.example", "http://127.0.0.1:81", "null", "", "http://", "\xff", "http://[")


@pytest.fixture
def whole() -> Whole:
    return Whole(None, origins=["https://desk.example"])


@pytest.fixture
async def api(whole: Whole) -> AsyncIterator[Api]:
    async with whole.api() as made:
        yield made


async def bearer(api: Api, code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await api.login(code)).json()['token']}"}


async def status(api: Api, headers: dict[str, str]) -> tuple[int, str]:
    """Of a request with this token: 200, or why not."""
    answer = await api.http.get("/api/v1/queues", headers=headers)
    return (answer.status_code, "" if answer.status_code == 200 else answer.json()["error"]["code"])


# -- how long ------------------------------------------------------------------------------------------------------------


async def test_a_log_in_ends_by_itself_after_twelve_hours(api: Api) -> None:
    token = await bearer(api, OPERATOR)
    api.centre.now_s += LIFE_S - 1
    assert await status(api, token) == (200, "")
    api.centre.now_s += 1
    assert await status(api, token) == (401, "token_expired")


async def test_whoever_logs_out_is_out_at_once_with_this_token_and_no_other(api: Api) -> None:
    one, another = await bearer(api, OPERATOR), await bearer(api, OPERATOR)
    assert (await api.http.post("/api/v1/logout", headers=one)).status_code == 204
    assert await status(api, one) == (401, "token_revoked")
    assert await status(api, another) == (200, "")


async def test_a_restart_forgets_no_log_out(whole: Whole, api: Api) -> None:
    out, ended, fine = await bearer(api, OPERATOR), await bearer(api, OTHER), await bearer(api, SUPERVISOR)
    await api.http.post("/api/v1/logout", headers=out)
    await api.http.delete(f"/api/v1/accounts/{OTHER}/sessions", headers=fine)
    await whole.restarted()
    async with whole.api() as after:
        assert await status(after, out) == (401, "token_revoked")
        assert await status(after, ended) == (401, "token_revoked")
        assert await status(after, fine) == (200, "")


async def test_a_supervisor_ends_all_log_ins_of_an_account_and_it_may_log_in_again(api: Api) -> None:
    stolen = [await bearer(api, OPERATOR) for _ in range(3)]
    supervisor = await bearer(api, SUPERVISOR)
    assert (await api.http.delete(f"/api/v1/accounts/{OPERATOR}/sessions", headers=supervisor)).status_code == 204
    assert [await status(api, one) for one in stolen] == [(401, "token_revoked")] * 3
    api.centre.now_s += 0.01
    assert await status(api, await bearer(api, OPERATOR)) == (200, "")


async def test_only_a_coordinator_ends_the_log_ins_of_a_coordinator(api: Api) -> None:
    path = f"/api/v1/accounts/{COORDINATOR}/sessions"
    assert (await api.http.delete(path, headers=await bearer(api, SUPERVISOR))).status_code == 403
    assert (await api.http.delete(path, headers=await bearer(api, OPERATOR))).status_code == 403
    assert (await api.http.delete(path, headers=await bearer(api, COORDINATOR))).status_code == 204


async def test_a_removed_account_and_a_changed_role_are_out_and_stay_out_when_the_account_comes_back(
    whole: Whole, api: Api
) -> None:
    accounts = whole.centre.accounts
    operator, supervisor = await bearer(api, OPERATOR), await bearer(api, SUPERVISOR)
    before = [one for code in (OPERATOR, OTHER, SUPERVISOR) if (one := accounts.get(code)) is not None]
    ended = accounts.replace([before[1], Account(SUPERVISOR, "Sara", "operator")])
    assert {OPERATOR, SUPERVISOR} <= ended
    assert OTHER not in ended
    for code in ended:  # as the controller does after a reload
        whole.sessions.end_all(code)
    assert await status(api, operator) == (401, "token_invalid")
    assert await status(api, supervisor) == (401, "token_revoked")
    accounts.replace(before)
    assert await status(api, operator) == (401, "token_revoked")


async def test_a_stream_that_is_followed_ends_when_its_log_in_is_ended_without_waiting_for_an_event() -> None:
    served = Served(FakeCentre(), keep_alive_s=3600.0)
    try:
        async with served.follow(OPERATOR) as stream, served.follow(OTHER) as another:
            assert [(await one.next())["event"] for one in (stream, another)] == ["snapshot", "snapshot"]
            headers = await served.bearer(SUPERVISOR)
            await served.http.delete(f"/accounts/{OPERATOR}/sessions", headers=headers)
            assert (await stream.next())["event"] == "revoked"
            served.centre.board.put_queue(served.centre.board.queues["soporte"])
            assert served.hub.follower_count == 1
    finally:
        await served.stop()


def test_ended_log_ins_are_remembered_within_bounds_and_only_while_they_would_last() -> None:
    now = 0.0
    sessions = Sessions(lambda: now, LIFE_S, kept=100)
    for number in range(110):
        sessions.end(str(number), LIFE_S)
    assert len(sessions._ended) == 100
    now = LIFE_S
    sessions.end("one more", 2 * LIFE_S)
    assert list(sessions._ended) == ["one more"]


# -- whose pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/queues", "/api/v1/events", "/healthz", "/metrics", "/api/v1/openapi.json"])
async def test_a_page_of_another_site_gets_nothing_not_even_with_a_token(api: Api, path: str) -> None:
    token = await bearer(api, SUPERVISOR)
    for origin in ELSEWHERE:
        headers = {name.encode(): value.encode() for name, value in token.items()}
        answer = await api.http.get(path, headers=headers | {b"Origin": origin.encode("latin-1")})
        assert error_of(answer) == (403, "cross_origin", None), origin
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_page_of_another_site_cannot_log_in_nor_ask_with_a_preflight(api: Api) -> None:
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    body = {"code": OPERATOR, "secret": SECRET}
    assert (await api.http.post("/api/v1/login", json=body, headers=headers)).status_code == 403
    preflight = headers | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = await api.http.options("/api/v1/queues", headers=preflight)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


async def test_pages_of_this_address_those_that_the_settings_name_and_programs_may_ask(api: Api) -> None:
    token = await bearer(api, OPERATOR)
    for more in ({}, {"Origin": OF_OURS}, {"Origin": "https://desk.example"}):
        assert (await api.http.get("/api/v1/queues", headers=token | more)).status_code == 200


async def test_no_answer_sets_a_cookie_and_none_lets_in_so_that_no_request_can_be_forged(api: Api) -> None:
    answer = await api.login(OPERATOR)
    token = answer.json()["token"]
    assert "set-cookie" not in answer.headers
    forged = await api.http.get("/api/v1/queues", headers={"Cookie": f"token={token}; Authorization=Bearer {token}"})
    assert error_of(forged) == (401, "token_missing", None)
    assert "set-cookie" not in forged.headers


# -- how much, how often -------------------------------------------------------------------------------------------------


async def test_a_log_in_that_asks_too_often_is_told_when_to_come_back_and_others_are_served() -> None:
    whole = Whole(None, session_rates=Rates(50, 200))
    async with whole.api() as api:
        greedy, other = await bearer(api, OPERATOR), await bearer(api, OTHER)
        assert {(await status(api, greedy))[0] for _ in range(200)} == {200}
        refused = await api.http.get("/api/v1/queues", headers=greedy)
        assert error_of(refused) == (429, "too_many_requests", None)
        assert refused.headers["retry-after"] == "1"
        assert await status(api, other) == (200, "")
        api.centre.now_s += 1.0
        assert {(await status(api, greedy))[0] for _ in range(50)} == {200}
        assert (await status(api, greedy))[0] == 429


async def test_an_address_that_floods_is_refused_before_anything_is_read_and_health_is_told_all_the_same() -> None:
    whole = Whole(None, address_rates=Rates(10, 20))
    async with whole.api() as api:
        assert [(await api.http.get("/api/v1/queues")).status_code for _ in range(20)] == [401] * 20
        assert error_of(await api.login(OPERATOR)) == (429, "too_many_requests", None)
        assert (await api.login(OPERATOR, address="127.0.0.9")).status_code == 200
        assert (await api.http.get("/healthz")).status_code == 200


async def test_an_address_that_tries_one_secret_on_many_codes_is_banned_and_another_is_not(api: Api) -> None:
    for code in range(5000, 5000 + http_auth.CODES_TRIED):
        assert (await api.login(str(code), "Verano2026", "127.0.0.9")).status_code == 401
    refused = await api.login(OPERATOR, SECRET, "127.0.0.9")
    assert error_of(refused) == (429, "too_many_logins", None)
    assert refused.headers["retry-after"] == str(int(http_auth.BANNED_S) + 1)
    assert (await api.login(OPERATOR, SECRET, "127.0.0.10")).status_code == 200
    api.centre.now_s += http_auth.BANNED_S
    assert (await api.login(OPERATOR, SECRET, "127.0.0.9")).status_code == 200


async def test_an_office_in_which_some_mistype_within_a_minute_is_not_banned(api: Api) -> None:
    for code in range(1001, 1001 + http_auth.CODES_TRIED - 1):
        await api.login(str(code), "mistyped", "127.0.0.9")
    assert (await api.login(OPERATOR, SECRET, "127.0.0.9")).status_code == 200


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read_whole(api: Api) -> None:
    body = b'{"code": "1005", "secret": "' + b"x" * BODY_LIMIT + b'"}'
    assert error_of(await api.http.post("/api/v1/login", content=body)) == (413, "too_large", None)

    async def endless() -> AsyncIterator[bytes]:
        sent = 0
        while True:
            assert sent <= 2 * BODY_LIMIT, "it goes on being read"
            yield b"x" * 4096
            sent += 4096

    assert error_of(await api.http.post("/api/v1/login", content=endless())) == (413, "too_large", None)


# -- what a browser makes of it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/v1/queues", "/api/v1/nothing", "/healthz", "/api/v1/openapi.json", "/api/v1/listen/x"]
)
async def test_every_answer_says_that_it_is_neither_to_be_run_framed_guessed_at_nor_kept(api: Api, path: str) -> None:
    for headers in ({}, await bearer(api, OPERATOR), {"Origin": "https://evil.example"}):
        answer = await api.http.get(path, headers=headers)
        for name, value in HEADERS.items():
            assert answer.headers[name.decode()] == value.decode()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "no-store" in answer.headers["cache-control"]
