"""How does this phone meet a call that comes in, when nobody drives it?"""

from __future__ import annotations

import re
from typing import Final

from sip_agents.address import parameter, parse_parameters
from sip_agents.incoming import IncomingCall
from sip_agents.message import Headers
from sip_agents.transactions import Timers

_SECONDS = re.compile(r"[0-9]{1,4}")
_AUTO_ANSWER_INFO: Final = "alert-autoanswer"


class Habits:
    """What a phone does by itself, set by attributes at any time. The first of these that is set decides:

    ``auto_reject``            a status of 300 or more to refuse every call with
    ``auto_redirect``          a URI to send every caller to, with 302
    ``auto_answer_on_header``  True: it answers by itself what asks for it (see ``answer_after_s``) and rings for the rest
    ``auto_answer``            seconds of ringing before it answers by itself; None (the default) leaves it to ``incoming()``
    ``auto_ring``              True: sends 180 by itself, and no more

    And beside them:

    ``ignore_invites``         True: INVITEs get no response at all, not even 100; all else is answered
    ``follows_refer``          True: a REFER in a call is followed (RFC 3515); False: it gets 405, as from a simple phone
    """

    def __init__(self) -> None:
        self.auto_answer: float | None = None
        self.auto_answer_on_header = False
        self.auto_ring = False
        self.auto_reject: int | None = None
        self.auto_redirect: str | None = None
        self.ignore_invites = False
        self.follows_refer = False

    def _meet(self, call: IncomingCall, timers: Timers) -> None:
        if self.auto_reject is not None:
            call.reject(self.auto_reject)
        elif self.auto_redirect is not None:
            call.redirect(self.auto_redirect)
        elif self.auto_answer_on_header:
            call.ring()
            _answer_after(call, answer_after_s(call.headers), timers)
        elif self.auto_answer is not None:
            call.ring()
            _answer_after(call, self.auto_answer, timers)
        elif self.auto_ring:
            call.ring()


def _answer_after(call: IncomingCall, delay_s: float | None, timers: Timers) -> None:
    if delay_s is not None:
        timers.after(delay_s, lambda: call.accept() if call.is_waiting else None)


def answer_after_s(headers: Headers) -> float | None:
    """After how many seconds an INVITE asks to be answered without a hand on the phone; None if it does not ask.

    The three ways that desk phones know: ``Answer-Mode: Auto`` (RFC 5373), and by custom ``answer-after=N`` in Call-Info and
    ``info=alert-autoanswer`` in Alert-Info (the headers: RFC 3261, sections 20.9 and 20.4).
    """
    for value in headers.listed("Call-Info"):
        seconds = parameter(parse_parameters(value), "answer-after") or ""
        if _SECONDS.fullmatch(seconds):
            return float(seconds)
    infos = (parameter(parse_parameters(value), "info") or "" for value in headers.listed("Alert-Info"))
    mode = (headers.first("Answer-Mode") or "").partition(";")[0].strip().lower()
    return 0.0 if mode == "auto" or any(info.lower() == _AUTO_ANSWER_INFO for info in infos) else None
