"""How is a request sent again after 401 or 407? (RFC 3261, section 22)"""

from __future__ import annotations

from typing import Final

from sip_agents.address import Via
from sip_agents.digest import Credentials, authorization, strongest
from sip_agents.message import Request, Response

_HEADERS: Final = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}
_MOST_TRIES: Final = 3  # a nonce may go stale once or twice; a server that says so for ever is refused


def authorised(
    request: Request, response: Response, who: Credentials | None, via: Via, cnonce: str, tries: int
) -> Request | None:
    """``request`` with an answer to the challenge in ``response``, a fresh Via and the next CSeq.

    None if it cannot help: no credentials, nothing answerable, or they were refused and the nonce is not merely stale.
    ``tries`` is how often the request has been sent.
    """
    if who is None or response.status not in _HEADERS or tries >= _MOST_TRIES:
        return None
    asked, answered = _HEADERS[response.status]
    challenge = strongest(response.headers.every(asked))
    if challenge is None or (request.headers.first(answered) is not None and not challenge.stale):
        return None
    proof = authorization(challenge, who, request.method, request.uri, cnonce)
    cseq = request.headers.cseq
    kept = tuple(
        (name, f"{cseq.number + 1} {cseq.method}" if name == "CSeq" else value)
        for name, value in request.headers.without("Via", answered).fields
    )
    fresh = request.headers.__class__((("Via", str(via)), *kept, (answered, proof)))
    return Request(request.method, request.uri, fresh, request.body)
