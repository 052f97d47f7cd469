"""How far has a caller come in a flow, and when? Made into the journey that the journal keeps."""

from __future__ import annotations

from ari_app.call import Call
from ari_app.clock import Clock
from ivr_flows.journey import HANGS_UP, Journey, Moment
from ivr_flows.messages import HangUp, JoinQueue
from ivr_flows.session import Session


class Travelogue:
    """Notes when each entry of the trace came; ``told`` gives what has not been told yet."""

    def __init__(self, call: Call, session: Session, entry: str, version: str, clock: Clock) -> None:
        self._call = call
        self._session = session
        self._flow = session.name
        self._entry = entry
        self._version = version
        self._clock = clock
        self._began = clock.now()
        self._moments: list[Moment] = []
        self._seen = 0
        self._came_of: list[tuple[str, str]] = []
        self._ending: JoinQueue | HangUp | None = None
        self._continues = False
        self._elsewhere = False

    def keep_up(self) -> None:
        """Note the time of what is new in the trace."""
        trace = self._session.trace
        if len(trace) > self._seen:
            after_ms = round(1000 * (self._clock.now() - self._began))
            self._moments += [Moment(after_ms, entry) for entry in trace[self._seen :]]
            self._seen = len(trace)

    def came_of(self, outcome: str) -> None:
        """What the present step asked for has come to this."""
        self._came_of.append((f"{self._session.name}.{self._session.step}", outcome))

    def ended_with(self, ending: JoinQueue | HangUp) -> None:
        """The flow is over, or leads into a queue."""
        self.keep_up()
        self._ending = ending

    def goes_elsewhere(self) -> None:
        """The caller is with somebody, at a voicemail or in a service; the flow may go on."""
        self.keep_up()
        self._elsewhere = True

    def told(self) -> Journey | None:
        """The way since it was told last; None if there is nothing new."""
        self.keep_up()
        if not self._moments:
            return None
        kind, to = ("elsewhere", self._session.step) if self._elsewhere else _ending(self._ending)
        call = self._call
        journey = Journey(
            call=call.id,
            flow=self._flow,
            version=self._version,
            entry=self._entry,
            number=call.number,
            language=self._session.language,
            at=self._began,
            moments=tuple(self._moments),
            ending=kind,
            to=to,
            came_of=tuple(self._came_of),
            continues=self._continues,
            operator=call.operator,
        )
        self._moments, self._came_of, self._ending, self._continues, self._elsewhere = [], [], None, True, False
        return journey


def _ending(ending: JoinQueue | HangUp | None) -> tuple[str, str]:
    match ending:
        case JoinQueue(queue=queue, called_back=called_back):
            return ("callback" if called_back else "queue"), queue
        case HangUp(reason=reason):
            return "hang_up", reason
        case None:
            return HANGS_UP, ""
