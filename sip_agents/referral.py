"""What has become of the call that we asked the far side to make? (RFC 3515, section 2.4.4: NOTIFYs after a REFER)"""

from __future__ import annotations

from collections.abc import Callable

from sip_agents.address import parameter, parse_parameters
from sip_agents.errors import NotInTime, one_of
from sip_agents.message import Request, Response
from sip_agents.refer import status_in
from sip_agents.waiting import Watch


class Referral:
    """One REFER of ours. ``progress`` has the status of every report so far, in order: ``[100, 180, 200]``.

    ``response`` is the answer to the REFER itself. Reports may come before it (RFC 3515, section 2.4.4) and after the
    call's BYE: the subscription ends by itself.
    """

    def __init__(self, sequence: int, seen: Callable[[], str]) -> None:
        self.progress: list[int] = []
        self.response: Response | None = None
        self.terminated = False
        self.sequence = sequence  # the REFER's CSeq: the id of its reports
        self._seen = seen
        self._watch = Watch()

    @property
    def final_status(self) -> int | None:
        """How the referred call came out, once it is told."""
        return next((status for status in self.progress if status >= 200), None)

    @property
    def is_open(self) -> bool:
        """True while reports may still come."""
        return not self.terminated and (self.response is None or self.response.status < 300)

    async def finished(self, timeout_s: float = 5.0) -> int:
        """The final status that the far side reports, 200 if the call was made. Raises NotInTime."""
        await self._until("the final report on the REFER", lambda: self.final_status is not None, timeout_s)
        assert self.final_status is not None
        return self.final_status

    async def reported(self, status: int, timeout_s: float = 5.0) -> None:
        """Wait for a report of ``status``. Raises NotInTime."""
        await self._until(f"a report of {status} on the REFER", lambda: status in self.progress, timeout_s)

    async def answered(self, timeout_s: float) -> Response:
        """The answer to the REFER itself. Raises NotInTime."""
        await self._until("an answer to the REFER", lambda: self.response is not None, timeout_s)
        assert self.response is not None
        return self.response

    def is_told_in(self, notify: Request) -> bool:
        """True for one of this REFER's reports; without an id, a report is the first REFER's (RFC 3515, 2.4.6)."""
        name, _, rest = (notify.headers.first("Event") or "").partition(";")
        number = parameter(parse_parameters(rest), "id")
        return name.strip().lower() == "refer" and number in (None, str(self.sequence))

    def hear(self, notify: Request) -> None:
        """Take in a report."""
        status = status_in(notify.body)
        if status is not None:
            self.progress.append(status)
        state = (notify.headers.first("Subscription-State") or "").partition(";")[0].strip().lower()
        self.terminated = self.terminated or state == "terminated"
        self._watch.changed()

    def conclude(self, response: Response) -> None:
        """The REFER has its final answer."""
        self.sequence = response.headers.cseq.number  # a challenged REFER was sent again under the next number
        self.response = response
        self._watch.changed()

    async def _until(self, awaited: str, true: Callable[[], bool], timeout_s: float) -> None:
        if not await self._watch.until(true, timeout_s):
            told = one_of(self.progress)
            raise NotInTime(f"{awaited} within {timeout_s:g} s", f"reported so far: {told}\n{self._seen()}")
