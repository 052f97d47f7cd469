"""A call's story is told whole, in both languages, with the numbers of the decision; and so is why a caller still waits."""

from __future__ import annotations

import string
from typing import get_args

import pytest
from hypothesis import given

from queues import events as ev
from queues.facts import CallFact
from queues.reasons import Reason
from queues.rules import Destination, Exit, Membership, OperatorProfile, QueueRules, Ring
from queues.story import StoryLine, tell, tell_waiting
from queues.story_words import ENGLISH, LANGUAGES, SPANISH, Language
from tests.queues import some_values
from tests.queues.busy_centre import NAMES, BusyCentre
from tests.queues.floor_manager import FloorManager, operator


def told(floor: FloorManager, call: str, language: Language) -> list[str]:
    facts = [fact for fact in floor.acd.facts() if isinstance(fact, get_args(CallFact)) and fact.call == call]
    return [line.text for line in tell(facts, language)]


def waiting(floor: FloorManager, queue: str = "support", language: Language = "en") -> str:
    return tell_waiting(floor.acd.why_waiting(queue, floor.now), floor.now, language)


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_phrases_with_the_same_blanks() -> None:
    assert SPANISH.keys() == ENGLISH.keys()
    assert {key: fields_of(text) for key, text in SPANISH.items()} == {k: fields_of(t) for k, t in ENGLISH.items()}
    assert {f"reason_{reason}" for reason in get_args(Reason)} <= SPANISH.keys()


@given(some_values.union_of(CallFact))
def test_every_fact_can_be_told_in_every_language(fact: CallFact) -> None:
    for language in LANGUAGES:
        (line,) = tell([fact], language)
        assert isinstance(line, StoryLine)
        assert len(line.text) > 3


def test_a_call_is_told_from_its_entry_to_its_end() -> None:
    floor = FloorManager(operator("1001", skills=["english"]), operator("1002"), operator("1003", skills=["english"]))
    floor.log_in("1002", "1001", "1003")
    floor.wait(30)
    floor.tell(ev.OperatorPaused("1003"))
    floor.join("ana", skills=["english"])
    floor.wait(4)
    floor.refuse("ana", "1001")
    floor.wait(20)
    floor.answer("ana", "1002")
    floor.wait(100)
    floor.tell(ev.CallHeld("ana"))
    floor.wait(20)
    floor.leave("ana")
    assert told(floor, "ana", "en") == [
        "Enters the queue support, at position 1. Wanted: english (level 1). Expected wait at that time: 0.0 s to 15 s.",
        "The phone of 1001 rings, after 0.0 s of waiting. Rule: whoever has been free for longest; 1001 had been for 30 s. "
        "Has the skills wanted. Logged in to the queue: 3. "
        "Could not be rung (not fitting, or did not take this call a moment ago: 1, paused: 1).",
        "1001 rejects the call after 4.0 s of ringing.",
        "Has waited long enough: less is required from now on (step 1).",
        "The phone of 1002 rings, after 20 s of waiting. Rule: whoever has been free for longest; 1002 had been for 50 s. "
        "Has not all that was wanted, but the wait had been long enough (step 1). Logged in to the queue: 3. "
        "Could not be rung (paused: 2).",
        "They talk: 1002 answers after 24 s in the queue (it rang for 4.0 s), outside the service level.",
        "1002 puts the call on hold.",
        "The caller hangs up. They talked for 2 min, 20 s of it on hold.",
    ]


def test_spanish_has_its_own_words_and_its_comma() -> None:
    floor = FloorManager(operator("1001"), operator("1002"))
    floor.log_in("1001", "1002")
    floor.join("ana")
    floor.wait(1.5)
    floor.answer("ana", "1001")
    assert told(floor, "ana", "es") == [
        "Entra en la cola support, en la posición 1. Espera estimada entonces: de 0,0 s a 15 s.",
        "Suena el teléfono de 1001, tras 0,0 s de espera. Regla: quien lleva más tiempo libre; 1001 llevaba 0,0 s. "
        "Conectados en la cola: 2. Los siguientes habrían sido 1002.",
        "Hablan: contesta 1001, tras 1,5 s de espera en la cola (sonó 1,5 s), dentro del nivel de servicio.",
    ]


def test_a_caller_who_goes_to_another_queue_and_leaves_it_is_told() -> None:
    rules = [
        QueueRules("support", exits=(Exit("waited", Destination("queue", "sales"), 30),)),
        QueueRules("sales", exits=(Exit("waited", Destination("voicemail", "buzon"), 60),)),
    ]
    floor = FloorManager(operator("1001"), queues=rules)
    floor.join("ana")
    floor.wait(100)
    assert told(floor, "ana", "en") == [
        "Enters the queue support, at position 1. The wait could not be estimated honestly.",
        "Has waited in the queue support for as long as anybody may, 30 s. Goes to the queue sales.",
        "Moves to the queue sales, at position 1, keeping the time of arrival. The wait could not be estimated honestly.",
        "Has waited in the queue sales for as long as anybody may, 60 s. Goes to the voicemail buzon.",
    ]


def test_why_waiting_nobody_and_nobody_logged_in() -> None:
    floor = FloorManager(operator("1001"))
    assert waiting(floor) == "Nobody waits in the queue support."
    floor.join("ana")
    floor.wait(12)
    assert waiting(floor) == (
        "The call ana has waited for 12 s. Nobody is logged in to the queue. The queue's operators: logged out: 1."
    )
    assert waiting(floor, language="es").startswith("La llamada ana espera desde hace 12 s. No hay nadie conectado")


def test_why_waiting_names_the_skill_that_lacks_who_has_it_and_when_less_is_required() -> None:
    floor = FloorManager(
        operator("1001", skills=["english"]),
        operator("1002"),
        OperatorProfile("1003", ("support",), {"english": 1}),
        operator("1004"),
    )
    floor.log_in("1001", "1002", "1003")
    floor.join("bea", skills=["english"])
    floor.answer("bea", "1001")
    floor.tell(ev.OperatorPaused("1003", "lunch"))
    floor.join("ana", skills=["english"])
    floor.wait(5)
    assert waiting(floor) == (
        "The call ana has waited for 5.0 s. It needs english (level 1); of those logged in these have it: 1001, 1003. "
        "The queue's operators: free, but without the skill: 1, logged out: 1, paused: 1, talking: 1. "
        "Less will be required in 15 s. Probably the next to be free: 1001."
    )


def test_why_waiting_for_the_preferred_one_a_declined_offer_a_penalty_and_an_unreachable_phone() -> None:
    rules = QueueRules("support", reoffer_after_s=60, max_penalty=1, reject_pause_s=1, rings=(Ring(90, max_penalty=9),))
    floor = FloorManager(
        operator("1001"),
        operator("1002"),
        operator("1003"),
        OperatorProfile("1004", (Membership("support", 5),)),
        queues=[rules],
    )
    floor.log_in("1001", "1004")
    floor.tell(ev.OperatorBecameReady("1002"))
    floor.join("ana")
    floor.refuse("ana", "1001")
    floor.wait(2)
    reasons = dict(floor.acd.why_waiting("support", floor.now).operators)
    assert reasons == {"declined": 1, "unreachable": 1, "logged_out": 1, "other_penalty": 1}
    floor.tell(ev.CallerLeft("ana"))
    floor.log_in("1003")
    floor.tell(ev.OwnCallBegan("1003"))
    floor.tell(ev.CallerJoined("bea", "support", preferred="1003"))
    why = floor.acd.why_waiting("support", floor.now)
    assert (why.only, why.relaxes_at) == ("1003", floor.now + 20)
    assert dict(why.operators) == {"own_call": 1, "unreachable": 1, "not_the_one": 2}
    assert "It waits for 1003." in waiting(floor)


def test_a_first_caller_whose_phone_rings_and_a_closed_queue_with_callbacks_are_told_so() -> None:
    floor = FloorManager(operator("1001"))
    floor.log_in("1001")
    floor.join("ana")
    assert waiting(floor) == "The call ana has waited for 0.0 s. The phone of 1001 rings right now."
    floor.tell(ev.CallbackTaken("ana"))
    floor.tell(ev.QueueClosed("support"))
    floor.tell(ev.OperatorLoggedOut("1001"))
    assert waiting(floor) == "The queue is closed. Nobody waits in the queue support. Callbacks due: 1."


def test_the_watcher_sees_every_operator_as_the_decision_counted_them() -> None:
    floor = FloorManager(operator("1001"), operator("1002"), operator("1003"), operator("1004"))
    seen: list[tuple[str, str, dict[str, str]]] = []
    floor.acd.watch_offers(
        lambda call, chosen, everybody: seen.append((call, chosen, {one.operator: one.reason for one in everybody}))
    )
    floor.log_in("1001", "1002")
    floor.tell(ev.OperatorPaused("1002"))
    floor.tell(ev.OperatorBecameReady("1003"))
    floor.join("ana")
    assert seen == [("ana", "1001", {"1001": "fits", "1002": "paused", "1003": "unreachable", "1004": "logged_out"})]


@pytest.mark.parametrize("seed", range(5))
def test_nobody_who_fits_is_beside_a_waiting_caller_for_whom_nothing_rings(seed: int) -> None:
    centre = BusyCentre(seed)
    for _ in centre.happened(300):
        for name in NAMES:
            why = centre.acd.why_waiting(name, centre.now)
            if why.call is not None and not why.ringing:
                assert "fits" not in dict(why.operators)
            assert tell_waiting(why, centre.now, "es")
