"""What does `make` say when a machine lacks what the first run needs? Before anything is installed or made."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ari_app.cli import PROJECT

OLD_PYTHON = "exit 1"
PYTHON_WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'
NOT_ROOT = "echo 1000"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a fresh clone as making the virtual environment needs."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(checkout: Path, name: str, script: str) -> str:
    """A program of this name, found before the system's."""
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o755)
    return str(path)


def make_run(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "HOME": str(checkout)}
    command = ["make", "run", f"PYTHON={python}"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_told_with_what_to_do(checkout: Path) -> None:
    told = make_run(checkout, program(checkout, "python3.9", OLD_PYTHON))
    assert told.returncode != 0
    assert "Python 3.11 or later is needed" in told.stderr
    assert "make PYTHON=" in told.stderr
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_is_told_the_same(checkout: Path) -> None:
    told = make_run(checkout, "")
    assert told.returncode != 0
    assert "Python 3.11 or later is needed" in told.stderr


def test_without_root_a_missing_package_is_named_with_the_command_to_install_it(checkout: Path) -> None:
    program(checkout, "id", NOT_ROOT)
    told = make_run(checkout, program(checkout, "python3.11", PYTHON_WITHOUT_VENV))
    assert told.returncode != 0
    assert "Install it as root (apt-get install python3-venv" in told.stderr
    assert not (checkout / ".venv").exists()
