from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pyrage
import pytest

from ari_app.adapters.age_seal import AgeSeal, keys_of
from ari_app.keeping.ports import WrongKey
from tests.keeping.sound import IDENTITY, RECIPIENT, STRANGER, unsealed
from tests.keeping.test_opus_file import FullDisk

SECRET = os.urandom(200_000)


def sealed_for(*keys: str) -> bytes:
    sealed = io.BytesIO()
    AgeSeal(keys).seal(io.BytesIO(SECRET), sealed)
    return sealed.getvalue()


def test_each_recipient_can_open_it_and_nobody_else() -> None:
    sealed = sealed_for(RECIPIENT, str(STRANGER.to_public()))
    assert SECRET[:100] not in sealed
    assert unsealed(sealed, str(IDENTITY)) == unsealed(sealed, str(STRANGER)) == SECRET
    with pytest.raises(pyrage.DecryptError):
        unsealed(sealed_for(RECIPIENT), str(STRANGER))


def test_what_was_changed_or_cut_off_does_not_open() -> None:
    sealed = sealed_for(RECIPIENT)
    for damaged in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(pyrage.DecryptError):
            unsealed(damaged)


def test_a_full_disk_is_told_as_such() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        AgeSeal([RECIPIENT]).seal(io.BytesIO(SECRET), FullDisk(70_000))
    assert full.value.errno == errno.ENOSPC


@pytest.mark.parametrize("keys", [[], [""], ["age1nothing"], [RECIPIENT, RECIPIENT[:-1]]])
def test_without_good_keys_there_is_no_seal(keys: list[str]) -> None:
    with pytest.raises(WrongKey, match="CENTRALITA_RECORDINGS_RECIPIENTS"):
        AgeSeal(keys)


def test_a_private_key_in_the_setting_is_refused_and_never_shown() -> None:
    with pytest.raises(WrongKey, match="private key") as refused:
        AgeSeal([str(IDENTITY)])
    assert str(IDENTITY)[20:40] not in str(refused.value)


def test_keys_are_separated_by_commas_or_stand_in_a_file(tmp_path: Path) -> None:
    assert keys_of(f" {RECIPIENT} , age1x,") == [RECIPIENT, "age1x"]
    assert keys_of("") == []
    (tmp_path / "keys").write_text(f"# ours\n\n{RECIPIENT}\n", encoding="utf-8")
    assert keys_of(f"@{tmp_path / 'keys'}") == [RECIPIENT]


def test_a_file_of_keys_that_is_missing_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match=str(tmp_path / "keys")):
        keys_of(f"@{tmp_path / 'keys'}")


def test_other_recipients_have_another_mark() -> None:
    stranger = str(STRANGER.to_public())
    assert AgeSeal([RECIPIENT]).mark != AgeSeal([RECIPIENT, stranger]).mark
    assert AgeSeal([stranger, RECIPIENT]).mark == AgeSeal([RECIPIENT, stranger]).mark
