"""Who may log in, and as what? The centre's accounts and the check of a secret, which takes as long for any answer.

Pure: no clock, no I/O. Secrets are kept as digests inside closures, so that no repr, log or traceback can show one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Role = Literal["operator", "supervisor", "coordinator"]

Verifier = Callable[[str, str], bool]
"""Given a code and a secret: is it that code's secret? Must take the same time for a code that does not exist."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person: ``code`` is also their phone's user name; ``queues`` are those an operator serves."""

    code: str
    name: str
    role: Role
    queues: tuple[str, ...] = ()


class Accounts:
    """All accounts of the centre, by code. Raises ValueError if two share a code."""

    def __init__(self, accounts: Iterable[Account], verifier: Verifier) -> None:
        self._verifier = verifier
        self._by_code: dict[str, Account] = {}
        self.replace(accounts)

    def replace(self, accounts: Iterable[Account]) -> frozenset[str]:
        """These accounts and no others from now on; whoever is not among them is out at once. Raises ValueError as above.

        The codes of those that are gone or have another role: what they had logged into must end.
        """
        by_code: dict[str, Account] = {}
        for account in accounts:
            if account.code in by_code:
                raise ValueError(f"two accounts have the code {account.code}; give each person a code of their own")
            by_code[account.code] = account
        before, self._by_code = self._by_code, by_code
        return frozenset(
            code for code, account in before.items() if code not in by_code or by_code[code].role != account.role
        )

    def __repr__(self) -> str:
        return f"Accounts({len(self._by_code)})"

    def get(self, code: str) -> Account | None:
        """The account with this code, or None."""
        return self._by_code.get(code)

    def verify(self, code: str, secret: str) -> Account | None:
        """The account if ``secret`` is its secret, else None; an unknown code costs as much time as a wrong secret."""
        right = self._verifier(code, secret)
        account = self._by_code.get(code)
        return account if right else None


def one_secret_for_all(secret: str) -> Verifier:
    """The demo's way: every account has the same secret. Raises ValueError for an empty one."""
    expected = _digest(_usable(secret, "the shared secret"))
    return lambda code, given: hmac.compare_digest(expected, _digest(given))


def secret_by_code(secrets: Mapping[str, str]) -> Verifier:
    """A secret for each code; a code that is not there is never right. Raises ValueError, naming the code of an empty one."""
    expected = {code: _digest(_usable(secret, f"the secret of {code}")) for code, secret in secrets.items()}
    nobody = bytes(sha256().digest_size)

    def verifier(code: str, given: str) -> bool:
        return hmac.compare_digest(expected.get(code, nobody), _digest(given))

    return verifier


def _usable(secret: str, whose: str) -> str:
    if not secret:
        raise ValueError(f"{whose} is empty: anyone could log in; set one")
    return secret


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
