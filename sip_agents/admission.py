"""May this INVITE be a call here, and does it take the place of one? (RFC 3261, 8.2.2.3 and 13.3.1; RFC 3891, section 3)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sip_agents.call import Call
from sip_agents.errors import SipError
from sip_agents.incoming import IncomingCall
from sip_agents.line import Sound
from sip_agents.message import Field, Request, Response, response_to
from sip_agents.refer import Replaces
from sip_agents.sdp import NoCommonAudio
from sip_agents.session import check_offer

_UNDERSTOOD: Final = "replaces"  # of what an INVITE may require


class NotAdmitted(SipError):
    """An INVITE that can be no call; ``response`` is what it gets."""

    def __init__(self, invite: Request, status: int, *fields: Field) -> None:
        self.response: Response = response_to(invite, status, "", None, *fields)
        super().__init__(f"{status} {self.response.reason}")


def admit(invite: Request, sound: Sound, calls: Iterable[Call]) -> Call | None:
    """The call of ``calls`` to end once ``invite`` is answered; mostly None. Raises NotAdmitted, MalformedMessage."""
    unknown = [option for option in invite.headers.listed("Require") if option.lower() != _UNDERSTOOD]
    if unknown:
        raise NotAdmitted(invite, 420, ("Unsupported", ", ".join(unknown)))
    try:
        check_offer(invite, sound)
    except NoCommonAudio as nothing:
        raise NotAdmitted(invite, 488) from nothing
    return _replaced(invite, calls)


def _replaced(invite: Request, calls: Iterable[Call]) -> Call | None:
    """481 for a call that is not ours, and for one that rings here and so is not ours to give away; 486 for one that is
    answered when only an early one was meant.
    """
    wanted = Replaces.of(invite.headers)
    if wanted is None:
        return None
    call = next((call for call in calls if call.is_dialog(wanted.call_id, wanted.to_tag, wanted.from_tag)), None)
    if call is None or (isinstance(call, IncomingCall) and call.is_waiting):
        raise NotAdmitted(invite, 481)
    if wanted.early_only and call.is_confirmed:
        raise NotAdmitted(invite, 486)
    return call
