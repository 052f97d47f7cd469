"""A worker dies at each single thing that it does to a file, one after the other. Where the kills of test_killed_workers hit by
chance, here nothing is left out; what dies is a thread of the test, so everything after its death is refused, clean-ups too."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recordings.wav import RATE_HZ
from tests.fakes.raw_recordings import CALLER_HZ, OPERATOR_HZ, call_id, leave_call
from tests.keeping.sound import stored_sound, tones
from tests.keeping.workshop import Workshop

ID = call_id()
DEADLY = ("open", "unlink", "rename", "replace", "fsync", "mkdir", "fchmod")


class Killed(BaseException):
    """What SIGKILL is to a process."""


class Death:
    """Comes at the ``at``-th deed; whoever is dead does nothing more."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.deeds = list[str]()

    def before(self, name: str, deed: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            if len(self.deeds) >= self.at:
                raise Killed
            self.deeds.append(f"{name} {args[0] if args else ''}")
            return deed(*args, **kwargs)

        return mortal


def live_until(death: Death, shop: Workshop) -> bool:
    """One life of a worker; True when it came to the end of its work."""
    with pytest.MonkeyPatch.context() as patch:
        for name in DEADLY:
            patch.setattr(os, name, death.before(name, getattr(os, name)))
        try:
            shop.look()
        except Killed:
            return False
    return True


def test_at_whatever_deed_a_worker_dies_the_next_one_keeps_the_recording(tmp_path: Path) -> None:
    deeds = 0
    for at in range(1, 1000):
        shop = Workshop(tmp_path / str(at))
        leave_call(shop.root, 1, 0.5)
        death = Death(at)
        lived = live_until(death, shop)
        os.close(shop.worker._slot)
        shop.worker = shop.new_worker()
        shop.look(2)
        assert shop.left() == [], death.deeds[-1]
        kept = shop.kept(ID)
        sound = stored_sound(shop.stored, kept.key)
        assert (kept.faults, len(sound)) == ((), RATE_HZ // 2), death.deeds[-1]
        assert tones(sound) == [[CALLER_HZ], [OPERATOR_HZ]]
        assert list(shop.root.rglob("*.new")) == []
        if lived:
            deeds = at
            break
    assert deeds > 25


def test_at_whatever_deed_a_worker_dies_what_is_set_aside_is_all_there(tmp_path: Path) -> None:
    for at in range(1, 1000):
        shop = Workshop(tmp_path / str(at))
        leave_call(shop.root, 1, 0.5)
        (shop.folder.raw / f"{ID}.raw").write_bytes(b"")
        (shop.folder.raw / f"{ID}-2.raw").write_bytes(b"")
        lived = live_until(Death(at), shop)
        os.close(shop.worker._slot)
        shop.worker = shop.new_worker()
        shop.look(2)
        assert shop.left() == []
        names = {path.name for path in (shop.folder.aside / ID).iterdir()}
        assert names == {
            f"{ID}.notes",
            f"{ID}.raw",
            f"{ID}-2.raw",
            "reason.txt",
        }
        assert shop.catalogue.entered == {}
        if lived:
            return
    raise AssertionError("it never came to an end")
