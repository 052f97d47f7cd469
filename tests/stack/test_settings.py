from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.settings import BadSettings, load_settings


@pytest.mark.parametrize(("text", "value"), [("0.2", 0.2), ("1000", 1000.0), ("-1", -1.0), ("", 0.15)])
def test_a_number_of_seconds_may_have_a_point_and_a_sign(tmp_path: Path, text: str, value: float) -> None:
    assert load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text}).refuse_above_lag_s == value


@pytest.mark.parametrize("text", ["much", "nan", "1e3", "0,2", "1.", "--1"])
def test_anything_else_is_refused_with_the_variable_and_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_REFUSE_ABOVE_LAG_S=.* is not a number; give one such as 0\.15"):
        load_settings(tmp_path, {"CENTRALITA_REFUSE_ABOVE_LAG_S": text})


def test_the_catalogue_and_the_store_are_in_the_state_folder_unless_said_otherwise(tmp_path: Path) -> None:
    found = load_settings(tmp_path, {"CENTRALITA_STATE": "my state"})
    assert found.database == f"sqlite:///{tmp_path}/my state/centralita.db"
    assert found.recordings_store_url == f"file://{tmp_path}/my%20state/recordings/stored"
    assert found.recordings_identity is None


def test_the_catalogue_the_store_and_the_key_may_be_elsewhere(tmp_path: Path) -> None:
    said = {
        "CENTRALITA_DATABASE_URL": "postgresql+psycopg://me:hunter2@db/centralita",
        "CENTRALITA_RECORDINGS_STORE": "s3://bucket/prefix",
        "CENTRALITA_RECORDINGS_IDENTITY": "keys/identity.txt",
    }
    found = load_settings(tmp_path, said)
    assert (found.database, found.recordings_store_url) == tuple(list(said.values())[:2])
    assert found.recordings_identity == tmp_path / "keys/identity.txt"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("text", ["127.0.0.1", "localhost", "192.0.2.1:5060"])
def test_an_address_that_no_browser_can_be_offered_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match=r"CENTRALITA_BROWSER_MEDIA_ADDRESS=.* give an IPv4 address"):
        load_settings(tmp_path, {"CENTRALITA_BROWSER_MEDIA_ADDRESS": text})
    assert load_settings(tmp_path, {}).browser_media_address == "0.0.0.0"  # noqa: S104
