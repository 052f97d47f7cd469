from __future__ import annotations

import pytest

from recordings.names import id_of_notes, id_of_part, id_of_temporary, store_key

CALL = "20261124-042201-7f3a9c01"


@pytest.mark.parametrize("id_", [CALL, f"{CALL}-voicemail"])
def test_notes_are_named_after_their_recording(id_: str) -> None:
    assert id_of_notes(f"{id_}.notes") == id_


@pytest.mark.parametrize(
    ("name", "id_"), [(f"{CALL}.raw", CALL), (f"{CALL}-12.raw", CALL), (f"{CALL}-voicemail.raw", f"{CALL}-voicemail")]
)
def test_a_part_belongs_to_its_call_and_a_message_to_itself(name: str, id_: str) -> None:
    assert id_of_part(name) == id_


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".raw",
        f"{CALL}",
        f"../{CALL}.raw",
        f"{CALL}.raw\n",
        f"{CALL}-.raw",
        f"{CALL}-x.raw",
        f"/{CALL}.raw",
        f"{CALL}-voicemail-2.raw",
    ],
)
def test_any_other_name_is_no_part(name: str) -> None:
    assert id_of_part(name) is None


@pytest.mark.parametrize("name", [f"{CALL}-2.notes", f"{CALL}.notes.notes", CALL, ".notes", f"{CALL}.notes\n"])
def test_any_other_name_is_no_notes(name: str) -> None:
    assert id_of_notes(name) is None


def test_what_is_half_made_belongs_to_its_recording() -> None:
    names = [f"{CALL}.opus", f"{CALL}.opus.age", f"{CALL}.label.json", f"{CALL}.tried", f"{CALL}.wav", "worker-1.lock"]
    assert [id_of_temporary(name) for name in names] == [CALL, CALL, CALL, CALL, None, None]


def test_the_key_lies_below_the_utc_day_of_the_calls_beginning() -> None:
    assert store_key("20261124-235959-7f3a9c01") == "2026/11/24/20261124-235959-7f3a9c01.opus.age"
    assert store_key("20261125-000000-7f3a9c01") == "2026/11/25/20261125-000000-7f3a9c01.opus.age"


def test_no_other_text_becomes_a_key() -> None:
    with pytest.raises(ValueError, match="no recording's id"):
        store_key("../x")
