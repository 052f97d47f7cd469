"""What can be asked of a conversation over HTTP, by whom, and how is it refused?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    ResumeAsked,
    SwapAsked,
    ToNumber,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from tests.adapters.conftest import COORDINATOR, OPERATOR, OTHER, SUPERVISOR, Api, FakeCentre, error_of

REQUESTS: list[tuple[str, Any, Asked, str | None]] = [
    ("hold", None, HoldAsked(), None),
    ("resume", None, ResumeAsked(), None),
    ("consult/swap", None, SwapAsked(), None),
    ("consult/complete", None, CompleteAsked(), None),
    ("consult/cancel", None, CancelAsked(), None),
    ("conference", None, ConferenceAsked(), None),
    ("consult", {"to": {"operator": "1006"}, "ticket": "T-1"}, ConsultAsked(ToOperator("1006")), "T-1"),
    ("consult", {"to": {"number": "+34600111222"}}, ConsultAsked(ToNumber("+34600111222")), None),
    ("transfer", {"to": {"queue": "soporte_n2"}, "ticket": "Ñ ${X}"}, TransferAsked(ToQueue("soporte_n2")), "Ñ ${X}"),
    (
        "transfer",
        {"to": {"queue": "soporte"}, "keep_place": False},
        TransferAsked(ToQueue("soporte"), keep_place=False),
        None,
    ),
]


@pytest.mark.parametrize(("what", "body", "asked", "ticket"), REQUESTS)
@pytest.mark.parametrize("who", [OPERATOR, SUPERVISOR, COORDINATOR])
async def test_what_is_asked_reaches_the_call(
    api: Api, centre: FakeCentre, who: str, what: str, body: Any, asked: Asked, ticket: str | None
) -> None:
    answer = await api.ask(who, "POST", f"/calls/call-1/{what}", json=body)
    assert (answer.status_code, answer.json()["id"]) == (202, "call-1")
    assert centre.asked == [("call-1", asked, ticket)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "to"),
        ({"to": {}}, "to"),
        ({"to": {"operator": "1006", "queue": "soporte"}}, "to"),
        ({"to": {"operator": "1006;x"}}, "to"),
        ({"to": {"number": "600 111"}}, "to"),
        ({"to": {"agent": "1006"}}, "to"),
        ({"to": {"operator": "1006"}, "ticket": ""}, "ticket"),
        ({"to": {"operator": "1006"}, "ticket": "x" * 65}, "ticket"),
        ({"to": {"operator": "1006"}, "ticket": "two\nlines"}, "ticket"),
        ({"to": {"operator": "1006"}, "keep_place": "yes"}, "keep_place"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused_with_its_field(
    api: Api, centre: FakeCentre, body: Any, field: str
) -> None:
    assert error_of(await api.ask(OPERATOR, "POST", "/calls/call-1/transfer", json=body)) == (422, "bad_field", field)
    assert centre.asked == []


async def test_a_queue_cannot_be_consulted(api: Api) -> None:
    answer = await api.ask(OPERATOR, "POST", "/calls/call-1/consult", json={"to": {"queue": "soporte"}})
    assert error_of(answer) == (422, "bad_field", "to")


async def test_what_cannot_be_done_now_is_409_and_an_ended_or_unknown_call_404(api: Api) -> None:
    for call, refusal in (("call-2", (409, "not_now")), ("call-3", (404, "call_not_up")), ("x", (404, "not_found"))):
        assert error_of(await api.ask(SUPERVISOR, "POST", f"/calls/{call}/hold"))[:2] == refusal


async def test_another_operator_may_not_ask_and_the_consulted_may_see_but_not_ask(api: Api, centre: FakeCentre) -> None:
    assert (await api.ask(OTHER, "GET", "/calls/call-1")).status_code == 403
    assert error_of(await api.ask(OTHER, "POST", "/calls/call-1/hold"))[:2] == (403, "forbidden")
    centre.board.put_call(replace(centre.board.calls["call-1"], consulting=OTHER, ticket="T-9"))
    assert (await api.ask(OTHER, "GET", "/calls/call-1")).json()["ticket"] == "T-9"
    assert error_of(await api.ask(OTHER, "POST", "/calls/call-1/consult/complete"))[:2] == (403, "forbidden")
    assert centre.asked == []
