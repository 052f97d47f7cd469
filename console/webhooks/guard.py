"""Where may a webhook lead? Out into the world, and to no machine of our own network unless the centre's settings name it. Pure.

A URL that somebody enters makes this machine send requests. So names are looked up once, each address is judged, and exactly that
address is connected to: a name that answers otherwise the second time (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
URL_LENGTH: Final = 2000
NAT64: Final = IPv6Network("64:ff9b::/96")
_NEVER: Final[tuple[Network, ...]] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("fec0::/10"),
)


class BadUrl(ValueError):
    """Nothing is sent to this URL; the message says why, and what to do."""


class Guard:
    """``allowed``: networks of our own to which webhooks may lead, such as that of the company's CRM; plain HTTP only there."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Raises ValueError for what is no network."""
        self._allowed = tuple(ipaddress.ip_network(one) for one in allowed)

    def check_url(self, url: str) -> None:
        """What can be told from the URL alone. Raises BadUrl."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise BadUrl("this is no URL") from None
        if len(url) > URL_LENGTH or not url.isascii() or any(one.isspace() or one < " " for one in url):
            raise BadUrl("give a URL of at most 2,000 plain characters")
        if parts.scheme not in ("http", "https") or not host or port == 0:
            raise BadUrl("give a URL such as https://crm.example.com/hooks")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise BadUrl("no user name, password or fragment may stand in the URL: requests are signed instead")
        address = _as_address(host)
        if address is not None:
            self.check_address(address)
        if parts.scheme == "http" and (address is None or not self._is_allowed(address)):
            raise BadUrl("use https: plain http is only for addresses in CENTRALITA_WEBHOOKS_ALLOW")

    def check_address(self, address: Address) -> None:
        """An address that is about to be connected to. Raises BadUrl."""
        if self._is_allowed(address):
            return
        for one in _meant(address):
            if not one.is_global or one.is_multicast or any(one in network for network in _NEVER):
                raise BadUrl(
                    f"{address} is not out in the world; if it is meant, let its network be in CENTRALITA_WEBHOOKS_ALLOW"
                )

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)


def _as_address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return None


def _meant(address: Address) -> list[Address]:
    """The address, and those of IPv4 that are hidden in it."""
    if isinstance(address, IPv4Address):
        return [address]
    hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.ipv4_mapped is not None or address in NAT64:
        return [one for one in hidden if one is not None]
    return [address, *(one for one in hidden if one is not None)]
