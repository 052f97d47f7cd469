"""Does a reload write and re-read exactly what of Asterisk's configuration a centre changes, and tell what it could not?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.centre import Centre, load_centre
from ari_app.commands import Reloaded, ReloadRefused
from ari_app.reload_plan import ReloadPlan, plan_reload
from ari_app.reloading import Reloading
from ari_app.settings import Settings
from ari_app.stack import conf, written_for
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.folders import Folders
from tests.ari_app.fake_centre import DEMO, changed_demo

INSTALL = AsteriskInstall(("/bin/false", "-x"), Path("/m"), Path("/d"), Path("/d/moh"), (22, 10, 1))


class AtWork:
    """A reload's surroundings: what is in force, and which modules Asterisk was told to read again."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = changed_demo(tmp_path)
        self.settings = Settings(
            project=DEMO.parents[1], centre=self.folder, state=tmp_path / "state", cache=tmp_path, demo_sip_secret="s"
        )
        self.in_force = load_centre(self.folder)
        self.modules: list[str] = []
        self.deaf = False

    def set_up_asterisk(self) -> Folders:
        folders = Folders.below(self.settings.state)
        folders.make()
        written_for.note(folders, INSTALL, 7)
        context = conf.context_for(self.settings, self.in_force, INSTALL, folders, away_tries=7)
        conf.render_all(self.settings.project / "asterisk_conf", folders.etc, context)
        return folders

    def put_in_force(self, centre: Centre) -> ReloadPlan:
        plan = plan_reload(self.in_force, centre, {queue.name for queue in self.in_force.queues}, {})
        self.in_force = centre
        return plan

    async def reload_module(self, module: str) -> None:
        if self.deaf:
            raise RuntimeError("AMI is away")
        self.modules.append(module)

    def change(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    def reload(self) -> Reloaded:
        return asyncio.run(Reloading(self.settings, self.put_in_force, self.reload_module).reload())


@pytest.fixture
def at_work(tmp_path: Path) -> AtWork:
    return AtWork(tmp_path)


def test_a_new_number_changes_the_dialplan_alone(at_work: AtWork) -> None:
    folders = at_work.set_up_asterisk()
    at_work.change("centre.yaml", "  900100202:", "  900100203: {queue: ventas}\n  900100202:")
    done = at_work.reload()
    assert at_work.modules == ["pbx_config.so"]
    text = (folders.etc / "extensions.conf").read_text(encoding="utf-8")
    assert "900100203" in text
    assert "AWAY_TRIES} < 7" in text, "written as it was at the start"
    assert done.changed == ("number 900100203: added",)
    assert (folders.etc / "extensions.conf").stat().st_mode & 0o777 == 0o600


def test_a_new_phone_is_read_by_pjsip_and_by_the_fallback_queues(at_work: AtWork) -> None:
    folders = at_work.set_up_asterisk()
    at_work.change("operators.yaml", "  1001:", "  1030: {name: Nueva, queues: [ventas]}\n  1001:")
    done = at_work.reload()
    assert set(at_work.modules) >= {"res_pjsip.so", "app_queue.so"}
    assert "[1030]" in (folders.etc / "pjsip.conf").read_text(encoding="utf-8")
    assert done.needs_restart == ()


def test_rules_that_only_the_engine_knows_leave_asterisk_alone(at_work: AtWork) -> None:
    at_work.set_up_asterisk()
    at_work.change("queues.yaml", "wrap_up_s: 5", "wrap_up_s: 6")
    assert at_work.reload().changed == ("queue ventas: changed",)
    assert at_work.modules == []


def test_an_asterisk_that_does_not_read_its_files_is_told_and_the_engine_goes_on_with_the_new(
    at_work: AtWork,
) -> None:
    at_work.set_up_asterisk()
    at_work.deaf = True
    at_work.change("centre.yaml", "  900100202:", "  900100203: {queue: ventas}\n  900100202:")
    [told] = at_work.reload().needs_restart
    assert told == "Asterisk did not read extensions.conf again (AMI is away)"
    assert at_work.in_force.route("900100203").queue == "ventas"


def test_where_asterisk_is_not_ours_its_files_are_not_written(at_work: AtWork) -> None:
    at_work.change("centre.yaml", "  900100202:", "  900100203: {queue: ventas}\n  900100202:")
    [told] = at_work.reload().needs_restart
    assert told.startswith("Asterisk was not set up by us")
    assert not Folders.below(at_work.settings.state).etc.exists()


def test_a_centre_that_asterisks_files_cannot_carry_is_refused_and_nothing_is_written(
    at_work: AtWork, tmp_path: Path
) -> None:
    folders = at_work.set_up_asterisk()
    before = {path.name: path.read_bytes() for path in folders.etc.iterdir()}
    named = tmp_path / "a folder; with a name"
    at_work.folder.rename(named)
    at_work.folder = named
    at_work.settings = Settings(
        project=DEMO.parents[1], centre=named, state=at_work.settings.state, cache=tmp_path, demo_sip_secret="s"
    )
    was = at_work.in_force
    with pytest.raises(ReloadRefused):
        at_work.reload()
    assert at_work.in_force is was
    assert {path.name: path.read_bytes() for path in folders.etc.iterdir()} == before


def test_the_asterisk_that_the_files_were_written_for_is_remembered(tmp_path: Path) -> None:
    folders = Folders.below(tmp_path / "state")
    assert written_for.recall(folders) is None
    folders.make()
    written_for.note(folders, INSTALL, 12)
    assert written_for.recall(folders) == (INSTALL, 12)
    (folders.home / "written-for.json").write_text("{}", encoding="utf-8")
    assert written_for.recall(folders) is None
