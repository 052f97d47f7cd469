"""What a waiting caller hears: announcements between the music, in his or her language, never in the way of an answer."""

from __future__ import annotations

from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.waiting_room import hears_it_out, passes, played, soporte

POSITION = "announce: {position: true, thanks: thanks_for_waiting, first_after_s: 10, every_s: 20, min_gap_s: 5}"
FIRST = ["sound:queue-youarenext", "sound:queue-thankyou"]


@soporte(POSITION)
async def test_the_place_is_announced_between_the_music(centre: FakeCentre) -> None:
    await centre.calls("first")
    await centre.calls("second")
    await passes(centre, 9)
    assert played(centre, "second") == []
    await passes(centre, 2)
    assert played(centre, "second") == [
        "sound:queue-thereare",
        "number:2",
        "sound:queue-callswaiting",
        "sound:queue-thankyou",
    ]
    assert centre.telephony.channels_up["second"].music is None
    await hears_it_out(centre, "second")
    assert centre.telephony.channels_up["second"].music == "default"
    await passes(centre, 20)
    assert len(played(centre, "second")) == 4  # the place has not improved
    centre.telephony.hangs_up("first")
    await passes(centre, 20)
    assert played(centre, "second")[4:] == FIRST


@soporte(POSITION)
async def test_an_announcement_neither_delays_nor_loses_an_offer_and_stops_when_connected(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 11)
    assert centre.telephony.channels_up["caller"].playback is not None
    await centre.at_work("1009")
    assert centre.call(shown.id).stage == "ringing"
    leg = centre.telephony.leg_to("1009")
    assert centre.telephony.channels_up["caller"].playback is not None
    centre.telephony.picks_up(leg)
    await centre.settle()
    assert centre.telephony.hears("caller") == {leg}
    assert centre.telephony.channels_up["caller"].playback is None
    assert centre.telephony.channels_up["caller"].music is None


@soporte("announce: {wait: true, first_after_s: 10}")
async def test_the_wait_is_said_only_once_it_can_be_told_honestly(centre: FakeCentre) -> None:
    await centre.calls("early")
    await passes(centre, 11)
    assert played(centre, "early") == []
    await centre.at_work("1009", "answers")
    for number in range(6):
        if number:
            await centre.calls(f"caller{number}")
        await passes(centre, 90)
        centre.telephony.hangs_up(centre.telephony.leg_to("1009"))
        await passes(centre, 6)
    await centre.calls("talks")
    await centre.calls("waits")
    await passes(centre, 11)
    assert played(centre, "waits") == ["wait_less_than", "number:4", "sound:queue-minutes"]


@soporte("announce: {periodic: [please_wait, recording_notice], first_after_s: 10, every_s: 20, min_gap_s: 5}")
async def test_periodic_prompts_take_turns_in_the_callers_language(centre: FakeCentre) -> None:
    centre.telephony.finishes_prompts_at_once = True
    await centre.calls(number="900100200")
    centre.telephony.presses("caller", "9")
    centre.telephony.presses("caller", "2")
    await centre.settle()
    before = len(centre.telephony.played)
    await passes(centre, 11)
    await passes(centre, 20)
    heard = centre.telephony.played[before:]
    assert [media[0].rpartition("/")[2] for _, media, _ in heard] == ["please_wait", "recording_notice"]
    assert {language for _, _, language in heard} == {"en"}
    assert centre.telephony.channels_up["caller"].music == "default"


@soporte(POSITION)
async def test_a_prompt_that_cannot_be_played_gives_way_to_the_music(centre: FakeCentre) -> None:
    centre.telephony.missing_sounds.add("sound:queue-youarenext")
    await centre.calls()
    await passes(centre, 11)
    assert centre.telephony.channels_up["caller"].playback is None
    assert centre.telephony.channels_up["caller"].music == "default"


@soporte(POSITION + "\nexits: [{when: waited, over: 15, to: {queue: ventas}}]")
async def test_after_a_move_during_an_announcement_the_new_queues_music_follows_it(centre: FakeCentre) -> None:
    shown = await centre.calls()
    await passes(centre, 11)
    await passes(centre, 5)
    assert centre.call(shown.id).queue == "ventas"
    await hears_it_out(centre)
    assert centre.telephony.channels_up["caller"].music == "default"
    await passes(centre, 60)
    assert played(centre) == FIRST  # ventas announces nothing
