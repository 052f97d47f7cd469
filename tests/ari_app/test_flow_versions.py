"""Is every version kept as it was, and does rolling back happen wholly or not at all?"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.centre import load_centre
from ari_app.flow_versions import FlowVersions, KeptVersion, roll_back, write_drawing
from ari_app.whole_files import write_whole
from ivr_flows.drawing import draw
from ivr_flows.problems import BadFile, Problem
from ivr_flows.versions import version_of

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"
ONE, TWO = "0123456789ab", "ba9876543210"
FAULTY = BadFile([Problem("f.yaml", 1, "", "is wrong", "mend it")])


@pytest.fixture
def kept(tmp_path: Path) -> FlowVersions:
    return FlowVersions(tmp_path / "state" / "flow_versions")


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    path = tmp_path / "centre" / "flows" / "hello.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"former: text  # \xc3\xb1\r\n")
    path.chmod(0o640)
    return path


def index(tmp_path: Path) -> Path:
    return tmp_path / "state" / "flow_versions" / "hello" / "index.jsonl"


# -- keeping ---------------------------------------------------------------------------------------------------------------


def test_versions_are_told_in_the_order_in_which_they_came_into_force(kept: FlowVersions) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    kept.keep("hello", "a: 2", TWO, 2000.5)
    assert kept.versions("hello") == [KeptVersion(ONE, 1000.0), KeptVersion(TWO, 2000.5)]
    kept.keep("hello", "a: 1", ONE, 3000.0)
    assert kept.versions("hello") == [KeptVersion(TWO, 2000.5), KeptVersion(ONE, 3000.0)]
    assert kept.versions("other") == []


def test_a_file_comes_back_as_it_was_to_the_last_byte(kept: FlowVersions) -> None:
    text = "# ñ €\r\na: 1\n\n  \tb"
    kept.keep("hello", text, ONE, 1.0)
    assert kept.text("hello", ONE) == text


def test_keeping_what_is_in_force_changes_nothing(kept: FlowVersions, tmp_path: Path) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    before = index(tmp_path).read_bytes()
    kept.keep("hello", "a: 1", ONE, 2000.0)
    assert index(tmp_path).read_bytes() == before
    assert sorted(path.name for path in index(tmp_path).parent.iterdir()) == [f"{ONE}.yaml", "index.jsonl"]


def test_the_same_meaning_in_other_words_is_kept_in_the_latest_words(kept: FlowVersions) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    kept.keep("hello", "a: 1  # why", ONE, 2000.0)
    assert kept.versions("hello") == [KeptVersion(ONE, 1000.0)]
    assert kept.text("hello", ONE) == "a: 1  # why"


def test_another_store_of_the_same_folder_knows_the_same(kept: FlowVersions, tmp_path: Path) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    again = FlowVersions(tmp_path / "state" / "flow_versions")
    assert (again.versions("hello"), again.text("hello", ONE)) == ([KeptVersion(ONE, 1000.0)], "a: 1")


def test_the_index_tells_version_time_and_file(kept: FlowVersions, tmp_path: Path) -> None:
    kept.keep("hello", "a: 1", ONE, 1_764_158_400.25)
    assert json.loads(index(tmp_path).read_text()) == {
        "version": ONE,
        "at": "2025-11-26T12:00:00.250+00:00",
        "file": f"{ONE}.yaml",
    }


def test_nobody_else_can_read_what_is_kept(kept: FlowVersions, tmp_path: Path) -> None:
    kept.keep("hello", "a: 1", ONE, 1.0)
    folder = index(tmp_path).parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *folder.iterdir())}
    assert modes == {"flow_versions": 0o700, "hello": 0o700, f"{ONE}.yaml": 0o600, "index.jsonl": 0o600}


def test_an_unknown_version_is_told_with_those_there_are(kept: FlowVersions) -> None:
    with pytest.raises(LookupError, match="none was kept yet"):
        kept.text("hello", ONE)
    kept.keep("hello", "a: 1", ONE, 1.0)
    with pytest.raises(LookupError, match=f"no version '{TWO}' of the flow 'hello'; choose one of {ONE}"):
        kept.text("hello", TWO)


@pytest.mark.parametrize(
    "cut", [b'{"version": "ba98', b"\xff\xfe", b'{"version": 7, "at": "x"}', b"[]", b'{"at": "2025"}']
)
def test_a_line_that_was_cut_short_costs_no_other(kept: FlowVersions, tmp_path: Path, cut: bytes) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    with index(tmp_path).open("ab") as file:
        file.write(cut)
    assert kept.versions("hello") == [KeptVersion(ONE, 1000.0)]
    kept.keep("hello", "a: 2", TWO, 2000.0)
    assert kept.versions("hello") == [KeptVersion(ONE, 1000.0), KeptVersion(TWO, 2000.0)]


def test_a_version_whose_line_was_not_written_any_more_gets_it_the_next_time(
    kept: FlowVersions, tmp_path: Path
) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    index(tmp_path).unlink()
    assert kept.versions("hello") == []
    kept.keep("hello", "a: 1", ONE, 2000.0)
    assert kept.versions("hello") == [KeptVersion(ONE, 2000.0)]


def test_a_version_whose_file_is_gone_is_not_offered(kept: FlowVersions, tmp_path: Path) -> None:
    kept.keep("hello", "a: 1", ONE, 1000.0)
    kept.keep("hello", "a: 2", TWO, 2000.0)
    (index(tmp_path).parent / f"{ONE}.yaml").unlink()
    assert kept.versions("hello") == [KeptVersion(TWO, 2000.0)]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0"])
def test_no_name_leads_out_of_the_folder(kept: FlowVersions, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a flow"):
        kept.keep(name, "a: 1", ONE, 1.0)
    with pytest.raises(ValueError, match="cannot be the name of a flow"):
        roll_back(tmp_path, name, "a: 1", lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_no_version_leads_out_of_the_folder(kept: FlowVersions) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        kept.keep("hello", "a: 1", "../0123456789", 1.0)


# -- rolling back ----------------------------------------------------------------------------------------------------------


def test_rolling_back_puts_the_text_there_before_it_is_checked(flow_file: Path) -> None:
    seen: list[str] = []
    roll_back(flow_file.parents[1], "hello", "older: text\n", lambda: seen.append(flow_file.read_text()))
    assert seen == ["older: text\n"]
    assert flow_file.read_text() == "older: text\n"
    assert stat.S_IMODE(flow_file.stat().st_mode) == 0o640
    assert list(flow_file.parent.iterdir()) == [flow_file]


@pytest.mark.parametrize("why", [FAULTY, KeyboardInterrupt(), RuntimeError("anything")])
def test_what_cannot_be_used_leaves_the_very_file_that_was_there(flow_file: Path, why: BaseException) -> None:
    before, at = flow_file.read_bytes(), flow_file.stat()

    def check() -> None:
        raise why

    with pytest.raises(type(why)) as raised:
        roll_back(flow_file.parents[1], "hello", "older: text\n", check)
    assert raised.value is why
    assert flow_file.read_bytes() == before
    assert (flow_file.stat().st_ino, flow_file.stat().st_mtime_ns) == (at.st_ino, at.st_mtime_ns)
    assert list(flow_file.parent.iterdir()) == [flow_file]


def test_a_flow_that_was_removed_comes_back_or_stays_removed(flow_file: Path) -> None:
    flow_file.unlink()

    def check() -> None:
        raise FAULTY

    with pytest.raises(BadFile):
        roll_back(flow_file.parents[1], "hello", "older: text\n", check)
    assert list(flow_file.parent.iterdir()) == []
    roll_back(flow_file.parents[1], "hello", "older: text\n", lambda: None)
    assert flow_file.read_text() == "older: text\n"


def test_a_link_to_the_file_stays_a_link(flow_file: Path, tmp_path: Path) -> None:
    real = flow_file.rename(tmp_path / "real.yaml")
    flow_file.symlink_to(real)
    roll_back(flow_file.parents[1], "hello", "older: text\n", lambda: None)
    assert flow_file.is_symlink()
    assert real.read_text() == "older: text\n"


def test_without_second_names_for_files_the_former_text_comes_back_too(
    flow_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    def check() -> None:
        raise FAULTY

    monkeypatch.setattr(os, "link", refused)
    before = flow_file.read_bytes()
    with pytest.raises(BadFile):
        roll_back(flow_file.parents[1], "hello", "older: text\n", check)
    assert flow_file.read_bytes() == before
    assert stat.S_IMODE(flow_file.stat().st_mode) == 0o640


KILLED = """
import os, signal, sys
from pathlib import Path
from ari_app import flow_versions, whole_files
moment, centre = sys.argv[1], Path(sys.argv[2])
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
if moment == "before the rename":
    Path.replace = die
flow_versions.roll_back(centre, "hello", "older: text\\n", die)
"""


@pytest.mark.parametrize(("moment", "left"), [("before the rename", "former"), ("in the check", "older")])
def test_killed_at_any_moment_the_file_is_one_of_the_two_and_the_former_is_there(
    flow_file: Path, moment: str, left: str
) -> None:
    former = flow_file.read_bytes()
    command = [sys.executable, "-c", KILLED, moment, str(flow_file.parents[1])]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == -9
    assert flow_file.read_bytes() == (former if left == "former" else b"older: text\n")
    assert (flow_file.parent / ".hello.yaml.former").read_bytes() == former
    assert list(flow_file.parent.glob("*.yaml")) == [flow_file], "nothing else is taken for a flow"
    roll_back(flow_file.parents[1], "hello", "older: text\n", lambda: None)
    assert flow_file.read_text() == "older: text\n"


def test_a_failed_writing_leaves_the_old_text_and_nothing_beside(flow_file: Path) -> None:
    before = flow_file.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        write_whole(flow_file, "a \ud800")
    assert flow_file.read_bytes() == before
    assert list(flow_file.parent.iterdir()) == [flow_file]


# -- the demo --------------------------------------------------------------------------------------------------------------


def test_the_demos_flow_is_kept_changed_and_rolled_back(tmp_path: Path, kept: FlowVersions) -> None:
    folder = Path(shutil.copytree(DEMO, tmp_path / "centre", ignore=shutil.ignore_patterns("*.wav")))
    path = folder / "flows" / "bienvenida.yaml"
    first, text = version_of(load_centre(folder).flows["bienvenida"]), path.read_text("utf-8")
    kept.keep("bienvenida", text, first, 1.0)
    path.write_text(text.replace("tries: 2", "tries: 3"), "utf-8")
    changed = version_of(load_centre(folder).flows["bienvenida"])
    assert changed != first
    roll_back(folder, "bienvenida", kept.text("bienvenida", first), lambda: load_centre(folder))
    assert version_of(load_centre(folder).flows["bienvenida"]) == first
    with pytest.raises(BadFile, match="there is no step 'nowhere'"):
        roll_back(
            folder, "bienvenida", text.replace("default: saludo", "default: nowhere"), lambda: load_centre(folder)
        )
    assert path.read_text("utf-8") == text


def test_the_demos_flow_is_drawn_into_a_file(tmp_path: Path) -> None:
    flow = load_centre(DEMO).flows["bienvenida"]
    write_drawing(tmp_path / "bienvenida.svg", flow, "bienvenida")
    assert (tmp_path / "bienvenida.svg").read_text("utf-8") == draw(flow, "bienvenida")
    assert [path.name for path in tmp_path.iterdir()] == ["bienvenida.svg"]
