"""Asterisk's configuration alone, for an Asterisk that something else starts."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ari_app.centre import load_centre
from ari_app.cli import cli
from ari_app.settings import Settings
from ari_app.stack import written_for
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.configuring import write_configuration
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders
from ari_app.stack.instance import settings_environment

THEIRS = AsteriskInstall(("asterisk",), Path("/m"), Path("/d"), Path("/d/moh"), (22, 10, 1))


def test_configure_writes_what_a_reload_will_write_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_environment(settings).items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(cli, ["configure", "--modules", "/m", "--data", "/d"])
    assert told.exit_code == 0, told.output
    folders = Folders.below(settings.state)
    assert f"asterisk -f -C {folders.etc}/asterisk.conf" in told.output
    written = (folders.etc / "asterisk.conf").read_text(encoding="utf-8")
    assert "astmoddir => /m\nastdatadir => /d\n" in written
    assert "directory = /d/moh\n" in (folders.etc / "musiconhold.conf").read_text(encoding="utf-8")
    assert {stat.S_IMODE(file.stat().st_mode) for file in folders.etc.iterdir()} == {0o600}
    known = written_for.recall(folders)
    assert known is not None
    assert known[0] == THEIRS


def test_an_asterisk_without_a_secret_is_not_configured(settings: Settings) -> None:
    folders = Folders.below(settings.state)
    folders.make()
    centre = load_centre(settings.centre)
    with pytest.raises(SetupFailed, match=r"^CENTRALITA_ARI_SECRET must be set"):
        write_configuration(replace(settings, ari_secret=""), centre, THEIRS, folders)
    with pytest.raises(SetupFailed, match=r"^CENTRALITA_AMI_SECRET must be set"):
        write_configuration(replace(settings, ami_secret=""), centre, THEIRS, folders)
    assert list(folders.etc.iterdir()) == []
