"""Can a phone be reached, when several nodes tell of it?"""

from __future__ import annotations

from collections.abc import Callable

from ari_app.adapters.ami import OnPhone


class Phones:
    """Which phones can be reached, as several nodes tell it: one that is connected and reaches it is enough."""

    def __init__(self, on_phone: OnPhone, is_connected: Callable[[str], bool]) -> None:
        self._on_phone = on_phone
        self._is_connected = is_connected
        self._said: dict[str, dict[str, bool]] = {}
        self._told: dict[str, bool] = {}

    def told_by(self, node: str) -> OnPhone:
        """Where that node tells of phones."""

        def told(code: str, reachable: bool) -> None:
            said = self._said.setdefault(code, {})
            said[node] = reachable
            any_reaches = any(reaches and (one == node or self._is_connected(one)) for one, reaches in said.items())
            if self._told.get(code) is not any_reaches:
                self._told[code] = any_reaches
                self._on_phone(code, any_reaches)

        return told
