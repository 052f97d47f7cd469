"""What is an engine that speaks?"""

from __future__ import annotations

from typing import Protocol

from ari_app.prompts.sound import Samples


class CannotSpeak(Exception):
    """An engine cannot be used, or cannot say this: ``what`` is wrong, and the ``remedy``."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what}; {remedy}")


class Engine(Protocol):
    """A synthesiser with one voice. ``name`` tells engine and version: with another one the same text sounds otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def voice(self) -> str: ...

    def prepared(self, text: str) -> str:
        """What is given to the synthesiser for ``text``; two texts with the same sound the same."""

    def spoken(self, prepared: str) -> Samples:
        """What it says, at 8 kHz. Raises CannotSpeak."""
