"""How does `centralita reload` ask the running controller? Over its API, as one of those who may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import aiohttp

from ari_app.accounts import Accounts, one_secret_for_all
from ari_app.adapters.http_auth import Tokens
from ari_app.bootstrap import accounts_of, session_key
from ari_app.centre import load_centre
from ari_app.clock import SystemClock
from ari_app.permissions import reach_of
from ari_app.settings import Settings
from ari_app.stack.faults import StackError

WITHIN_S = 60.0


class ReloadFailed(StackError):
    """The centre was not read again; the message says why, and that what was in force stays."""


def reload_running(settings: Settings, say: Callable[[str], None]) -> None:
    """Read the files here first, so that their problems come at once, then let the controller read them.

    Raises BadFile or ReloadFailed.
    """
    centre = load_centre(settings.centre)
    people = Accounts(accounts_of(centre), one_secret_for_all(settings.demo_web_secret or "unset"))
    tokens = Tokens(session_key(settings), people, SystemClock().now)
    allowed = [tokens.issue(account) for account in accounts_of(centre) if reach_of(account.role, "reload")]
    if not allowed:
        raise ReloadFailed(
            "There is neither a coordinator nor an administrator in operators.yaml; send the controller SIGHUP instead."
        )
    answer = asyncio.run(_ask(settings, allowed))
    for line in (*answer["changed"], *(f"needs a restart: {line}" for line in answer["needs_restart"])):
        say(line)
    for line in answer["warnings"]:
        say(f"warning: {line}")
    say("the centre was read again" if answer["changed"] else "nothing has changed")


async def _ask(settings: Settings, tokens: Iterable[str]) -> dict[str, Any]:
    """The controller's answer. One who is new in the files is not known to it yet, so another may have to ask."""
    url = f"{settings.api_url}/api/v1/reload"
    why = ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN_S)) as session:
        for token in tokens:
            try:
                async with session.post(url, headers={"Authorization": f"Bearer {token}"}) as response:
                    answer: dict[str, Any] = await response.json()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise ReloadFailed(f"{url} does not answer ({error or type(error).__name__}); is it up?") from error
            if response.status == 200:
                return answer
            fault = answer["error"]
            why = "\n".join([fault["message"], *fault.get("problems", ())])
            if response.status != 401:
                break
    raise ReloadFailed(f"Not read again: {why}")
