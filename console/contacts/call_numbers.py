"""From which number does a call come? The controller that leads says it, to whoever may know it: ports.NumbersOfCalls."""

from __future__ import annotations

from urllib.parse import quote

from ari_app.adapters.http_errors import Refused
from console.controllers import Controllers


class ControllersNumbers:
    """Asks ``controllers`` as the very person who asks us; each number that is told is in the audit there."""

    def __init__(self, controllers: Controllers) -> None:
        self._controllers = controllers

    async def number_of(self, call: str, authorization: str, address: str) -> str | None:
        """See NumbersOfCalls."""
        path = f"/api/v1/calls/{quote(call, safe='')}/caller"
        answer = await self._controllers.ask("GET", path, None, authorization, address)
        if answer.status == 200:
            return str(answer.json["number"])
        if answer.status == 404:
            return None
        if answer.status == 403:
            raise Refused(403, "forbidden", "This call is not yours, so its number is not told.")
        raise Refused(503, "no_controller", "The controller does not tell the number now; try again.")
