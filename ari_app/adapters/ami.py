"""What do phones and recordings look like over AMI? The reachability of phones, and MixMonitor, through panoramisk.

panoramisk reconnects by itself but replays unanswered actions after a reconnection; ours carry a deadline and are withdrawn
with it, so that nothing is started late.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from panoramisk.manager import Manager

from ari_app.cancellation import in_time

log = structlog.get_logger(__name__)
COMMAND_DEADLINE_S = 5.0

# panoramisk logs whole actions, the login with its secret included.
logging.getLogger("panoramisk").disabled = True
for _part in ("manager", "ami_protocol", "actions", "message"):
    logging.getLogger(f"panoramisk.{_part}").disabled = True

REACHABLE = frozenset({"Reachable", "NonQualified", "Created", "Updated", "Unknown"})
"""ContactStatus values that mean "offer calls": a contact that has not been asked yet is believed."""

ANSWERS = frozenset({"Reachable"})
"""Those of a phone behind a front, which has a contact whether it is there or not: it is believed once it has answered."""

GONE = frozenset({"Unavailable", "Invalid"})
"""States of a device that has no contact that answers."""

NO_CONTACTS = "No Contacts found"
"""What Asterisk answers, as an error, when no phone is registered."""

OnPhone = Callable[[str, bool], None]
OnTry = Callable[[str, Literal["secret", "name"] | None], None]
"""Of an address whence a phone tried to prove who it is: what was wrong; None: nothing."""

WRONG: Final[Mapping[str, Literal["secret", "name"] | None]] = {
    "ChallengeResponseFailed": "secret",
    "InvalidPassword": "secret",
    "InvalidAccountID": "name",
    "SuccessfulAuth": None,
}


class AmiError(Exception):
    """An AMI action failed or was not answered in time."""


class AmiLink:
    """One AMI connection. ``behind_front``: phones register at what stands in front of this Asterisk.

    ``on_phone(code, reachable)`` is called for every change, and for all phones on connecting;
    ``on_try`` for each phone that proves who it is, or cannot."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        secret: str,
        on_phone: OnPhone,
        on_try: OnTry | None = None,
        *,
        behind_front: bool = False,
    ) -> None:
        self._reachable_is = ANSWERS if behind_front else REACHABLE
        self._read_phones = self._endpoints if behind_front else self._contacts
        self._on_phone = on_phone
        self._on_try = on_try
        self._address = (host, port)
        self._credentials = (user, secret)
        self._manager: Manager | None = None
        self._reachable: dict[str, bool] = {}
        self._logged_in = asyncio.Event()
        self.connected = False

    async def run(self) -> None:
        """Stay connected until cancelled."""
        manager = self._make_manager()
        self._manager = manager
        manager.connect()
        try:
            while True:
                await self._logged_in.wait()
                self._logged_in.clear()
                await self._read_all_phones()
        finally:
            self.connected = False
            self._manager = None
            _close(manager)

    def _make_manager(self) -> Manager:
        host, port = self._address
        user, secret = self._credentials
        manager = Manager(
            host=host,
            port=port,
            username=user,
            secret=secret,
            loop=asyncio.get_running_loop(),
            ping_delay=5,
            ping_interval=5,
            reconnect_timeout=1,
            forgetable_actions=(
                "ping",
                "login",
                "mixmonitor",
                "stopmixmonitor",
                "pjsipshowcontacts",
                "pjsipshowendpoints",
                "reload",
                "redirect",
            ),
            on_disconnect=self._on_disconnect,
        )
        # FullyBooted follows each login, and comes only when Asterisk has loaded its phones.
        manager.register_event("FullyBooted", self._on_booted)
        manager.register_event("ContactStatus", self._on_contact_status)
        if self._on_try is not None:
            for name in WRONG:
                manager.register_event(name, self._on_security_event)
        return manager

    def _on_booted(self, _manager: Manager, _event: Any) -> None:
        self.connected = True
        self._logged_in.set()

    def _on_disconnect(self, _manager: Manager, _why: Any) -> None:
        self.connected = False
        log.warning("ami_connection_lost")

    def _on_contact_status(self, _manager: Manager, event: Mapping[str, str]) -> None:
        # The AOR is the person's code; a phone that must come over TLS is an endpoint of another name (pjsip.conf.j2).
        self._tell(event["AOR"] or event["EndpointName"], event["ContactStatus"] in self._reachable_is)

    def _on_security_event(self, _manager: Manager, event: Mapping[str, str]) -> None:
        """Of SIP alone; ``RemoteAddress`` is ``IPV4/UDP/192.0.2.1/5060``."""
        address = event["RemoteAddress"].split("/")
        if self._on_try is not None and event["Service"] == "PJSIP" and len(address) == 4:
            self._on_try(address[2], WRONG[event["Event"]])

    async def _read_all_phones(self) -> None:
        """Take the whole list; phones that are not in it have no contact."""
        try:
            found = await self._read_phones()
        except AmiError as failed:
            log.warning("phones_not_read", why=str(failed))
            return
        for code in {*self._reachable, *found}:
            self._tell(code, found.get(code, False))

    async def _contacts(self) -> dict[str, bool]:
        """Of phones that are registered at Asterisk."""
        try:
            answers = await self._send({"Action": "PJSIPShowContacts"})
        except AmiError as failed:
            if NO_CONTACTS in str(failed):
                return {}
            raise
        return {
            answer["ObjectName"].partition(";@")[0]: answer["Status"] in self._reachable_is
            for answer in answers
            if answer.get("Event") == "ContactList"
        }

    async def _endpoints(self) -> dict[str, bool]:
        """Of phones behind a front. Their contacts stand in the configuration, and Asterisk lists none of those with its status."""
        return {
            answer["ObjectName"]: answer["DeviceState"] not in GONE
            for answer in await self._send({"Action": "PJSIPShowEndpoints"})
            if answer.get("Event") == "EndpointList" and answer["Aor"] == answer["ObjectName"]
        }

    def _tell(self, code: str, reachable: bool) -> None:
        if self._reachable.get(code) is not reachable:
            self._reachable[code] = reachable
            self._on_phone(code, reachable)

    async def start_recording(self, channel: str, path: Path) -> None:
        """Record ``channel`` to ``path`` (.raw): interleaved stereo, left what it says, right what it hears.

        Raises AmiError. ``path`` must be made of our own ids only.
        """
        await self._send({"Action": "MixMonitor", "Channel": channel, "File": str(path), "Options": "D"})

    async def stop_recording(self, channel: str) -> None:
        """End the recording of ``channel``. Raises AmiError, also when the channel has gone (it ended by itself then)."""
        await self._send({"Action": "StopMixMonitor", "Channel": channel})

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """Let the recording of ``channel`` hold silence on both sides, or sound again. Raises AmiError."""
        state = "1" if muted else "0"
        await self._send({"Action": "MixMonitorMute", "Channel": channel, "Direction": "both", "State": state})

    async def redirect(self, channel: str, context: str, extension: str) -> None:
        """Take ``channel`` out of whatever the dialplan does with it, and go on at ``extension``. Raises AmiError."""
        where = {"Context": context, "Exten": extension, "Priority": "1"}
        await self._send({"Action": "Redirect", "Channel": channel, **where})

    async def reload_module(self, module: str) -> None:
        """Let a module of Asterisk read its configuration again; calls go on. Raises AmiError."""
        await self._send({"Action": "Reload", "Module": module})

    async def _send(self, action: dict[str, str]) -> Any:
        if self._manager is None or not self.connected:
            raise AmiError(f"{action['Action']}: not connected to AMI")
        future = self._manager.send_action(action)
        try:
            answer = await in_time(future, COMMAND_DEADLINE_S)
        except TimeoutError as late:
            raise AmiError(f"{action['Action']}: no answer in {COMMAND_DEADLINE_S:g} s") from late
        first = answer[0] if isinstance(answer, list) else answer
        if first.get("Response") not in ("Success", None):
            raise AmiError(f"{action['Action']}: {first.get('Message', 'refused')}")
        return answer


def _close(manager: Manager) -> None:
    # panoramisk would connect again in connection_lost; an explicit end must not.
    manager.connection_lost = lambda _exc: None
    manager.close()
