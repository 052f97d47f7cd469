"""A FastAGI service written with panoramisk, run from a flow: what it leaves on the channel decides where the caller goes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ari_app.adapters.journey_files import journeys_in
from tests.adapters.agi_services import agi_server
from tests.e2e.stack import quick_centre, running_stack

FLOW = """\
entries: {default: doubles}
steps:
  doubles: {kind: agi, service: doubles, send: {NUMBER: "21"}, save: {double: DOUBLE}, next: which, failed: failed}
  which: {kind: branch, ways: [{when: number(double) == 42, next: doubled}], otherwise: failed}
  doubled: {kind: hang_up, reason: doubled}
  failed: {kind: hang_up, reason: not_doubled}
"""


def centre_with(port: int, folder: Path) -> Path:
    centre = quick_centre(folder)
    services = centre / "services.yaml"
    text = services.read_text("utf-8").replace("hosts: [", f"hosts: [127.0.0.1:{port}, ")
    services.write_text(f'{text}  doubles: {{url: "agi://127.0.0.1:{port}/doubles"}}\n', "utf-8")
    (centre / "flows" / "doubles.yaml").write_text(FLOW, "utf-8")
    path = centre / "centre.yaml"
    path.write_text(
        path.read_text("utf-8").replace("numbers:\n", "numbers:\n  900100399: {flow: doubles}\n", 1), "utf-8"
    )
    return centre


async def test_a_service_of_panoramisk_runs_from_a_flow_and_gives_back_its_variables(tmp_path: Path) -> None:
    async with (
        agi_server() as agi,
        running_stack(tmp_path, centre=lambda folder: centre_with(agi.port, folder)) as stack,
    ):
        async with stack.watch() as watch, stack.carrier() as carrier:
            call = await carrier.call("900100399", from_user="600111222")
            await call.ended(timeout_s=15)
            await watch.call(stage="ended", end_reason="doubled")
        await stack.nothing_is_left()
        came_of, folder = (("doubles.doubles", "next"),), stack.settings.journal / "flows"
        async with asyncio.timeout(10):  # the journal is written beside the calls
            while came_of not in [one.came_of for one in journeys_in(folder)]:
                await asyncio.sleep(0.1)
