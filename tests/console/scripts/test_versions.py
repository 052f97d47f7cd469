"""Which version is followed: the file's, the published one, and the file's again once it changes? And is any ever lost?"""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_app.adapters.catalogue_database import Database
from console.scripts.folder import ScriptFolder, script_of, version_of_text
from console.scripts.versions import ScriptVersions, VersionMoved
from tests.console.scripts.desk import VENTAS, Clock, small_centre

CHANGED = VENTAS.replace("Adiós", "Hasta luego")
THIRD = VENTAS.replace("Adiós", "Buen día")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_centre(tmp_path / "centre", ventas=VENTAS)


@pytest.fixture
def versions(database: Database, folder: Path) -> ScriptVersions:
    return ScriptVersions(database, ScriptFolder(folder), Clock().now)


def publish(versions: ScriptVersions, text: str, over: str | None, why: str = "better") -> None:
    versions.publish("ventas", script_of(text), text, over, "2001", why)


def test_the_file_is_in_force_until_somebody_publishes(versions: ScriptVersions) -> None:
    first = versions.all().in_force["ventas"]
    assert (first.source, first.version, first.by) == ("file", version_of_text(VENTAS), None)
    publish(versions, CHANGED, first.version)
    now = versions.all().in_force["ventas"]
    assert (now.source, now.version, now.by, now.why) == ("console", version_of_text(CHANGED), "2001", "better")
    assert now.text == CHANGED
    assert [one.source for one in versions.history("ventas")] == ["console", "file"]


def test_a_file_that_changes_is_in_force_again_and_what_it_overruled_is_told(
    versions: ScriptVersions, folder: Path
) -> None:
    publish(versions, CHANGED, version_of_text(VENTAS))
    file = folder / "scripts" / "ventas.yaml"
    file.write_text(f"# only a comment\n{VENTAS}", "utf-8")
    assert versions.all().in_force["ventas"].version == version_of_text(CHANGED), "the file says the same"
    file.write_text(THIRD, "utf-8")
    now = versions.all().in_force["ventas"]
    assert (now.source, now.version, now.overruled) == ("file", version_of_text(THIRD), version_of_text(CHANGED))
    publish(versions, CHANGED, now.version)
    assert versions.all().in_force["ventas"].overruled is None
    assert versions.all().in_force["ventas"].source == "console"


def test_a_published_script_outlives_its_file_and_a_broken_file_is_told(versions: ScriptVersions, folder: Path) -> None:
    file = folder / "scripts" / "ventas.yaml"
    publish(versions, CHANGED, version_of_text(VENTAS))
    file.write_text(VENTAS.replace("start: hola", "start: nada"), "utf-8")
    found = versions.all()
    assert found.in_force["ventas"].version == version_of_text(CHANGED)
    assert [one.field for one in found.broken["ventas"]] == ["start"]
    file.unlink()
    assert versions.all().in_force["ventas"].version == version_of_text(CHANGED)


def test_a_broken_file_without_a_published_version_is_in_force_nowhere(versions: ScriptVersions, folder: Path) -> None:
    (folder / "scripts" / "ventas.yaml").write_text("start: [", "utf-8")
    assert versions.all().in_force == {}
    assert versions.all().of_queue("ventas") is None


def test_whoever_publishes_over_a_version_that_is_not_in_force_any_more_is_told(versions: ScriptVersions) -> None:
    first = version_of_text(VENTAS)
    publish(versions, CHANGED, first)
    with pytest.raises(VersionMoved) as moved:
        publish(versions, THIRD, first)
    assert moved.value.now == version_of_text(CHANGED)
    assert versions.all().in_force["ventas"].version == version_of_text(CHANGED)


def test_the_files_version_can_be_had_again_after_the_file_is_another(versions: ScriptVersions, folder: Path) -> None:
    first = version_of_text(VENTAS)
    publish(versions, CHANGED, first)
    (folder / "scripts" / "ventas.yaml").write_text(THIRD, "utf-8")
    assert versions.text("ventas", first) == VENTAS
    assert versions.text("ventas", "0" * 12) is None


def test_each_has_a_draft_of_his_or_her_own_and_publishing_ends_it(versions: ScriptVersions) -> None:
    versions.save_draft("ventas", "2001", "half: [", None)
    versions.save_draft("ventas", "2001", "half: [written", "0" * 12)
    versions.save_draft("ventas", "2002", "another", None)
    mine = versions.draft("ventas", "2001")
    assert mine is not None
    assert (mine.text, mine.over) == ("half: [written", "0" * 12)
    assert list(versions.drafts_of("2001")) == ["ventas"]
    publish(versions, CHANGED, version_of_text(VENTAS))
    assert versions.draft("ventas", "2001") is None
    other = versions.draft("ventas", "2002")
    assert other is not None
    versions.drop_draft("ventas", "2002")
    assert list(versions.drafts_of("2002")) == []
