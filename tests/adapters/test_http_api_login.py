"""Who gets in, for how long, and what is learned by trying? Logins and tokens."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from ari_app.accounts import Accounts, one_secret_for_all
from ari_app.adapters import http_auth
from ari_app.adapters.http_api import create_app
from tests.adapters.conftest import (
    OPERATOR,
    OTHER,
    SECRET,
    SUPERVISOR,
    TOKEN_KEY,
    Api,
    FakeCentre,
    error_of,
)


async def test_login_gives_a_bearer_token_with_role_and_life(api: Api) -> None:
    answer = await api.login(SUPERVISOR)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "token_type", "code", "name", "role", "expires_s"}
    assert (body["code"], body["name"]) == (SUPERVISOR, "Sara")
    assert (body["token_type"], body["role"], body["expires_s"]) == ("bearer", "supervisor", 12 * 3600)
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_code_and_a_wrong_secret_get_the_same_answer(api: Api) -> None:
    wrong, unknown = await api.login(OPERATOR, "wrong"), await api.login("9999", "wrong")
    assert error_of(wrong) == (401, "login_refused", None)
    assert wrong.content == unknown.content
    assert (await api.login("9999", SECRET)).content == wrong.content


async def test_five_failed_logins_close_the_code_to_that_address_for_a_minute(api: Api) -> None:
    for _ in range(5):
        assert (await api.login(OPERATOR, "wrong", "127.0.0.9")).status_code == 401
    refused = await api.login(OPERATOR, SECRET, "127.0.0.9")
    assert error_of(refused) == (429, "too_many_logins", None)
    assert refused.headers["retry-after"] == "61"
    assert (await api.login(OPERATOR, SECRET, "127.0.0.10")).status_code == 200
    assert (await api.login(OTHER, SECRET, "127.0.0.9")).status_code == 200
    api.centre.now_s += 61
    assert (await api.login(OPERATOR, SECRET, "127.0.0.9")).status_code == 200


async def test_a_success_forgets_earlier_failures(api: Api) -> None:
    for secret in ("wrong", "wrong", "wrong", "wrong", SECRET, "wrong", "wrong"):
        await api.login(OPERATOR, secret)
    assert (await api.login(OPERATOR)).status_code == 200


def test_failed_logins_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_auth, "REMEMBERED", 3)
    failed = http_auth.FailedLogins(lambda: 0.0)
    for number in range(10):
        failed.failed(str(number), "127.0.0.1")
    assert len(failed._failed) == 3


async def test_no_secret_and_no_token_is_ever_logged(api: Api) -> None:
    with capture_logs() as logs:
        await api.login(OPERATOR)
        await api.login(OPERATOR, "wr0ng")
        await api.login("a secret typed as the code", "x")
        token = (await api.login(OPERATOR)).json()["token"]
    text = str(logs)
    assert "logged_in" in text
    assert "login_refused" in text
    for never in (SECRET, "wr0ng", "a secret typed", token):
        assert never not in text


async def test_tokens_end_after_twelve_hours_and_outlive_a_restart(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(OPERATOR)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    centre.app = create_app(centre.board, centre, centre.accounts, TOKEN_KEY, lambda: centre.now_s, list)
    restarted = Api(centre)
    centre.now_s += 12 * 3600 - 1
    assert (await restarted.http.get("/api/v1/queues", headers=headers)).status_code == 200
    centre.now_s += 1
    assert error_of(await restarted.http.get("/api/v1/queues", headers=headers)) == (401, "token_expired", None)
    await restarted.http.aclose()


async def test_only_a_good_token_in_the_header_counts(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(SUPERVISOR)).json()["token"]
    stranger = http_auth.Tokens("another key of thirty-two characters", centre.accounts, lambda: centre.now_s)
    account = centre.accounts.get(SUPERVISOR)
    assert account is not None
    for header in ("", "Bearer", f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer x{token}", "Bearer \x7f", token):
        answer = await api.http.get("/api/v1/queues", headers={"Authorization": header})
        assert answer.status_code == 401, header
    answer = await api.http.get("/api/v1/queues", headers={"Authorization": f"Bearer {stranger.issue(account)}"})
    assert error_of(answer) == (401, "token_invalid", None)
    for query in (f"?access_token={token}", f"?token={token}"):
        assert error_of(await api.http.get(f"/api/v1/events{query}")) == (401, "token_missing", None)


async def test_a_removed_account_is_out_at_once(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(SUPERVISOR)).json()["token"]
    nobody = Accounts([], one_secret_for_all(SECRET))
    centre.app = create_app(centre.board, centre, nobody, TOKEN_KEY, lambda: centre.now_s, list)
    after = Api(centre)
    answer = await after.http.get("/api/v1/queues", headers={"Authorization": f"Bearer {token}"})
    assert error_of(answer) == (401, "token_invalid", None)
    await after.http.aclose()


def test_a_short_token_key_is_refused(centre: FakeCentre) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        create_app(centre.board, centre, centre.accounts, "short", lambda: 0.0, list)
