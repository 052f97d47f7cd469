"""Does an account open to its own secret only, and does nothing show a secret?"""

from __future__ import annotations

import pytest

from ari_app.accounts import Account, Accounts, one_secret_for_all, secret_by_code

ANA = Account("1005", "Ana", "operator", ("soporte",))
SARA = Account("2001", "Sara", "supervisor")


def test_one_secret_opens_every_account_and_no_unknown_code() -> None:
    accounts = Accounts([ANA, SARA], one_secret_for_all("demo"))
    assert accounts.verify("1005", "demo") is ANA
    assert accounts.verify("2001", "demo") is SARA
    assert accounts.verify("1005", "Demo") is None
    assert accounts.verify("1005", "") is None
    assert accounts.verify("9999", "demo") is None


def test_a_secret_of_ones_own_opens_no_other_account() -> None:
    accounts = Accounts([ANA, SARA], secret_by_code({"1005": "hers", "2001": "mine"}))
    assert accounts.verify("2001", "mine") is SARA
    assert accounts.verify("1005", "mine") is None


def test_an_account_without_a_secret_cannot_be_opened() -> None:
    accounts = Accounts([ANA], secret_by_code({}))
    assert accounts.verify("1005", "") is None
    assert accounts.verify("1005", "\x00" * 32) is None


def test_an_unknown_code_is_verified_all_the_same_so_that_it_takes_as_long() -> None:
    asked: list[str] = []

    def verifier(code: str, secret: str) -> bool:
        asked.append(code)
        return True

    assert Accounts([ANA], verifier).verify("9999", "x") is None
    assert asked == ["9999"]


def test_an_empty_secret_is_refused_before_anyone_can_use_it() -> None:
    with pytest.raises(ValueError, match="empty"):
        one_secret_for_all("")
    with pytest.raises(ValueError, match="1005"):
        secret_by_code({"1005": ""})


def test_two_accounts_cannot_share_a_code() -> None:
    with pytest.raises(ValueError, match="1005"):
        Accounts([ANA, ANA], one_secret_for_all("demo"))


def test_no_repr_shows_a_secret() -> None:
    verifier = one_secret_for_all("s3cret")
    assert "s3cret" not in f"{Accounts([ANA], verifier)!r} {verifier!r} {secret_by_code({'1005': 's3cret'})!r}"
