"""Whether a phone can be offered a call: what Asterisk says, what a page says, and what a page that says nothing means."""

from __future__ import annotations

import pytest

from ari_app.phone_notes import PhoneNotes
from ari_app.phone_watch import (
    FORGOTTEN_AFTER_S,
    GRACE_S,
    SILENT_AFTER_S,
    TOLD_EVERY_S,
    PhoneHealth,
    PhoneVerdict,
    PhoneWatch,
)
from tests.fakes.notebook import FakeNotebook

WELL = PhoneHealth(registered=True)
LOOK_S = 0.5
T = 1_790_000_000.0


class Watched:
    """A watch whose clock is moved by hand, and which is looked at as often as the engine does."""

    def __init__(self) -> None:
        self.noted: dict[str, bool] = {}
        self.watch = PhoneWatch(self.noted.__setitem__)
        self.now = T

    def asterisk(self, there: bool, code: str = "1009") -> list[PhoneVerdict]:
        return self.watch.registered(code, there, self.now)

    def page(self, health: PhoneHealth = WELL, instance: str = "first", code: str = "1009") -> list[PhoneVerdict]:
        return self.watch.told(code, instance, health, self.now)

    def pass_time(self, seconds: float) -> list[PhoneVerdict]:
        changed: list[PhoneVerdict] = []
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + LOOK_S)
            changed += self.watch.look(self.now)
        return changed

    def well(self) -> Watched:
        """A phone in a browser that is there and well."""
        self.watch.look(self.now)
        self.page()
        self.asterisk(there=True)
        assert self.watch.may_ring("1009")
        return self


def test_a_phone_that_tells_nothing_of_itself_is_judged_by_asterisk_alone() -> None:
    watched = Watched()
    assert watched.watch.why_not("1009") == "not_registered"
    assert watched.asterisk(there=True) == [PhoneVerdict("1009", None)]
    assert watched.pass_time(3600) == []
    assert watched.asterisk(there=False) == [PhoneVerdict("1009", "not_registered")]


def test_a_phone_of_which_asterisk_tells_again_is_tried_again_by_whoever_did_not_reach_it() -> None:
    watched = Watched()
    watched.asterisk(there=True)
    assert watched.asterisk(there=True) == [PhoneVerdict("1009", None)]


def test_a_page_that_falls_silent_is_unreachable_within_five_seconds_and_back_with_its_next_word() -> None:
    watched = Watched().well()
    assert watched.pass_time(SILENT_AFTER_S - LOOK_S) == []
    assert watched.pass_time(2 * LOOK_S) == [PhoneVerdict("1009", "browser_silent")]
    assert SILENT_AFTER_S + LOOK_S < 5
    assert watched.page() == [PhoneVerdict("1009", None)]


def test_a_page_that_goes_on_telling_stays_reachable() -> None:
    watched = Watched().well()
    for _ in range(100):
        assert watched.pass_time(TOLD_EVERY_S) == []
        assert watched.page() == []


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        (PhoneHealth(True, microphone="lost"), "microphone_lost"),
        (PhoneHealth(True, microphone="muted_by_system"), "microphone_muted"),
        (PhoneHealth(False, microphone="denied"), "microphone_denied"),
        (PhoneHealth(True, network="down"), "browser_unregistered"),
        (PhoneHealth(False), "browser_unregistered"),
        (PhoneHealth(True, frozen=True), "browser_frozen"),
        (PhoneHealth(True, network="poor"), None),
        (PhoneHealth(True, microphone="silent"), None),
    ],
)
def test_what_a_page_says_is_wrong_counts_at_once_and_until_it_says_that_all_is_well(
    health: PhoneHealth, reason: str | None
) -> None:
    watched = Watched().well()
    assert [verdict.reason for verdict in watched.page(health)] == ([reason] if reason else [])
    assert watched.watch.may_ring("1009") is (reason is None)
    watched.page()
    assert watched.watch.may_ring("1009")


def test_a_phone_without_a_microphone_is_not_reachable_for_an_instant_when_it_registers() -> None:
    watched = Watched()
    watched.page(PhoneHealth(False, microphone="denied"))
    assert watched.asterisk(there=True) == [PhoneVerdict("1009", "microphone_denied")]


def test_a_killed_tab_is_first_not_registered_and_then_known_to_be_silent() -> None:
    watched = Watched().well()
    assert watched.asterisk(there=False) == [PhoneVerdict("1009", "not_registered")]
    assert watched.pass_time(SILENT_AFTER_S) == [PhoneVerdict("1009", "browser_silent")]


def test_a_page_that_says_that_it_is_closed_is_no_accident() -> None:
    watched = Watched().well()
    assert watched.watch.left("1009", "another", watched.now) == []
    assert watched.watch.left("1009", "first", watched.now) == []
    assert watched.asterisk(there=False) == [PhoneVerdict("1009", "not_registered")]
    assert watched.pass_time(60) == []
    assert watched.noted == {"1009": False}


def test_the_newest_page_that_is_registered_is_the_phone_and_an_older_one_changes_nothing() -> None:
    watched = Watched().well()
    assert watched.page(PhoneHealth(False, microphone="denied"), "second") == []
    assert watched.watch.may_ring("1009")
    watched.page(instance="second")
    assert watched.watch.is_older("1009", "first")
    assert watched.page(PhoneHealth(False), "first") == []
    assert watched.pass_time(SILENT_AFTER_S - LOOK_S) == []
    watched.page(instance="first")
    assert watched.pass_time(LOOK_S) == [PhoneVerdict("1009", "browser_silent")]
    assert not watched.watch.is_older("1009", "second")


def test_a_page_that_is_gone_gives_way_to_one_that_cannot_register_either() -> None:
    watched = Watched().well()
    watched.pass_time(SILENT_AFTER_S)
    watched.page(PhoneHealth(False, microphone="denied"), "second")
    assert watched.watch.why_not("1009") == "microphone_denied"


def test_another_kind_of_page_that_registers_long_after_is_judged_by_asterisk_again() -> None:
    watched = Watched().well()
    watched.asterisk(there=False)
    watched.pass_time(SILENT_AFTER_S)
    silent = [PhoneVerdict("1009", "browser_silent")]
    assert watched.asterisk(there=True) == silent  # the same page's websocket came back, but not a word of its health
    watched.asterisk(there=False)
    watched.pass_time(FORGOTTEN_AFTER_S)
    assert watched.asterisk(there=True) == [PhoneVerdict("1009", None)]
    assert watched.pass_time(60) == []


def test_while_we_could_not_listen_nobody_has_fallen_silent() -> None:
    watched = Watched().well()
    watched.now += 60  # our process stood still
    assert watched.watch.look(watched.now) == []
    assert watched.pass_time(SILENT_AFTER_S - LOOK_S) == []
    watched.page()
    assert watched.pass_time(TOLD_EVERY_S) == []


def test_after_a_restart_a_page_has_a_moment_to_be_heard_and_one_that_died_meanwhile_is_missed() -> None:
    notebook = FakeNotebook()
    before = PhoneWatch(PhoneNotes(notebook).note)
    for code in ("1009", "1010", "1011"):
        before.told(code, f"page-of-{code}", WELL, T)
    before.left("1011", "page-of-1011", T)
    watched = Watched()
    watched.watch.remember([key.partition(":")[2] for key in notebook.notes], watched.now)
    for code in ("1009", "1010", "1011"):
        assert watched.asterisk(True, code) == [PhoneVerdict(code, None)]
    assert watched.pass_time(GRACE_S - LOOK_S) == []
    assert watched.page(instance="page-of-1009") == []
    assert watched.pass_time(LOOK_S) == [PhoneVerdict("1010", "browser_silent")]


def test_whoever_has_a_sip_phone_now_is_not_waited_for_as_a_page_that_was() -> None:
    """A reload gives another kind of phone; it may register at once, while the page has been silent for a moment only."""
    watched = Watched().well()
    watched.pass_time(SILENT_AFTER_S)
    watched.asterisk(there=False)
    assert watched.asterisk(there=True) == [PhoneVerdict("1009", "browser_silent")]
    assert watched.watch.await_only(["1009", "1010"], watched.now) == []
    assert watched.watch.await_only(["1010"], watched.now) == [PhoneVerdict("1009", None)]
    assert watched.noted == {"1009": False}
    assert watched.pass_time(3600) == []


def test_under_a_centre_without_that_browser_a_page_of_an_earlier_life_is_not_waited_for() -> None:
    watched = Watched()
    watched.watch.remember(["1009", "1010"], watched.now)
    watched.watch.await_only(["1010"], watched.now)
    for code in ("1009", "1010"):
        watched.asterisk(True, code)
    assert watched.pass_time(GRACE_S) == [PhoneVerdict("1010", "browser_silent")]
    assert watched.noted == {"1009": False}
