"""What does an operator hear before the caller is connected, and what becomes of the call when somebody hangs up meanwhile?"""

from __future__ import annotations

import asyncio

import pytest

from ari_app.calls.telling import Words, told
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time, with_files

TELLING = ("soporte:         # support, first level\n", "soporte:\n  tell_operator: true\n")


@pytest.mark.parametrize(
    ("waited_s", "words"),
    [
        (0.0, ()),
        (1.9, ()),
        (2.0, (2, "told_seconds")),
        (9.9, (9, "told_seconds")),
        (11.0, (10, "told_seconds")),
        (40.4, (40, "told_seconds")),
        (61.0, (60, "told_seconds")),
        (117.0, (115, "told_seconds")),
        (118.0, (2, "told_minutes")),
        (200.0, (3, "told_minutes")),
        (1201.0, (20, "told_minutes")),
        (1260.0, (20, "told_minutes")),
        (3600.0, (60, "told_minutes")),
    ],
)
def test_the_wait_is_told_in_words_that_fit_the_number(waited_s: float, words: Words) -> None:
    assert told("soporte", waited_s) == ("queue_soporte", *(("told_waiting", *words) if words else ()))


@with_files(queues=TELLING)
async def test_the_operator_is_told_first_and_the_caller_hears_music_meanwhile(centre: FakeCentre) -> None:
    call = await centre.calls()
    await asyncio.sleep(35)
    await centre.at_work("1009")
    await asyncio.sleep(5)
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    await centre.settle()
    heard_by, media, language = centre.telephony.played[-1]
    assert (heard_by, language) == (leg, "es")
    assert [uri.rpartition("/")[2] for uri in media] == [
        "queue_soporte",
        "told_waiting",
        "number:40",
        "sound:queue-seconds",
    ]
    assert centre.telephony.channels_up["caller"].music == "default"
    assert centre.telephony.hears("caller") == set()
    assert centre.call(call.id).stage == "talking", "the wait counts to the answer"
    await asyncio.sleep(3)
    centre.telephony.prompt_ends(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.telephony.channels_up["caller"].music is None
    assert {channel for channel, _, _ in centre.telephony.played} == {leg}


@with_files(queues=TELLING, operators=("queues: [soporte], team: norte}", "queues: [soporte], language: en}"))
async def test_the_operator_is_told_in_the_own_language(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    await centre.calls()
    centre.telephony.picks_up(centre.telephony.leg_to("1009"))
    await centre.settle()
    _, media, language = centre.telephony.played[-1]
    assert language == "en"
    assert media[0].endswith("/en/queue_soporte")


@with_files(queues=TELLING)
async def test_a_caller_who_hangs_up_while_the_operator_is_told_leaves_nothing_behind(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    call = await centre.calls()
    centre.telephony.picks_up(centre.telephony.leg_to("1009"))
    await centre.settle()
    centre.telephony.hangs_up("caller")
    await centre.settle()
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert centre.call(call.id).end_reason == "caller_hung_up"
    assert centre.state("1009") == "wrap_up"


@with_files(queues=TELLING)
async def test_an_operator_who_hangs_up_while_being_told_gives_the_caller_back_in_front(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    first = await centre.calls()
    await asyncio.sleep(1)
    await centre.calls("second")
    leg = centre.telephony.leg_to("1009")
    centre.telephony.picks_up(leg)
    await centre.settle()
    await asyncio.sleep(1)
    centre.telephony.hangs_up(leg)
    await centre.settle()
    assert (centre.call(first.id).stage, centre.call(first.id).position) == ("waiting", 1)
    assert set(centre.telephony.channels_up) == {"caller", "second"}
    assert centre.telephony.bridges_up == {}
    await centre.at_work("1010", "answers")
    leg = centre.telephony.leg_to("1010")
    centre.telephony.prompt_ends(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.board.queues["soporte"].abandoned == 0


@in_virtual_time
async def test_without_it_the_caller_is_connected_at_once(centre: FakeCentre) -> None:
    await centre.at_work("1009", "answers")
    await centre.calls()
    assert centre.telephony.hears("caller")
    assert centre.telephony.played == []


# -- headsets ------------------------------------------------------------------------------------------------------------


@with_files(operators=("queues: [soporte], team: norte}", "queues: [soporte], auto_answer: true}"))
async def test_a_headset_is_asked_to_answer_by_itself_and_others_are_not(centre: FakeCentre) -> None:
    await centre.at_work("1009")
    await centre.calls()
    assert centre.telephony.channels_up[centre.telephony.leg_to("1009")].auto_answer
    await centre.at_work("1010")
    await centre.calls("second")
    assert not centre.telephony.channels_up[centre.telephony.leg_to("1010")].auto_answer


@with_files(queues=(TELLING[0], "soporte:\n  auto_answer: true\n"))
async def test_a_queue_may_ask_all_phones_to_answer_by_themselves(centre: FakeCentre) -> None:
    await centre.at_work("1010")
    await centre.calls()
    assert centre.telephony.channels_up[centre.telephony.leg_to("1010")].auto_answer
