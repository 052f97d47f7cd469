"""How does a supervisor hear an operator, advise, join in, take over? One coroutine, from the phone's first ring to the last word.

The supervisor's channel is in a bridge of its own with a snoop on the operator's channel: it hears what that one says and hears,
and what it says, the operator alone hears, never the caller, nor a recording, which is made on the caller's channel. To listen is
to be muted; so a change between listening and whispering touches nobody else's sound. For ``barge`` the channel moves into the
conversation's bridge, which the conversation itself does (calls/three.py).
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from ari_app.call import Call
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import play_to_end
from ari_app.calls.listening_post import ListeningPost
from ari_app.cancellation import to_its_end
from ari_app.contract import timestamp
from ari_app.control_states import Control
from ari_app.ear_book import EarNote
from ari_app.permissions import reach_of
from ari_app.supervision import (
    BargeAsked,
    ConversationChanged,
    OnCall,
    OnOperator,
    SuperviseAsked,
    SupervisionMode,
    SupervisionStatus,
    SupervisionTarget,
    TakeOverAsked,
    UnbargeAsked,
    subject_of,
)
from ari_app.supervision_desk import SupervisionDesk
from ari_app.supervision_keys import SupervisionKeys
from ari_app.telephony import CallerShown, DigitPressed, LegAnswered
from recordings.custody import Act, AuditEntry

log = structlog.get_logger(__name__)
RING_S: Final = 20.0
GRANTED_WITHIN_S: Final = 3.0


async def supervise_by_ringing(call: Call, ear: Ear, exchange: Exchange) -> None:
    """Ring the supervisor's phone, which answers by itself if it can; then it hears, until either side ends it."""
    exchange.supervisions.began(ear)
    try:
        if await ear.ring():
            await ear.until_over()
    finally:
        await to_its_end(ear.take_apart())


async def kept_supervision(call: Call, ear: Ear, exchange: Exchange) -> None:
    """Go on with a supervision that an earlier life of the controller began; ``ear.go_on_from`` has told it how it stands."""
    exchange.supervisions.began(ear)
    try:
        if await ear.is_still_meant():
            await ear.until_over()
    finally:
        await to_its_end(ear.take_apart())


async def dialled_supervision(
    call: Call, supervisor: str, asked: SuperviseAsked, desk: SupervisionDesk, exchange: Exchange
) -> None:
    """The supervisor's phone has dialled: let it hear, until either side ends it; or say that this cannot be."""
    try:
        await exchange.telephony.answer(call.channel)
        person = desk.allowed(supervisor, asked)
        if person is None:
            await play_to_end(call, exchange, ("state_refused",))
            return
        ear = Ear(call, supervisor, person.role, asked, exchange)
        exchange.supervisions.began(ear)
        try:
            await ear.until_over()
        finally:
            await to_its_end(ear.take_apart())
    finally:
        if call.channel:
            await exchange.end_leg(call.channel)


class Ear:
    """One supervision. ``call`` is its own life's: ``call.channel`` leads to the supervisor's phone; ``role`` is for the audit."""

    def __init__(self, call: Call, supervisor: str, role: str, asked: SuperviseAsked, exchange: Exchange) -> None:
        self._call = call
        self.supervisor = supervisor
        self._role = role
        self._target: SupervisionTarget = asked.target
        self._mode: SupervisionMode = asked.mode
        self._exchange = exchange
        self._since = exchange.clock.now()
        self._post = ListeningPost(call, exchange, self._keep)
        self._hears: Call | None = None
        self._joined: Call | None = None
        self._meant = self._control()
        self._began = self._answered = False
        self._reply: asyncio.Future[bool | None] | None = None
        self._over = False
        self._keys = SupervisionKeys()

    # -- what others ask and see -----------------------------------------------------------------------------------------

    @property
    def channel(self) -> str:
        """See Joining."""
        return self._call.channel

    @property
    def gone(self) -> bool:
        """See Joining."""
        return self._call.caller_gone or self._mode not in ("barge", "take_over")

    def ask(self, asked: SuperviseAsked | ConversationChanged) -> None:
        """See Supervising. A conversation that is over grants nothing any more."""
        self._call.put_nowait(asked)
        if self._control() is not self._meant:
            self._answer(None)

    def end(self) -> None:
        """See Supervising."""
        self._call.end("supervision_ended")

    def status(self) -> SupervisionStatus:
        """See Supervising."""
        control = self._hears.control if self._hears is not None else None
        return SupervisionStatus(
            supervisor=self.supervisor,
            mode=self._mode,
            state="listening" if self._hears is not None else "waiting" if self._post.taken else "ringing",
            call=self._hears.id if self._hears is not None else None,
            operator=control.operator if control is not None else None,
            on="call" if isinstance(self._target, OnCall) else "operator",
            since=timestamp(self._since),
        )

    def granted(self, yes: bool) -> None:
        """See Joining."""
        self._answer(yes)

    def _answer(self, granted: bool | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(granted)

    def give_away(self) -> None:
        """See Joining. The life of the supervision ends, the channel does not."""
        self._mode = "take_over"
        self._note("taken_over")
        if self._hears is not None:
            self._show(self._hears)
        self._call.channel = ""
        self._joined = self._hears = None
        self._call.end("taken_over")

    # -- an earlier life ---------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """So that a later life of the controller goes on with it."""
        call, post = self._call, self._post
        if not call.channel:
            return
        on, subject = subject_of(self._target)
        heard = self._hears.id if self._hears is not None else None
        self._exchange.ears.note(
            EarNote(
                call=call.id,
                channel=call.channel,
                number=call.number,
                lives=call.lives,
                supervisor=self.supervisor,
                role=self._role,
                on=on,
                subject=subject,
                mode=self._mode,
                since=self._since,
                began=self._began,
                bridge=post.bridge,
                tap=post.tap,
                heard=heard,
            )
        )

    def go_on_from(self, note: EarNote, *, up: bool, has_post: bool, has_tap: bool, at_post: bool) -> None:
        """As an earlier life left it; what of it Asterisk still has. ``up``: the phone has been answered."""
        self._since, self._began, self._answered = note.since, note.began, up
        if has_post:
            self._post.go_on_from(note.bridge, note.tap if has_tap else None, taken=at_post)
        self._hears = self._joined or self._exchange.switchboard.calls.get(note.heard or "")

    def is_inside(self, conversation: Call) -> None:
        """The channel is in that conversation's bridge already."""
        self._joined = self._hears = conversation

    async def is_still_meant(self) -> bool:
        """Whether the phone is answered, and whom it hears may be heard."""
        self._meant = self._control()
        if self._exchange.why_not_supervised(self.supervisor, self._target) is not None:
            return False
        return self._answered or await self._until_answered()

    # -- the course --------------------------------------------------------------------------------------------------------

    async def ring(self) -> bool:
        """Ring the phone, and make ready meanwhile. False if it is not answered in time; a refusal cancels."""
        exchange, channel = self._exchange, self._call.channel
        self._keep()
        control = self._control()
        operator, talks_with = (control.operator, control.channel) if control is not None else ("", None)
        variables = {"CENTRALITA_ROLE": "supervisor", "CENTRALITA_CALL": self._call.id}
        shown = CallerShown(operator or self.supervisor, operator or self.supervisor)
        await exchange.telephony.ring(
            channel, self.supervisor, shown, variables, RING_S, talks_with=talks_with, auto_answer=True
        )
        await self._post.make_ready(self._control())
        return await self._until_answered()

    async def _until_answered(self) -> bool:
        until = self._exchange.clock.now() + RING_S
        while (item := await self._exchange.next_item(self._call, until)) is not None:
            match item:
                case LegAnswered(channel=answered) if answered == self._call.channel:
                    return True
                case SuperviseAsked(target=target, mode=mode):
                    self._target, self._mode = target, mode
                    self._meant = self._control()
                    self._keep()
                case ConversationChanged() if self._is_over():
                    return False
                case _:
                    pass
        log.info("supervisor_did_not_answer", supervisor=self.supervisor)
        return False

    async def until_over(self) -> None:
        """Follow the target, in the mode that is asked for (the supervisor's hanging up cancels)."""
        if not self._post.ready:
            await self._post.make_ready(self._control())
        await self._post.set_muted(self._mode == "listen")
        if not self._post.taken and self._joined is None:
            await self._post.come()
        if not self._began:
            self._began = True
            self._note("supervision_began")
        await self._follow()
        while not self._over:
            await self._take(await self._exchange.next_item(self._call, None))

    async def _take(self, item: object) -> None:
        match item:
            case SuperviseAsked():
                await self._change(item)
            case ConversationChanged():
                await self._follow()
            case DigitPressed(channel=channel, digit=digit) if channel == self._call.channel:
                asked = self._keys.press(digit, self._exchange.clock.now())
                if isinstance(asked, str):
                    await self._move_by_key(asked)
                elif asked is not None:
                    await self._change(SuperviseAsked(self._target, asked.mode))
            case _:
                pass

    async def _move_by_key(self, operator: str) -> None:
        refused = self._exchange.why_not_supervised(self.supervisor, OnOperator(operator))
        if refused is None:
            await self._change(SuperviseAsked(OnOperator(operator), "listen"))
        else:
            self._note("supervision_refused", wanted=operator[:20], why=refused)

    async def _change(self, asked: SuperviseAsked) -> None:
        moved = asked.target != self._target
        self._target, before, self._mode = asked.target, self._mode, asked.mode
        self._meant = self._control()
        self._keep()
        await self._follow(before)
        if not self._over:
            self._note("supervision_moved" if moved else "supervision_mode")

    # -- whom to hear ------------------------------------------------------------------------------------------------------

    def _conversation(self) -> Call | None:
        """The call whose operator is to be heard, while there is one."""
        switchboard = self._exchange.switchboard
        if isinstance(self._target, OnCall):
            call = switchboard.calls.get(self._target.call)
            return call if call is not None and call.control is not None and self._may_follow() else None
        return switchboard.conversation_of(self._target.code)

    def _may_follow(self) -> bool:
        """A team leader does not hear a call that has been passed on to somebody of another team."""
        if reach_of(self._role, "supervise") != "team":
            return True
        return self._exchange.why_not_supervised(self.supervisor, self._target) is None

    def _control(self) -> Control | None:
        """How the conversation that is to be heard stands: one value for each operator to whom the caller is connected."""
        conversation = self._conversation()
        return conversation.control if conversation is not None else None

    def _is_over(self) -> bool:
        return isinstance(self._target, OnCall) and self._target.call not in self._exchange.switchboard.calls

    async def _follow(self, before: SupervisionMode = "listen") -> None:
        """Make it so: in this mode with whoever talks now. A mode that cannot be had gives way to the one ``before``.

        Nobody bursts into another conversation than the one that was meant.
        """
        conversation, control = self._conversation(), self._control()
        instead: SupervisionMode = before if before in ("listen", "whisper") else "listen"
        if self._mode in ("barge", "take_over") and (control is None or control is not self._meant):
            self._mode = instead
        if conversation is not self._hears:
            await self._leave_for(conversation)
        if conversation is None:
            self._over = self._is_over()
            return
        if self._mode in ("barge", "take_over") and not await self._join(conversation):
            self._mode = instead
        if self._mode in ("listen", "whisper"):
            await self._listen(conversation)
        self._show(conversation)
        self._keep()

    async def _leave_for(self, other: Call | None) -> None:
        """The conversation that was heard is over, or another is wanted."""
        left, self._hears = self._hears, other
        if left is not None:
            left.supervised.pop(self.supervisor, None)
            self._exchange.switchboard.publish_call(left.id)
            await self._unjoin()
            await self._post.hear_nobody()
        if other is not None and self._post.taken:
            self._tell_operator(other)

    async def _listen(self, conversation: Call) -> None:
        await self._post.set_muted(self._mode == "listen")
        await self._post.hear(conversation.control)
        await self._unjoin()

    # -- joining in ----------------------------------------------------------------------------------------------------------

    async def _join(self, conversation: Call) -> bool:
        """Into the conversation's bridge, or in the operator's place. False if that cannot be done now."""
        if self._joined is conversation and self._mode == "barge":
            return True
        await self._post.set_muted(False)
        asked = BargeAsked(self) if self._mode == "barge" else TakeOverAsked(self)
        self._reply = asyncio.get_running_loop().create_future()
        before, self._joined = self._joined, conversation  # from now on it may happen, whatever becomes of us meanwhile
        conversation.put_nowait(asked)
        try:
            async with asyncio.timeout(GRANTED_WITHIN_S):
                granted = await self._reply
        except TimeoutError:
            granted = None
        if granted:
            self._post.taken = False
        elif granted is False:
            self._joined = before
        return bool(granted)

    async def _unjoin(self) -> None:
        """Out of the conversation again, if there."""
        joined = self._joined
        if joined is not None:
            await self._post.come()
            self._joined = None
            joined.put_nowait(UnbargeAsked(self))

    # -- who is told ---------------------------------------------------------------------------------------------------------

    def _show(self, conversation: Call) -> None:
        told = self._exchange.in_force().supervision.shown or self._mode in ("barge", "take_over")
        if not told:
            if conversation.supervised.pop(self.supervisor, None) is not None:
                self._exchange.switchboard.publish_call(conversation.id)
        elif conversation.supervised.get(self.supervisor) != self._mode:
            conversation.supervised[self.supervisor] = self._mode
            self._exchange.switchboard.publish_call(conversation.id)

    def _tell_operator(self, conversation: Call) -> None:
        if self._exchange.in_force().supervision.beep and conversation.control is not None:
            self._exchange.in_background(self._post.beep(conversation.control.channel))

    def _note(self, act: Act, **detail: object) -> None:
        conversation = self._hears or self._conversation()
        control = conversation.control if conversation is not None else None
        heard = {
            "mode": self._mode,
            "call": conversation.id if conversation is not None else None,
            "operator": control.operator if control else None,
        }
        now = self._exchange.clock.now()
        self._exchange.note_act(
            AuditEntry(now, self.supervisor, self._role, act, *subject_of(self._target), detail={**heard, **detail})
        )

    async def take_apart(self) -> None:
        """The supervision is over, whoever ended it; what is given away is not touched."""
        exchange = self._exchange
        exchange.supervisions.over(self)
        self.granted(False)
        joined, self._joined = self._joined, None
        if joined is not None:
            joined.put_nowait(UnbargeAsked(self))
        if self._call.channel:
            await exchange.end_leg(self._call.channel)
            self._note("supervision_ended" if self._began else "supervision_unanswered")
        if self._hears is not None:
            self._hears.supervised.pop(self.supervisor, None)
            exchange.switchboard.publish_call(self._hears.id)
        await self._post.take_apart()
        if self._call.channel:
            exchange.ears.forget(self._call.channel)
