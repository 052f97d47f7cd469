"""Who sees callbacks over HTTP, and who may cancel one?"""

from __future__ import annotations

import pytest

from ari_app.callback_desk import CallbackStatus
from ari_app.commands import UnknownCall
from tests.adapters.conftest import COORDINATOR, OPERATOR, SUPERVISOR, Api, error_of

OF_VENTAS_ONLY = "2002"
CALLBACK = CallbackStatus(
    id="20261124-042201-0000000a",
    queue="soporte",
    caller="******222",
    number="900100201",
    stage="callback",
    position=1,
    operator=None,
    first="operator",
    arrived="2026-11-24T04:22:01.000Z",
    agreed="2026-11-24T04:23:01.000Z",
    attempts=1,
    next_attempt="2026-11-24T04:28:01.000Z",
)


async def test_those_who_see_whole_queues_see_their_callbacks(api: Api) -> None:
    api.centre.standing = [CALLBACK]
    for code, seen in ((SUPERVISOR, [CALLBACK.id]), (COORDINATOR, [CALLBACK.id]), (OF_VENTAS_ONLY, [])):
        answer = await api.ask(code, "GET", "/callbacks")
        assert (answer.status_code, [item["id"] for item in answer.json()["items"]]) == (200, seen)
    assert (await api.ask(SUPERVISOR, "GET", "/callbacks")).json()["items"][0]["caller"] == "******222"
    assert error_of(await api.ask(OPERATOR, "GET", "/callbacks"))[:2] == (403, "forbidden")


async def test_a_supervisor_cancels_one_of_the_own_queues(api: Api) -> None:
    api.centre.standing = [CALLBACK]
    path = f"/callbacks/{CALLBACK.id}"
    for code in (OPERATOR, OF_VENTAS_ONLY):
        assert error_of(await api.ask(code, "DELETE", path))[:2] == (403, "forbidden")
    assert (await api.ask(SUPERVISOR, "DELETE", path)).json()["id"] == CALLBACK.id
    assert api.centre.standing == []
    assert error_of(await api.ask(SUPERVISOR, "DELETE", path))[:2] == (404, "not_found")


async def test_a_customer_who_is_on_the_line_already_is_not_cancelled(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(call: str) -> None:
        raise UnknownCall(call)

    api.centre.standing = [CALLBACK]
    monkeypatch.setattr(api.centre, "cancel_callback", too_late)
    assert error_of(await api.ask(SUPERVISOR, "DELETE", f"/callbacks/{CALLBACK.id}"))[:2] == (409, "state_refused")
