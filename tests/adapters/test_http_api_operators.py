"""Who may ask what about operators and waiting calls over HTTP, and how are they refused?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.conftest import COORDINATOR, OPERATOR, OTHER, SUPERVISOR, Api, error_of

OF_SALES_ONLY = "2002"


async def test_an_operator_logs_into_some_queues_only(api: Api) -> None:
    answer = await api.ask(OTHER, "POST", f"/operators/{OTHER}/state", json={"state": "ready", "queues": ["soporte"]})
    assert (answer.status_code, answer.json()["serves"]) == (200, ["soporte"])


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"state": "paused", "queues": ["soporte"], "reason": "x"}, (422, "bad_field", "queues")),
        ({"state": "ready", "queues": []}, (422, "bad_field", "queues")),
        ({"state": "ready", "queues": ["nowhere"]}, (422, "unknown_queue", "queues")),
        ({"state": "paused", "reason": "siesta"}, (422, "unknown_reason", "reason")),
        ({"state": "paused"}, (409, "state_refused", None)),
    ],
)
async def test_a_state_that_cannot_be_is_refused_with_its_field(
    api: Api, body: dict[str, object], refusal: tuple[int, str, str | None]
) -> None:
    assert error_of(await api.ask(OTHER, "POST", f"/operators/{OTHER}/state", json=body)) == refusal


async def test_supervisors_move_and_release_operators_and_operators_do_not(api: Api) -> None:
    moved = await api.ask(SUPERVISOR, "PUT", f"/operators/{OTHER}/queues", json={"queues": {"soporte": 3}})
    assert (moved.status_code, moved.json()["serves"]) == (200, ["soporte"])
    released = await api.ask(COORDINATOR, "POST", f"/operators/{OPERATOR}/release")
    assert (released.status_code, released.json()["state"]) == (202, "ready")
    for method, path, body in (("PUT", "queues", {"queues": {}}), ("POST", "release", None)):
        asked = await api.ask(OTHER, method, f"/operators/{OTHER}/{path}", json=body)
        assert error_of(asked)[:2] == (403, "forbidden")


async def test_a_supervisor_of_other_queues_is_told_that_the_operator_is_not_theirs(api: Api) -> None:
    state = await api.ask(OF_SALES_ONLY, "POST", f"/operators/{OTHER}/state", json={"state": "ready"})
    release = await api.ask(OF_SALES_ONLY, "POST", f"/operators/{OTHER}/release")
    move = await api.ask(OF_SALES_ONLY, "POST", "/calls/call-2/move", json={"priority": 9})
    for answer in (state, release, move):
        assert error_of(answer)[:2] == (403, "out_of_sight")


async def test_a_supervisor_moves_a_waiting_call(api: Api) -> None:
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-2/move", json={"queue": "ventas", "priority": 9})
    assert (answer.status_code, answer.json()["queue"], answer.json()["priority"]) == (200, "ventas", 9)
    assert error_of(await api.ask(SUPERVISOR, "POST", "/calls/call-2/move", json={})) == (422, "bad_field", "queue")
    assert error_of(await api.ask(SUPERVISOR, "POST", "/calls/call-9/move", json={"priority": 1}))[0] == 404
    assert error_of(await api.ask(SUPERVISOR, "POST", "/calls/call-2/move", json={"priority": 100}))[0] == 422
    assert error_of(await api.ask(OPERATOR, "POST", "/calls/call-1/move", json={"priority": 9}))[0] == 403


async def test_the_operator_of_a_call_notes_its_outcome_and_others_do_not(api: Api) -> None:
    answer = await api.ask(OPERATOR, "POST", "/calls/call-1/disposition", json={"code": "sold"})
    assert (answer.status_code, answer.json()["disposition"]) == (200, "sold")
    unknown = await api.ask(OPERATOR, "POST", "/calls/call-1/disposition", json={"code": "x"})
    assert error_of(unknown) == (422, "unknown_disposition", "code")
    assert error_of(await api.ask(OTHER, "POST", "/calls/call-1/disposition", json={"code": "sold"}))[0] == 403
    assert error_of(await api.ask(OPERATOR, "POST", "/calls/call-9/disposition", json={"code": "sold"}))[0] == 404


async def test_whoever_writes_up_a_call_that_was_passed_on_notes_its_outcome(api: Api) -> None:
    board = api.centre.board
    path = "/calls/call-1/disposition"
    board.put_operator(replace(board.operators[OTHER], state="wrap_up", call="call-1", queue="soporte"))
    assert (await api.ask(OTHER, "POST", path, json={"code": "sold"})).status_code == 200
    board.put_operator(replace(board.operators[OTHER], state="ready", call=None, queue=None))
    assert error_of(await api.ask(OTHER, "POST", path, json={"code": "sold"}))[0] == 403


async def test_more_time_to_write_up_is_asked_for_in_seconds(api: Api) -> None:
    path = f"/operators/{OTHER}/wrap-up"
    assert error_of(await api.ask(OTHER, "POST", path, json={"extend_s": 30.5}))[:2] == (409, "state_refused")
    for bad in (0, -1, "30", 1e9):
        assert error_of(await api.ask(OTHER, "POST", path, json={"extend_s": bad})) == (422, "bad_field", "extend_s")
    assert error_of(await api.ask(OPERATOR, "POST", path, json={"extend_s": 30}))[:2] == (403, "forbidden")


async def test_pauses_are_counted_by_reason_and_nobodys_words_become_a_label(api: Api) -> None:
    board = api.centre.board
    board.put_operator(
        replace(board.operators[OPERATOR], state="paused", reason="formacion", call=None, productive=True)
    )
    board.put_operator(replace(board.operators[OTHER], state="paused", reason="my dog is ill"))
    text = (await api.http.get("/metrics")).text
    assert 'centralita_operators_paused{productive="true",reason="formacion"} 1.0' in text
    assert 'centralita_operators_paused{productive="false",reason="other"} 1.0' in text
    assert "dog" not in text


async def test_phones_that_are_not_there_and_offers_that_failed_are_counted(api: Api) -> None:
    board = api.centre.board
    board.put_operator(replace(board.operators[OTHER], state="ready", phone="unreachable"))
    board.offers_not_taken["rejected"] += 2
    text = (await api.http.get("/metrics")).text
    assert "centralita_operators_unreachable 1.0" in text
    assert 'centralita_offers_not_taken_total{cause="rejected"} 2.0' in text
    assert 'centralita_offers_not_taken_total{cause="busy"} 0.0' in text
