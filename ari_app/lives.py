"""Who looks after the coroutine of each call? Starts it, ends it when the caller has gone, and survives its errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ari_app.call import Call
from ari_app.switchboard import Switchboard
from ari_app.telephony import ChannelGone, Telephony, TelephonyError

log = structlog.get_logger(__name__)


class Lives:
    """The lives that go on, in one TaskGroup of the engine; a bug in one call's life never touches another's.

    ``on_over`` is told of the end of each call that was shown.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        telephony: Telephony,
        switchboard: Switchboard,
        on_over: Callable[[Call], None] = lambda _call: None,
    ) -> None:
        self._on_over = on_over
        self._group = group
        self._telephony = telephony
        self._switchboard = switchboard
        self._by_channel: dict[str, Call] = {}

    def has(self, channel: str) -> bool:
        """True while a life looks after this caller's channel."""
        return channel in self._by_channel

    def calls(self) -> list[Call]:
        """The calls that live, those that are not shown included."""
        return list(self._by_channel.values())

    def begin(self, call: Call, life: Coroutine[Any, Any, None], *, shown: bool = True) -> None:
        """Run ``life`` for ``call``. ``shown`` calls appear in the status (a feature code is not a call)."""
        known_as = call.channel or call.id  # a callback of an earlier life has no channel
        self._by_channel[known_as] = call
        if call.channel:
            self._telephony.watch(call.channel, call)
        if shown:
            self._switchboard.call_began(call)
        call.life = self._group.create_task(self._live(call, known_as, life, shown), name=f"call {call.id}")

    async def cancel(self, within_s: float) -> None:
        """End every life's coroutine. Call it only after the shared parts let go: a life undoes what it did."""
        tasks = [call.life for call in self._by_channel.values() if call.life is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def _live(self, call: Call, known_as: str, life: Coroutine[Any, Any, None], shown: bool) -> None:
        structlog.contextvars.bind_contextvars(call=call.id)
        call.begins()
        try:
            await life
        except asyncio.CancelledError:
            if not call.caller_gone:
                raise
        except TelephonyError as lost:
            if isinstance(lost, ChannelGone) and call.channel and call.channel in str(lost):
                call.end_reason = call.end_reason or "caller_hung_up"  # which would have been told in a moment
                log.info("caller_gone_meanwhile", why=str(lost))
                return
            call.end_reason = call.end_reason or "telephony_failed"
            log.warning("call_lost", why=str(lost))
        except Exception:
            call.end_reason = "internal_error"
            log.exception("call_failed")
        finally:
            self._telephony.unwatch(call.channel)
            self._by_channel.pop(known_as, None)
            if shown:
                if call.tape is not None:
                    call.tape.end(call.end_reason or "unknown")
                self._switchboard.call_over(call)
                self._on_over(call)
                log.info("call_over", reason=call.end_reason)
