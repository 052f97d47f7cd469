"""Real Asterisk ends when it is told to, also after what leaves its own count of channels wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ari_app.telephony import AlreadyThere, CallerShown, ChannelEnded, TelephonyEvent
from tests.adapters.real_asterisk import real_bench
from tests.e2e.stack import running_stack

pytestmark = pytest.mark.e2e
SHOWN = CallerShown("600111222", "ventas")


async def test_asterisk_that_miscounts_its_channels_is_not_waited_for_in_vain(tmp_path: Path) -> None:
    async with running_stack(tmp_path, engine=False) as stack:
        async with real_bench(stack) as bench:
            await bench.phone_behaves("rings")
            inbox = asyncio.Queue[TelephonyEvent]()
            bench.telephony.watch("leg", inbox)
            await bench.telephony.ring("leg", "1001", SHOWN, {}, 10.0)
            with pytest.raises(AlreadyThere):
                await bench.telephony.ring("leg", "1001", SHOWN, {}, 10.0)
            await bench.telephony.hang_up("leg")
            while not isinstance(await asyncio.wait_for(inbox.get(), 10), ChannelEnded):
                pass
        with capture_logs() as told:
            await stack.instance.asterisk.stop()
        assert [line["event"] for line in told] == ["asterisk_waited_for_no_channel"]  # and no "part_ignored_sigterm"
        assert not stack.instance.asterisk.running
