"""Where is a cached folder with programs of Debian testing, such as Asterisk and Redis, and how is it made?

Debian 12 has no Asterisk package and testing (``forky``) has; its packages, or another release's, are unpacked, not
installed, into a folder of their own and run there through the folder's own dynamic loader, so neither root rights nor
chroot are needed and the system's libraries stay as they are. Maintainer scripts are not run; what they would do for us
is done by the recipe.
The folder is made under a temporary name and moved into place with its stamp, so a half-made one is never used.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ari_app.stack.faults import SetupFailed
from ari_app.stack.machine import Machine, this_machine
from ari_app.stack.private_apt import PrivateApt, system_mirror

Say = Callable[[str], None]
SUITE = "forky"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a root is made of. ``assumed`` packages are taken as installed; ``complete`` does what maintainer scripts would have
    done for us; ``also_libraries`` are folders with more of them, below that of the libraries; ``suite`` is the release."""

    name: str
    packages: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    complete: Callable[[Path], None] = lambda _: None
    also_libraries: tuple[str, ...] = ()
    suite: str = SUITE


PACKAGES = (
    "asterisk",
    "asterisk-core-sounds-es-wav",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
    "redis-server",
    "sip-tester",  # SIPp, the load of `make bench`
)
# Libraries that only modules need which we do not load (SNMP, LDAP, fax, databases ...), and installation tools. Taking
# them as installed keeps 30 MB of downloads away; their modules could not be loaded from this root.
LEFT_OUT = (
    *("adduser", "debconf", "libsnmp45", "libical3t64", "libcodec2-1.2", "libgmime-3.0-0t64", "libradcli4"),
    *("libneon27t64", "libjack-jackd2-0", "libportaudio2", "libsybdb5", "libiksemel3", "libspandsp2t64", "libpq5"),
    *("libldap2", "liblua5.1-0", "libunbound8", "libodbc2", "libjwt2"),
)
_NOT_NEEDED = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/include",
    "usr/lib/systemd",
)
_STAMP = "centralita-root.json"
_RECIPE_VERSION = 1


@dataclass(frozen=True, slots=True)
class ForkyRoot:
    """A finished root. ``folder`` is absolute and must stay where it is."""

    folder: Path
    machine: Machine
    also_libraries: tuple[str, ...] = ()

    @property
    def libraries(self) -> Path:
        """The folder of shared libraries, the loader among them."""
        return self.folder / "usr/lib" / self.machine.triplet

    def command(self, program: str) -> tuple[str, ...]:
        """How to run ``program`` (a path below the root, e.g. ``usr/sbin/asterisk``): ld.so(8), program as argument."""
        loader = str(self.libraries / self.machine.loader)
        name = Path(program).name
        found = ":".join(map(str, (self.libraries, *(self.libraries / more for more in self.also_libraries))))
        return (loader, "--argv0", name, "--library-path", found, str(self.folder / program))


def _link_sounds(root: Path) -> None:
    """Let each language be found under its short name."""
    sounds = root / "usr/share/asterisk/sounds"
    for language in ("en", "es"):
        voices = sorted(folder.name for folder in sounds.glob(f"{language}_*") if folder.is_dir())
        if not voices:
            raise SetupFailed(
                f"The {SUITE} packages hold no recorded sounds in `{language}`; name another mirror and try again."
            )
        (sounds / language).unlink(missing_ok=True)
        (sounds / language).symlink_to(voices[0])
    for link in sounds.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink()


ASTERISK = Recipe("asterisk", PACKAGES, LEFT_OUT, _link_sounds)


def provide_root(cache: Path, say: Say, mirror: str = "", recipe: Recipe = ASTERISK) -> ForkyRoot:
    """The cached root below ``cache``, made first if it is not there or not whole (100 MB to download for Asterisk).

    ``mirror`` is a Debian mirror's URL; empty: the one that this system's apt uses. ``recipe``: else Asterisk's. Two
    callers at once make it once. Raises SetupFailed with what to do.
    """
    root = _root(cache, recipe)
    if is_whole(root.folder):
        return root
    with _only_one(cache, say):
        if not is_whole(root.folder):
            _sweep(cache)
            _make(root, recipe, cache, mirror or system_mirror(), say)
    return root


def cached_root(cache: Path, recipe: Recipe = ASTERISK) -> ForkyRoot | None:
    """The root below ``cache`` if it is there and whole; nothing is downloaded."""
    root = _root(cache, recipe)
    return root if is_whole(root.folder) else None


def _root(cache: Path, recipe: Recipe) -> ForkyRoot:
    machine = this_machine()
    return ForkyRoot(cache.resolve() / _name(machine, recipe), machine, recipe.also_libraries)


def is_whole(folder: Path) -> bool:
    """True when the stamp is there and every file has still the size that it had when the root was finished."""
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("listing") == _listing(folder)


def _name(machine: Machine, recipe: Recipe) -> str:
    made_of = json.dumps([_RECIPE_VERSION, recipe.suite, recipe.packages, recipe.assumed, machine.debian])
    name = "" if recipe is ASTERISK else f"{recipe.name}-"
    return f"{recipe.suite}-{name}{machine.debian}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"


@contextlib.contextmanager
def _only_one(cache: Path, say: Say) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "set-up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another set-up is filling {cache}; waiting for it (Ctrl-C gives up)")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(cache: Path) -> None:
    """Remove what interrupted set-ups left half made; only the holder of the lock may."""
    for leftover in cache.glob("making-*"):
        shutil.rmtree(leftover)


def _make(root: ForkyRoot, recipe: Recipe, cache: Path, mirror: str, say: Say) -> None:
    apt = PrivateApt(cache.resolve() / "apt", mirror, recipe.suite, root.machine.debian, recipe.assumed)
    apt.prepare()
    say(f"asking {mirror} for {recipe.suite}'s packages")
    apt.update(say)
    packages = apt.download(recipe.packages, say)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=cache.resolve()))
    making.chmod(0o755)
    for number, package in enumerate(packages, start=1):
        if number % 20 == 0 or number == len(packages):
            say(f"unpacking {number} of {len(packages)}")
        _unpack(package, making)
    for unneeded in _NOT_NEEDED:
        shutil.rmtree(making / unneeded, ignore_errors=True)
    recipe.complete(making)
    stamp = {"packages": [package.name for package in packages], "listing": _listing(making)}
    (making / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.sync()  # a power cut after the move must not leave empty files behind a valid name
    if root.folder.exists():
        shutil.rmtree(root.folder)
    making.rename(root.folder)
    shutil.rmtree(apt.folder)


def _unpack(package: Path, into: Path) -> None:
    done = subprocess.run(  # noqa: S603
        ["dpkg-deb", "--extract", str(package), str(into)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        package.unlink(missing_ok=True)
        raise SetupFailed(
            f"{package.name} could not be unpacked: {done.stderr.strip()}\nIs the disk full (`df -h {into.parent}`; 250 MB "
            "are needed)? Then run the same command again: a damaged package is downloaded anew."
        )


def _listing(folder: Path) -> str:
    """SHA-256 over the sorted paths and sizes below ``folder``, the stamp left out."""
    lines = []
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            path = os.path.join(parent, name)
            if name != _STAMP:
                lines.append(f"{os.path.relpath(path, folder)} {os.lstat(path).st_size}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
