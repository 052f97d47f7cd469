"""Who may log in, and as what? The centre's accounts and the check of a secret, which takes as long for any answer.

Pure: no clock, no I/O. Secrets are kept as digests inside closures, so that no repr, log or traceback can show one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from ari_app.permissions import Role

Verifier = Callable[[str, str], bool]
"""Given a code and a secret: is it that code's secret? Must take the same time for a code that does not exist."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person: ``code`` is also their phone's user name, if they have one; ``queues`` are those an operator serves, a team
    leader's team serves, or a supervisor looks after. ``team``: the one that an operator is in, or that a leader leads;
    ``language``: in which the person is told things (None: the centre's)."""

    code: str
    name: str
    role: Role
    queues: tuple[str, ...] = ()
    team: str | None = None
    language: str | None = None

    @property
    def leads(self) -> str | None:
        """The team that this person leads."""
        return self.team if self.role == "team_leader" else None


class Accounts:
    """All accounts of the centre, by code. Raises ValueError if two share a code."""

    def __init__(self, accounts: Iterable[Account], verifier: Verifier) -> None:
        self._verifier = verifier
        self._by_code: dict[str, Account] = {}
        self._teams: Mapping[str, frozenset[str]] = {}
        self.replace(accounts)

    def replace(self, accounts: Iterable[Account]) -> frozenset[str]:
        """These accounts and no others from now on; whoever is not among them is out at once. Raises ValueError as above.

        The codes of those that are gone, or have another role or another team to lead: what they had logged into must end.
        """
        by_code: dict[str, Account] = {}
        for account in accounts:
            if account.code in by_code:
                raise ValueError(f"two accounts have the code {account.code}; give each person a code of their own")
            by_code[account.code] = account
        before, self._by_code = self._by_code, by_code
        self._teams = _teams_of(by_code.values())
        return frozenset(code for code, account in before.items() if _has_other_rights(by_code.get(code), account))

    def __repr__(self) -> str:
        return f"Accounts({len(self._by_code)})"

    def get(self, code: str) -> Account | None:
        """The account with this code, or None."""
        return self._by_code.get(code)

    def all(self) -> tuple[Account, ...]:
        """Everybody."""
        return tuple(self._by_code.values())

    def operators_of(self, team: str | None) -> frozenset[str]:
        """The codes of the operators who are in the team now."""
        return frozenset() if team is None else self._teams.get(team, frozenset())

    def verify(self, code: str, secret: str) -> Account | None:
        """The account if ``secret`` is its secret, else None; an unknown code costs as much time as a wrong secret."""
        right = self._verifier(code, secret)
        account = self._by_code.get(code)
        return account if right else None


def _teams_of(accounts: Iterable[Account]) -> dict[str, frozenset[str]]:
    teams: dict[str, set[str]] = {}
    for account in accounts:
        if account.role == "operator" and account.team is not None:
            teams.setdefault(account.team, set()).add(account.code)
    return {team: frozenset(codes) for team, codes in teams.items()}


def _has_other_rights(now: Account | None, before: Account) -> bool:
    return now is None or now.role != before.role or now.leads != before.leads


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
