"""Phones that call each other over 127.0.0.0/8, and are closed with the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest

from sip_agents import SipAgent, Timing

Phones: TypeAlias = Callable[..., Awaitable[SipAgent]]


@pytest.fixture
async def phone() -> AsyncIterator[Phones]:
    """Makes phones: ``await phone(user="ana", tone_hz=697.0)``. Their T1 is 50 ms, so that a lost message costs little."""
    async with AsyncExitStack() as stack:

        async def make(local_ip: str = "127.0.0.1", **settings: Any) -> SipAgent:
            settings.setdefault("timing", Timing(t1_s=0.05, t2_s=0.2, t4_s=0.2))
            return await stack.enter_async_context(SipAgent(local_ip, **settings))

        yield make
