"""What does Asterisk's own console answer?"""

from __future__ import annotations

import asyncio
import os

from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.faults import StartFailed
from ari_app.stack.folders import Folders


async def asterisk_rx(install: AsteriskInstall, folders: Folders, command: str) -> str:
    """The console's answer to ``command`` from the Asterisk that runs on these folders.

    Raises StartFailed when none answers. A cancelled wait ends the console's process too.
    """
    process = await asyncio.create_subprocess_exec(
        *(*install.command, "-C", str(folders.etc / "asterisk.conf"), "-rx", command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=plain_environment(),
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.communicate()
        raise
    answer = output.decode(errors="replace")
    if process.returncode != 0:
        raise StartFailed(f"Asterisk's console did not answer: {answer.strip()}")
    return answer


def plain_environment() -> dict[str, str]:
    """The terminal's environment less what could change how the stack's processes load or behave."""
    return {name: os.environ[name] for name in ("PATH", "TZ", "LANG", "LC_ALL", "HOME") if name in os.environ}
