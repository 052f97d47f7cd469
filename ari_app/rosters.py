"""Which queues does each operator serve now, and which by the centre's files? No I/O; the desk tells it what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ari_app.centre import Person
from queues.rules import Membership

Places = tuple[Membership, ...]


class Rosters:
    """Each operator's places in queues: the files' own, and those in force, which differ after a log-in by queue or a move.

    What differs holds until the operator has logged out, or until a reload.
    """

    def __init__(self, operators: Iterable[Person]) -> None:
        self._own: dict[str, Places] = {person.code: person.memberships for person in operators}
        self._serving: dict[str, Places] = dict(self._own)
        self._changed_at: dict[str, float] = {}

    @property
    def serving(self) -> Mapping[str, Places]:
        """The places in force, by operator."""
        return self._serving

    def own(self, code: str) -> Places:
        """The places that the files give the operator; none for somebody who is not in them any more."""
        return self._own.get(code, ())

    def some_of_own(self, code: str, queues: Iterable[str]) -> Places | None:
        """The operator's own places in these queues; None if one of them is not among the own."""
        own = {place.queue: place for place in self.own(code)}
        wanted = list(dict.fromkeys(queues))
        return tuple(own[queue] for queue in wanted) if all(queue in own for queue in wanted) else None

    def put(self, code: str, places: Places, now: float) -> None:
        """From now on the operator serves these."""
        self._serving[code] = places
        self._changed_at[code] = now

    def back_at_log_in(self, code: str, logged_out_since: float | None) -> Places | None:
        """The own places of an operator who logs in again, if others were in force before the log-out; else None."""
        changed_at = self._changed_at.get(code)
        if changed_at is None or logged_out_since is None or logged_out_since < changed_at:
            return None
        del self._changed_at[code]
        self._serving[code] = self.own(code)
        return self._serving[code]

    def reload(self, own: Mapping[str, Places], serving: Mapping[str, Places]) -> None:
        """The files say something else from now on, and ``serving`` is in force."""
        self._own, self._serving = dict(own), dict(serving)
        self._changed_at.clear()
