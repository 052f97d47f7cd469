"""Which supervisors are listening? One supervision a supervisor; each is told when what it may hear changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ari_app.supervision import ConversationChanged, SuperviseAsked, SupervisionStatus


class Supervising(Protocol):
    """One supervision that goes on."""

    @property
    def supervisor(self) -> str:
        """Whose code."""
        ...

    def ask(self, asked: SuperviseAsked | ConversationChanged) -> None:
        """Take it into account, soon."""
        ...

    def status(self) -> SupervisionStatus:
        """How it stands."""
        ...

    def end(self) -> None:
        """End it, and the call to the supervisor's phone."""
        ...


class Supervisions:
    """Those that go on, by the supervisor's code."""

    def __init__(self) -> None:
        self._by_supervisor: dict[str, Supervising] = {}

    def began(self, supervising: Supervising) -> None:
        """From now on ``supervising`` is that supervisor's; an earlier one of the same ends."""
        earlier = self._by_supervisor.get(supervising.supervisor)
        self._by_supervisor[supervising.supervisor] = supervising
        if earlier is not None:
            earlier.end()

    def over(self, supervising: Supervising) -> None:
        """It has ended."""
        if self._by_supervisor.get(supervising.supervisor) is supervising:
            del self._by_supervisor[supervising.supervisor]

    def of(self, supervisor: str) -> Supervising | None:
        """The supervision of this supervisor, if there is one."""
        return self._by_supervisor.get(supervisor)

    def all(self) -> Iterable[Supervising]:
        """Every one."""
        return tuple(self._by_supervisor.values())

    def conversation_changed(self) -> None:
        """Somewhere somebody came, left or went on hold: whoever listens looks again. Supervisors are few."""
        for supervising in self._by_supervisor.values():
            supervising.ask(ConversationChanged())
