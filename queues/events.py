"""What may the shell tell the ACD? Past tense, one closed union: ``AcdEvent``.

Operators are named by their code, calls by the id of the caller's channel, queues by their name. Times are seconds of
the clock that ``Acd.handle`` is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from queues.rules import CallbackFirst, Membership, OperatorProfile, QueueRules
from queues.views import QueueCounts, Wish

RefusalCause = Literal["rejected", "busy", "unreachable", "failed"]
LeftBy = Literal["caller", "operator", "key", "transfer", "supervisor", "callback_failed"]


@dataclass(frozen=True, slots=True)
class OperatorBecameReady:
    """Log-in, end of a pause, or early end of wrap-up. While ringing or talking it only cancels a remembered wish."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorPaused:
    """Wants no calls for now. While ringing or talking it is remembered until the call's wrap-up is over."""

    operator: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OperatorLoggedOut:
    """Has gone. While ringing the offer is withdrawn; while talking it is remembered until the conversation ends."""

    operator: str


@dataclass(frozen=True, slots=True)
class MembershipsChanged:
    """The operator serves these queues from now on: log-in by queue, another penalty, moved by a supervisor, a reload.

    A call that rings or goes on is not touched.
    """

    operator: str
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class SkillsChanged:
    """A reload gave the operator these skills and levels. Callers who wait are matched again; what goes on is not touched."""

    operator: str
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OwnCallBegan:
    """The operator is on a call that no queue gave: dialled by hand, or a consultation. Offers are withdrawn."""

    operator: str


@dataclass(frozen=True, slots=True)
class OwnCallEnded:
    """That call is over: back to what the operator was before it, a wrap-up with what is left of its time."""

    operator: str


@dataclass(frozen=True, slots=True)
class WrapUpExtended:
    """The operator needs ``seconds`` more to write the call up. Nothing outside wrap-up."""

    operator: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DispositionGiven:
    """The outcome of the operator's present or last call was noted: a wrap-up that waited for it alone is over."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneBecameReachable:
    """The operator's phone is registered and answers. Until this is told once, a phone counts as unreachable."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneBecameUnreachable:
    """The operator's phone is gone. Says nothing of a conversation that goes on: Asterisk is the truth about calls."""

    operator: str


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """A caller entered a queue. ``skills`` are wanted with these least levels, and relax by the queue's rings.

    - ``priority``: 0 to 99, higher first.
    - ``arrived_at`` (later than ``now`` counts as ``now``; None: now) is what the place in the line goes by: a caller given back
      an old place has an old one. ``joined_at`` (None: now) is what waiting and service level are measured from.
    - ``who`` tells one caller from another (no number need be known here), for taking the old place again.
    - ``preferred``: the operator to wait for at first (``sticky_s``), while he or she is at work with a phone that is there;
      ``only``: this operator and no other, whichever queues he or she serves (a transfer).
    - ``restored``: had this place before the controller was started anew; what keeps others out at the door does not count.
    - ``callback``: nobody is on the line; the customer is called when it is his or her turn. ``attempts`` were made before,
      and no further one comes before ``not_before``.
    """

    call: str
    queue: str
    skills: Mapping[str, int] = field(default_factory=dict)
    priority: int = 0
    arrived_at: float | None = None
    joined_at: float | None = None
    who: str | None = None
    preferred: str | None = None
    only: str | None = None
    callback: CallbackFirst | None = None
    attempts: int = 0
    not_before: float = 0.0
    restored: bool = False


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up or was taken elsewhere (``by``): while waiting, while a phone rings, or while talking.

    ``to`` is the key pressed, or whom the caller was transferred to; only told on, in the facts.
    """

    call: str
    by: LeftBy = "caller"
    to: str = ""


@dataclass(frozen=True, slots=True)
class CallbackTaken:
    """The waiting caller hangs up and will be called back; the place in the line stays. Who is ``first``: None, the queue's."""

    call: str
    first: CallbackFirst | None = None


@dataclass(frozen=True, slots=True)
class CustomerAnswered:
    """The customer who was called back (``CallCustomer``) is on the line."""

    call: str


@dataclass(frozen=True, slots=True)
class CustomerMissed:
    """The customer who was called back did not answer, was busy, or could not be reached."""

    call: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The operator's phone answered the offer of this call."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class OfferRefused:
    """The operator's phone did not take the offer of this call. (Nobody answering is the core's own ring timeout.)"""

    call: str
    operator: str
    cause: RefusalCause


@dataclass(frozen=True, slots=True)
class CallHeld:
    """The operator put the caller on hold."""

    call: str


@dataclass(frozen=True, slots=True)
class CallResumed:
    """The operator came back to the caller."""

    call: str


@dataclass(frozen=True, slots=True)
class ConversationHandedOver:
    """An attended transfer was completed: from now on the caller talks with ``operator``; the one before is in wrap-up."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    """The operator, or both, hung up; the caller is gone too."""

    call: str


@dataclass(frozen=True, slots=True)
class OfferAdopted:
    """After a restart of the controller: this operator's phone rings already for a caller who has the place again.

    Nothing is rung for it; it rings for no longer than an offer that is made now.
    """

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class ConversationAdopted:
    """After a restart of the controller: this conversation is already going on in Asterisk. Not counted again.

    They have talked since ``talk_since`` (None: that is not known; since now), after a wait of ``waited_s``.
    """

    call: str
    queue: str
    operator: str
    talk_since: float | None = None
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WrapUpAdopted:
    """After a restart of the controller: an operator who is ready has in truth still to write ``call`` up, ``until`` then (None:
    until its outcome is noted), and then wants what ``wish`` says, for ``reason``."""

    operator: str
    call: str
    queue: str
    until: float | None
    wish: Wish | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """Out of hours: nobody may join, callbacks wait. Those who wait leave only if the rules have an exit ``closed``."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueOpened:
    """The queue's hours begin."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """A reload gave the queue these rules. Callers keep their places; what rings, rings on under the old times."""

    rules: QueueRules


@dataclass(frozen=True, slots=True)
class QueueAdded:
    """A reload brought a queue that was not there. Nobody serves it until ``MembershipsChanged`` or ``OperatorHired``."""

    rules: QueueRules


@dataclass(frozen=True, slots=True)
class OperatorHired:
    """A reload brought an operator who was not there: logged out, with a phone that counts as unreachable until told."""

    profile: OperatorProfile


@dataclass(frozen=True, slots=True)
class CallbacksHeldBack:
    """No customer may be called back for now: it could not be noted, and might be done twice. Whoever is on the line goes on."""


@dataclass(frozen=True, slots=True)
class CallbacksAllowed:
    """Customers may be called back again."""


@dataclass(frozen=True, slots=True)
class DayBegan:
    """Local midnight: everything counts from zero. A caller who waits then belongs to the new day, as offered and as answered."""


@dataclass(frozen=True, slots=True)
class CountsRestored:
    """After a restart: go on counting from ``counts``.

    ``offered`` is not taken over but made answered + abandoned + exited + those here now, because callers who are given
    their place back by ``CallerJoined`` are counted again as they come. So callers lost during the outage are in no
    figure, unless the shell adds them to ``abandoned`` first.
    """

    queue: str
    counts: QueueCounts


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline that ``Acd.next_deadline()`` told has come. Harmless when told early or twice."""


OperatorEvent = (
    OperatorBecameReady
    | OperatorPaused
    | OperatorLoggedOut
    | MembershipsChanged
    | SkillsChanged
    | OwnCallBegan
    | OwnCallEnded
    | WrapUpExtended
    | DispositionGiven
    | WrapUpAdopted
    | PhoneBecameReachable
    | PhoneBecameUnreachable
)
CallEvent = (
    CallerJoined
    | CallerLeft
    | CallbackTaken
    | CustomerAnswered
    | CustomerMissed
    | OfferAnswered
    | OfferRefused
    | CallHeld
    | CallResumed
    | ConversationHandedOver
    | ConversationEnded
    | OfferAdopted
    | ConversationAdopted
)
CentreEvent = (
    QueueClosed
    | QueueOpened
    | QueueChanged
    | QueueAdded
    | OperatorHired
    | CallbacksHeldBack
    | CallbacksAllowed
    | DayBegan
    | CountsRestored
)
AcdEvent = OperatorEvent | CallEvent | CentreEvent | TimePassed
