"""After how many wrong secrets and names is an address banned, for how long, and whom can nobody have banned? The rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ari_app.ban_keeper import BanKeeper
from ari_app.bans import REMEMBERED, BanRules, Bans
from tests.fakes.virtual_time import LoopClock, VirtualTimeLoop

ATTACKER, OFFICE, CARRIER = "192.0.2.66", "192.0.2.10", "192.0.2.1"
RULES = BanRules(tries=10, within_s=60.0, first_s=600.0, longest_s=2400.0, proof_s=3600.0)


@pytest.fixture
def bans() -> Bans:
    return Bans(RULES)


def attack(bans: Bans, address: str, at: float, number: int = 10, wrong: str = "secret") -> bool:
    """So many wrong tries, a tenth of a second apart; whether the last was one too many."""
    outcomes = [bans.failed(address, wrong, at + nth / 10) for nth in range(number)]  # type: ignore[arg-type]
    assert not any(outcomes[:-1])
    return outcomes[-1]


@pytest.mark.parametrize("wrong", ["secret", "name"])
def test_the_tenth_wrong_secret_or_name_within_a_minute_bans_the_address(bans: Bans, wrong: str) -> None:
    assert not attack(bans, ATTACKER, 0.0, 9, wrong)
    assert bans.banned(1.0) == ()
    assert attack(bans, ATTACKER, 1.0, 1, wrong)
    assert bans.banned(1.0) == (ATTACKER,)


def test_nine_a_minute_for_an_hour_are_somebody_with_an_old_phone(bans: Bans) -> None:
    for minute in range(60):
        assert not attack(bans, OFFICE, 61.0 * minute, 9)


def test_a_ban_ends_and_each_further_one_lasts_twice_as_long_up_to_the_longest(bans: Bans) -> None:
    began = 0.0
    for lasts in (600.0, 1200.0, 2400.0, 2400.0):
        attack(bans, ATTACKER, began)
        end = began + 0.9 + lasts
        assert bans.next_end() == pytest.approx(end)
        assert bans.banned(end - 0.1) == (ATTACKER,)
        assert bans.banned(end + 0.1) == ()
        began = end + 100.0


def test_other_addresses_are_not_touched(bans: Bans) -> None:
    assert not attack(bans, OFFICE, 0.0, 2)
    assert attack(bans, ATTACKER, 0.0)
    assert bans.banned(2.0) == (ATTACKER,)


def test_names_sent_in_another_addresss_name_ban_nobody_who_has_proved_a_secret_there(bans: Bans) -> None:
    bans.succeeded(OFFICE, 0.0)
    assert not attack(bans, OFFICE, 1.0, 1000, "name")
    assert attack(bans, OFFICE, 4000.0, 10, "name")


def test_a_right_secret_redeems_no_wrong_ones(bans: Bans) -> None:
    attack(bans, ATTACKER, 0.0, 9)
    bans.succeeded(ATTACKER, 1.0)
    assert attack(bans, ATTACKER, 2.0, 1)


def test_what_is_remembered_is_bounded_whoever_tries(bans: Bans) -> None:
    for number in range(REMEMBERED + 100):
        bans.failed(str(number), "name", 0.0)
        bans.succeeded(str(number), 0.0)
    assert len(bans._tries) == len(bans._proved) == REMEMBERED


# -- how a ban gets into force -------------------------------------------------------------------------------------------


class Asterisk:
    """Takes a list when it is asked to, unless it is ``away``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.away = False
        self.lists: list[str] = []
        self.asked = 0

    async def reload_module(self, module: str) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionError("not connected")
        assert module == "acl"
        self.lists.append(self.path.read_text(encoding="utf-8"))


def run_in_virtual_time(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(play())


def keeper(asterisk: Asterisk) -> BanKeeper:
    return BanKeeper(
        Bans(RULES), asterisk.path, lambda: [CARRIER, "198.51.100.0/24"], asterisk.reload_module, LoopClock()
    )


def fail(bans: BanKeeper, address: str) -> None:
    for _ in range(10):
        bans.failed(address, "secret")


async def settled(asterisk: Asterisk, number: int) -> None:
    """Until Asterisk has read so many lists; the time is the test's own."""
    while len(asterisk.lists) < number:
        await asyncio.sleep(0.1)


def test_a_ban_is_in_asterisks_list_until_it_ends(tmp_path: Path) -> None:
    asterisk = Asterisk(tmp_path / "banned.conf")

    async def play() -> None:
        bans = keeper(asterisk)
        running = asyncio.ensure_future(bans.run())
        fail(bans, ATTACKER)
        await settled(asterisk, 1)
        began = asyncio.get_running_loop().time()
        await settled(asterisk, 2)
        assert asyncio.get_running_loop().time() - began == pytest.approx(600.0, abs=1.0)
        running.cancel()

    run_in_virtual_time(play)
    assert asterisk.lists == [f"deny = {ATTACKER}\n", ""]
    assert asterisk.path.stat().st_mode & 0o077 == 0


def test_an_asterisk_that_is_away_is_asked_again_until_it_has_taken_the_list(tmp_path: Path) -> None:
    asterisk = Asterisk(tmp_path / "banned.conf")
    asterisk.away = True

    async def play() -> None:
        bans = keeper(asterisk)
        running = asyncio.ensure_future(bans.run())
        fail(bans, ATTACKER)
        await asyncio.sleep(30.0)
        assert asterisk.asked > 10
        asterisk.away = False
        await settled(asterisk, 1)
        running.cancel()

    run_in_virtual_time(play)
    assert asterisk.lists == [f"deny = {ATTACKER}\n"]


def test_the_carrier_and_whom_the_centre_spares_are_never_banned(tmp_path: Path) -> None:
    asterisk = Asterisk(tmp_path / "banned.conf")

    async def play() -> None:
        bans = keeper(asterisk)
        running = asyncio.ensure_future(bans.run())
        for address in (CARRIER, "198.51.100.7", "no address", ""):
            fail(bans, address)
        fail(bans, ATTACKER)
        await settled(asterisk, 1)
        running.cancel()

    run_in_virtual_time(play)
    assert asterisk.lists == [f"deny = {ATTACKER}\n"]


def test_what_an_earlier_life_banned_is_taken_back_at_the_start(tmp_path: Path) -> None:
    """The list is the controller's alone: what it does not remember, nobody would ever end."""
    asterisk = Asterisk(tmp_path / "banned.conf")
    asterisk.path.write_text(f"deny = {OFFICE}\n")

    async def play() -> None:
        running = asyncio.ensure_future(keeper(asterisk).run())
        await settled(asterisk, 1)
        running.cancel()

    run_in_virtual_time(play)
    assert asterisk.lists == [""]
