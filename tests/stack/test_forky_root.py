"""The building of the cached root, with stand-ins for apt-get, dpkg-deb and gpgv on PATH: no network, no real packages."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from ari_app.settings import Settings
from ari_app.stack.faults import SetupFailed
from ari_app.stack.forky_root import PACKAGES, Recipe, cached_root, is_whole, provide_root
from ari_app.stack.machine import this_machine
from ari_app.stack.private_apt import PrivateApt, system_mirror

MIRROR = "http://mirror.invalid/debian"
APT = """#!/bin/sh
echo "$@" >> "$STAND_IN/calls"
folder=$(sed -n 's/^Dir::Cache::archives "\\(.*\\)";$/\\1/p' "$APT_CONFIG")
case "$*" in
  *--print-uris*) echo "'$URI/a_1.deb' a_1.deb 1000 SHA256:0"; echo "'$URI/b_1.deb' b_1.deb 2000 SHA256:0" ;;
  *update) if [ -s "$STAND_IN/failures" ]; then
             sed -i 1d "$STAND_IN/failures"; echo "E: Failed to fetch: connection refused" >&2; exit 100; fi ;;
  *--download-only*) echo fetched > "$folder/a_1.deb"; echo fetched > "$folder/b_1.deb" ;;
esac
"""
DPKG_DEB = """#!/bin/sh
if [ -e "$STAND_IN/full" ]; then echo "cannot write: No space left on device" >&2; exit 2; fi
for folder in sounds/en_US_f_Allison sounds/es_MX_f_Allison moh; do mkdir -p "$3/usr/share/asterisk/$folder"; done
mkdir -p "$3/usr/share/doc/asterisk"
echo "$2" > "$3/usr/share/doc/asterisk/copyright"
ln -sfn /var/lib/asterisk/nowhere "$3/usr/share/asterisk/sounds/recordings"
basename "$2" >> "$3/usr/unpacked"
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (
        ("apt-get", APT),
        ("dpkg-deb", DPKG_DEB),
        ("gpgv", "#!/bin/sh\n"),
        ("apt-config", "#!/bin/sh\n"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def silent(_: str) -> None:
    return


def calls(stand_in: Path, word: str) -> int:
    return sum(word in line for line in (stand_in / "calls").read_text(encoding="utf-8").splitlines())


def test_root_is_made_once_and_then_only_used(stand_in: Path, cache: Path) -> None:
    root = provide_root(cache, silent, MIRROR)
    assert provide_root(cache, silent, MIRROR) == root
    assert cached_root(cache) == root
    assert calls(stand_in, "--download-only") == 1
    assert (root.folder / "usr/unpacked").read_text(encoding="utf-8").split() == ["a_1.deb", "b_1.deb"]


def test_another_recipe_has_a_root_of_its_own_beside_the_first(stand_in: Path, cache: Path) -> None:
    first = provide_root(cache, silent, MIRROR)
    recipe = Recipe("other", ("a",), complete=lambda root: (root / "completed").touch(), also_libraries=("more",))
    assert cached_root(cache, recipe) is None
    second = provide_root(cache, silent, MIRROR, recipe)
    assert cached_root(cache) == first
    assert cached_root(cache, recipe) == second
    assert (second.folder / "completed").exists()
    assert f"{second.libraries}:{second.libraries / 'more'}" in second.command("usr/bin/other")


def test_languages_are_linked_and_what_running_needs_not_is_dropped(stand_in: Path, cache: Path) -> None:
    sounds = provide_root(cache, silent, MIRROR).folder / "usr/share/asterisk/sounds"
    assert {name: os.readlink(sounds / name) for name in ("en", "es")} == {
        "en": "en_US_f_Allison",
        "es": "es_MX_f_Allison",
    }
    assert not (sounds / "recordings").is_symlink()
    assert not (sounds.parents[1] / "doc").exists()


def test_nothing_is_left_in_the_cache_but_the_root(stand_in: Path, cache: Path) -> None:
    root = provide_root(cache, silent, MIRROR)
    assert {entry.name for entry in cache.iterdir()} == {root.folder.name, "set-up.lock"}


def test_set_up_that_was_interrupted_while_unpacking_heals(stand_in: Path, cache: Path) -> None:
    (cache / "making-0123/usr/share").mkdir(parents=True)
    (cache / "making-0123/usr/half").touch()
    assert cached_root(cache) is None
    root = provide_root(cache, silent, MIRROR)
    assert is_whole(root.folder)
    assert not (cache / "making-0123").exists()


def test_full_disk_is_told_and_the_next_try_goes_on_with_what_was_downloaded(stand_in: Path, cache: Path) -> None:
    (stand_in / "full").touch()
    with pytest.raises(SetupFailed, match="No space left on device"):
        provide_root(cache, silent, MIRROR)
    assert cached_root(cache) is None
    assert (cache / "apt/archives/b_1.deb").exists()
    (stand_in / "full").unlink()
    assert is_whole(provide_root(cache, silent, MIRROR).folder)


@pytest.mark.parametrize("damage", ["truncated", "removed", "no stamp", "broken stamp"])
def test_damaged_root_is_made_anew(stand_in: Path, cache: Path, damage: str) -> None:
    root = provide_root(cache, silent, MIRROR)
    stamp = root.folder / "centralita-root.json"
    match damage:
        case "truncated":
            (root.folder / "usr/unpacked").write_text("a", encoding="utf-8")
        case "removed":
            (root.folder / "usr/unpacked").unlink()
        case "no stamp":
            stamp.unlink()
        case _:
            stamp.write_text('{"listing": ', encoding="utf-8")
    assert cached_root(cache) is None
    assert provide_root(cache, silent, MIRROR) == root
    assert is_whole(root.folder)


def test_two_set_ups_at_once_make_one_root(stand_in: Path, cache: Path) -> None:
    together = threading.Barrier(2)

    def set_up() -> None:
        together.wait()
        provide_root(cache, silent, MIRROR)

    threads = [threading.Thread(target=set_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls(stand_in, "--download-only") == 1
    assert cached_root(cache) is not None


def test_mirror_that_fails_once_is_asked_again(stand_in: Path, cache: Path) -> None:
    (stand_in / "failures").write_text("one\n", encoding="utf-8")
    said: list[str] = []
    provide_root(cache, said.append, MIRROR)
    assert f"the mirror {MIRROR} failed us, trying again (2 of 3)" in said


def test_mirror_that_never_answers_is_told_with_the_setting(stand_in: Path, cache: Path) -> None:
    (stand_in / "failures").write_text("1\n2\n3\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match=r"connection refused(.|\n)*CENTRALITA_DEBIAN_MIRROR"):
        provide_root(cache, silent, MIRROR)
    assert calls(stand_in, "update") == 3


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="asks the real apt-get")
def test_mirror_that_refuses_the_connection_fails_the_update_of_the_real_apt(cache: Path, settings: Settings) -> None:
    nobody_there = f"http://{settings.bind_address}:{settings.api_port}/debian"
    apt = PrivateApt(cache, nobody_there, "forky", "amd64")
    apt.prepare()
    with pytest.raises(SetupFailed, match=nobody_there):
        apt.update(silent)


def test_what_is_downloaded_already_does_not_count_as_to_be_downloaded(stand_in: Path, cache: Path) -> None:
    said: list[str] = []
    apt = PrivateApt(cache, MIRROR, "forky", "amd64")
    apt.prepare()
    (apt.archives / "a_1.deb").touch()
    assert apt.download(PACKAGES, said.append) == [apt.archives / "a_1.deb", apt.archives / "b_1.deb"]
    assert said == ["downloading 2 packages, 0 MB"]


def test_apt_works_in_its_own_folder_alone(stand_in: Path, cache: Path) -> None:
    PrivateApt(cache, MIRROR, "forky", "amd64", ("adduser",)).prepare()
    configuration = (cache / "etc/apt.conf").read_text(encoding="utf-8")
    for directory in ("Dir::State", "Dir::Cache", "Dir::Etc", "Dir::Log"):
        assert f'{directory} "{cache}' in configuration
    assert "signed-by=" in (cache / "etc/sources.list").read_text(encoding="utf-8")
    assert "Package: adduser\nStatus: install ok installed\n" in (cache / "status").read_text(encoding="utf-8")


def test_mirror_is_the_one_that_the_system_uses_for_its_main_archive(stand_in: Path) -> None:
    (stand_in / "apt-get").write_text(
        "#!/bin/sh\n"
        "echo 'http://security.invalid/debian-security/ bookworm-security main Packages'\n"
        "echo 'http://mirror.invalid/debian/ bookworm-updates main Packages'\n"
        "echo 'http://mirror.invalid/debian/ bookworm main Packages'\n",
        encoding="utf-8",
    )
    assert system_mirror() == MIRROR


def test_system_without_a_debian_mirror_is_told_what_to_do(stand_in: Path) -> None:
    (stand_in / "apt-get").write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match="CENTRALITA_DEBIAN_MIRROR"):
        system_mirror()


def test_machine_without_a_recipe_is_told_what_to_install() -> None:
    assert this_machine("aarch64").triplet == "aarch64-linux-gnu"
    with pytest.raises(SetupFailed, match=r"riscv64(.|\n)*PATH"):
        this_machine("riscv64")
