"""Who sees callers' messages over HTTP, calls back, and ticks them off?"""

from __future__ import annotations

from dataclasses import replace

from ari_app.voicemail_desk import VoicemailStatus
from tests.adapters.conftest import COORDINATOR, OPERATOR, SUPERVISOR, Api, error_of

OF_VENTAS_ONLY = "2002"
MESSAGE = VoicemailStatus(
    id="20261124-042201-0000000a",
    queue="soporte",
    caller="******222",
    number="900100210",
    recording="2026/11/24/20261124-042201-0000000a-voicemail.opus.age",
    lasts_s=7.5,
    left="2026-11-24T04:22:01.000Z",
    callable=True,
)


async def test_those_who_serve_or_watch_the_queue_see_its_messages(api: Api) -> None:
    api.centre.messages = [MESSAGE]
    for code, seen in (
        (OPERATOR, [MESSAGE.id]),
        (SUPERVISOR, [MESSAGE.id]),
        (COORDINATOR, [MESSAGE.id]),
        (OF_VENTAS_ONLY, []),
    ):
        answer = await api.ask(code, "GET", "/voicemails")
        assert (answer.status_code, [item["id"] for item in answer.json()["items"]]) == (200, seen)


async def test_an_operator_who_calls_back_is_rung_first_and_the_message_is_dealt_with(api: Api) -> None:
    api.centre.messages = [MESSAGE]
    answer = await api.ask(OPERATOR, "POST", f"/voicemails/{MESSAGE.id}/callback")
    assert (answer.status_code, answer.json()["caller"]) == (202, "******222")
    assert api.centre.called_back == [(MESSAGE.id, OPERATOR)]
    again = await api.ask(OPERATOR, "POST", f"/voicemails/{MESSAGE.id}/callback")
    assert error_of(again)[:2] == (404, "not_found")


async def test_a_number_that_may_not_be_called_is_refused_and_the_message_stays(api: Api) -> None:
    api.centre.messages = [replace(MESSAGE, callable=False)]
    refused = await api.ask(SUPERVISOR, "POST", f"/voicemails/{MESSAGE.id}/callback")
    assert error_of(refused)[:2] == (409, "state_refused")
    assert len(api.centre.messages) == 1


async def test_a_message_is_ticked_off_by_those_within_whose_sight_it_is(api: Api) -> None:
    api.centre.messages = [MESSAGE]
    path = f"/voicemails/{MESSAGE.id}"
    assert error_of(await api.ask(OF_VENTAS_ONLY, "DELETE", path))[:2] == (403, "forbidden")
    assert (await api.ask(SUPERVISOR, "DELETE", path)).status_code == 200
    assert api.centre.messages == []
