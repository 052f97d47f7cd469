"""What the API tells of what has happened: the day's figures, a call's story, and why the first caller waits."""

from __future__ import annotations

from dataclasses import replace

from queues.events import CallerJoined, CallerLeft, OfferAnswered, OperatorBecameReady, PhoneBecameReachable
from tests.adapters.conftest import OPERATOR, OTHER, SUPERVISOR, Api, error_of


async def test_a_call_is_told_in_the_language_asked_for_to_those_who_may_see_it(api: Api) -> None:
    centre = api.centre
    centre.tell(PhoneBecameReachable("1005"), OperatorBecameReady("1005"), CallerJoined("call-1", "soporte"))
    centre.now_s += 5
    centre.tell(OfferAnswered("call-1", "1005"))
    told = (await api.ask(OPERATOR, "GET", "/calls/call-1/why")).json()
    assert (told["call"], told["language"], told["left_out"]) == ("call-1", "es", 0)
    assert [step["kind"] for step in told["steps"]] == ["CallerEntered", "OfferMade", "CallConnected"]
    assert told["steps"][0]["text"].startswith("Entra en la cola soporte")
    assert told["steps"][1]["fact"]["decision"]["rule"] == "longest_idle"
    assert told["steps"][2]["at"] == "2026-09-21T14:13:25.000Z"
    told = (await api.ask(SUPERVISOR, "GET", "/calls/call-1/why?lang=en")).json()
    assert told["steps"][2]["text"].startswith("They talk: 1005 answers after 5.0 s")
    assert error_of(await api.ask(OTHER, "GET", "/calls/call-1/why"))[:2] == (403, "forbidden")
    assert error_of(await api.ask(SUPERVISOR, "GET", "/calls/call-1/why?lang=fr"))[:2] == (422, "bad_field")


async def test_whoever_writes_a_call_up_after_passing_it_on_is_told_of_it_still(api: Api) -> None:
    centre = api.centre
    centre.tell(PhoneBecameReachable("1005"), OperatorBecameReady("1005"), CallerJoined("call-1", "soporte"))
    centre.board.put_call(replace(centre.board.calls["call-1"], operator="1006"))
    assert (await api.ask(OPERATOR, "GET", "/calls/call-1/why")).status_code == 200
    centre.board.put_operator(replace(centre.board.operators["1005"], state="ready", call=None))
    assert error_of(await api.ask(OPERATOR, "GET", "/calls/call-1/why"))[:2] == (403, "forbidden")


async def test_a_call_that_the_board_has_forgotten_is_told_to_supervisors_alone(api: Api) -> None:
    api.centre.tell(CallerJoined("call-7", "soporte"), CallerLeft("call-7"))
    assert (await api.ask(SUPERVISOR, "GET", "/calls/call-7/why")).status_code == 200
    assert (await api.ask(OPERATOR, "GET", "/calls/call-7/why")).status_code == 404


async def test_why_the_first_caller_waits_is_told_in_words_and_numbers(api: Api) -> None:
    centre = api.centre
    centre.tell(CallerJoined("call-2", "soporte", {"english": 1}))
    centre.now_s += 3
    told = (await api.ask(SUPERVISOR, "GET", "/queues/soporte/why-waiting?lang=en")).json()
    assert told["text"] == (
        "The call call-2 has waited for 3.0 s. Nobody is logged in to the queue. "
        "The queue's operators: logged out: 1. Less will be required in 17 s."
    )
    why = told["why"]
    assert (why["call"], why["waited_s"], why["operators"]) == ("call-2", 3.0, {"logged_out": 1})
    assert (why["arrived_at"], why["relaxes_at"]) == ("2026-09-21T14:13:20.000Z", "2026-09-21T14:13:40.000Z")


async def test_the_days_figures_are_those_of_all_that_happened(api: Api) -> None:
    centre = api.centre
    centre.tell(PhoneBecameReachable("1005"), OperatorBecameReady("1005"))
    centre.now_s += 60
    centre.tell(CallerJoined("call-1", "soporte"))
    centre.now_s += 5
    centre.tell(OfferAnswered("call-1", "1005"))
    centre.now_s += 30
    figures = (await api.ask(SUPERVISOR, "GET", "/figures")).json()
    (queue,), (operator,) = figures["queues"], figures["operators"]
    assert (figures["day"], queue["name"], queue["sl2"], queue["asa_s"]) == ("2026-09-21", "soporte", 1.0, 5.0)
    assert operator["state_s"] == {"ready": 60.0, "ringing": 5.0, "talking": 30.0}
    assert operator["occupancy"] == 30 / 90


async def test_openapi_shows_the_routes_with_their_answers(api: Api) -> None:
    paths = (await api.http.get("/api/v1/openapi.json")).json()["paths"]
    for path in ("/api/v1/figures", "/api/v1/calls/{call_id}/why", "/api/v1/queues/{name}/why-waiting"):
        assert paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


async def test_the_error_of_the_estimated_waits_is_among_the_metrics(api: Api) -> None:
    centre = api.centre
    centre.tell(PhoneBecameReachable("1005"), OperatorBecameReady("1005"), CallerJoined("call-1", "soporte"))
    centre.now_s += 5
    centre.tell(OfferAnswered("call-1", "1005"))
    shown = (await api.http.get("/metrics")).text.splitlines()
    assert 'centralita_queue_estimates_judged_total{queue="soporte"} 1.0' in shown
    assert 'centralita_queue_estimate_coverage{queue="soporte"} 1.0' in shown
    assert 'centralita_queue_estimate_error_seconds{queue="soporte"} -2.5' in shown
