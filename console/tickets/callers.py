"""Who is the customer of a call? Told by the number, which the controller gives to those who may know it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from ari_app.adapters.http_errors import Refused
from console.tickets.calls import Controllers, Customer

REMEMBERED: Final = 10_000


class Callers:
    """Customers. ``who`` makes the keyed hash of a number, ``contact_of`` finds the contact with it, if there is exactly one.

    The controller is asked once for each call, since each time is noted in the audit; the number is remembered in memory alone.
    Whoever asks must be allowed to see the call.
    """

    def __init__(
        self,
        controllers: Controllers,
        who: Callable[[str], str | None],
        contact_of: Callable[[str], Awaitable[str | None]],
    ) -> None:
        self._controllers = controllers
        self._who = who
        self._contact_of = contact_of
        self._numbers: OrderedDict[str, str] = OrderedDict()

    async def of_call(self, call: str, authorization: str, client: str) -> Customer:
        """See Customers."""
        number = self._numbers.get(call) or await self._ask(call, authorization, client)
        return Customer() if number is None else Customer(await self._contact_of(number), self._who(number))

    async def _ask(self, call: str, authorization: str, client: str) -> str | None:
        try:
            answer = await self._controllers.ask("GET", f"/api/v1/calls/{call}/caller", None, authorization, client)
        except Refused:
            return None
        if answer.status != 200:
            return None
        self._numbers[call] = str(answer.json["number"])
        if len(self._numbers) > REMEMBERED:
            self._numbers.popitem(last=False)
        return self._numbers[call]
