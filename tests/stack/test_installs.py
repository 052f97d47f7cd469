"""Which Asterisk and Redis are chosen, with stand-ins on PATH."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ari_app.stack import asterisk_root
from ari_app.stack.asterisk_root import asterisk_on_path
from ari_app.stack.redis_install import provide_redis


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def stand_in(folder: Path, name: str, banner: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{banner}'\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def system_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        asterisk_root, "_system_folders", lambda: {"astmoddir": [tmp_path / "m"], "astdatadir": [tmp_path / "d"]}
    )
    (tmp_path / "m").mkdir()
    (tmp_path / "m/res_ari.so").touch()
    for name in ("sounds/es", "sounds/en", "rest-api"):
        (tmp_path / "d" / name).mkdir(parents=True)
    return tmp_path


def test_asterisk_on_path_is_used_when_it_is_new_enough_and_whole(on_path: Path, system_folders: Path) -> None:
    stand_in(on_path, "asterisk", "Asterisk 22.11.0")
    install = asterisk_on_path(print)
    assert install is not None
    assert install.command == (str(on_path / "asterisk"),)
    assert (install.modules, install.data) == (system_folders / "m", system_folders / "d")
    assert install.version == (22, 11, 0)


def test_old_asterisk_on_path_is_passed_over_and_it_is_said(on_path: Path, system_folders: Path) -> None:
    stand_in(on_path, "asterisk", "Asterisk 20.9.3")
    said: list[str] = []
    assert asterisk_on_path(said.append) is None
    assert "20.9.3" in said[0]
    assert "22.10.1" in said[0]


def test_asterisk_without_spanish_sounds_is_passed_over_and_it_is_said(on_path: Path, system_folders: Path) -> None:
    stand_in(on_path, "asterisk", "Asterisk 22.11.0")
    (system_folders / "d/sounds/es").rmdir()
    said: list[str] = []
    assert asterisk_on_path(said.append) is None
    assert "sounds/es" in said[0]


def test_redis_on_path_is_used_when_it_is_new_enough(on_path: Path, tmp_path: Path) -> None:
    stand_in(on_path, "redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0")
    install = provide_redis(tmp_path / "cache", print)
    assert (install.command, install.version) == ((str(on_path / "redis-server"),), (7, 0, 15))
    assert not (tmp_path / "cache").exists()
