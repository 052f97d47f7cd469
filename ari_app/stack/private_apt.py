"""How are Debian packages of another release fetched without touching this system's own apt?

apt-get runs with lists, cache, configuration and dpkg status of its own below one folder, so it needs no root rights and
leaves no trace in the system (apt.conf(5), "DIRECTORIES"). Packages are verified as ever: Release by Debian's archive
keyring, each package by the checksums in it. The system's own proxy settings are honoured.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.stack.faults import SetupFailed

Say = Callable[[str], None]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TRIES = 3
_TICK_S = 5.0


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """One private apt: ``folder`` holds all its state, ``assumed`` are packages it takes as installed already."""

    folder: Path
    mirror: str
    suite: str
    architecture: str
    assumed: Sequence[str] = ()

    @property
    def archives(self) -> Path:
        """Where downloaded packages are, those of an interrupted download too."""
        return self.folder / "archives"

    def prepare(self) -> None:
        """Make the folders and files. Raises SetupFailed when this is no Debian-like system."""
        for tool, package in (("apt-get", "apt"), ("dpkg-deb", "dpkg"), ("gpgv", "gpgv")):
            if shutil.which(tool) is None:
                raise SetupFailed(
                    f"{tool} (Debian package {package}) is needed to fetch Asterisk and is not there. Install it, "
                    "or install Asterisk 22.10.1 or later yourself so that it is on PATH."
                )
        if not KEYRING.exists():
            raise SetupFailed(f"{KEYRING} is missing: run `apt-get install debian-archive-keyring` as root, try again.")
        for name in ("lists/partial", "archives/partial", "etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        source = f"deb [arch={self.architecture} signed-by={KEYRING}] {self.mirror} {self.suite} main\n"
        (self.folder / "etc/sources.list").write_text(source, encoding="utf-8")
        (self.folder / "etc/apt.conf").write_text(self._configuration(), encoding="utf-8")
        (self.folder / "status").write_text("".join(map(self._as_installed, self.assumed)), encoding="utf-8")

    def update(self, say: Say) -> None:
        """Fetch the release's package list. Raises SetupFailed when the mirror does not answer."""
        self._try_hard(["update"], say)

    def download(self, packages: Sequence[str], say: Say) -> list[Path]:
        """Fetch the packages and all that they depend on; the .deb files. Continues an interrupted download.

        Raises SetupFailed, with apt's own words, when it cannot.
        """
        install = ["-y", "--no-install-recommends", "install", *packages]
        wanted = dict(self._listed(install))
        missing = sum(size for name, size in wanted.items() if not (self.archives / name).exists())
        say(f"downloading {len(wanted)} packages, {missing / 1e6:.0f} MB")
        total = sum(wanted.values())
        self._try_hard(
            ["--download-only", *install], say, lambda: say(f"{self._here() / 1e6:.0f} of {total / 1e6:.0f} MB")
        )
        return [self.archives / name for name in sorted(wanted)]

    def _listed(self, install: Sequence[str]) -> list[tuple[str, int]]:
        """(file name, bytes) of every package to be there, from ``--print-uris``: 'URI' name size checksum."""
        empty = ["-o", f"Dir::Cache::archives={self.folder / 'etc'}"]  # one without .deb files: so all are listed
        (self.folder / "etc" / "partial").mkdir(exist_ok=True)
        answer = self._apt([*empty, "--print-uris", *install])
        if answer.returncode != 0:
            raise SetupFailed(f"apt finds no way to install {' '.join(install[3:])}:\n{_last_words(answer.stderr)}")
        found = re.findall(r"^'[^']+' (\S+) (\d+)", answer.stdout, flags=re.MULTILINE)
        return [(name, int(size)) for name, size in found]

    def _here(self) -> int:
        """Bytes downloaded so far, those of unfinished files too."""
        total = 0
        for file in self.archives.rglob("*.deb*"):
            with contextlib.suppress(OSError):  # moved out of partial/ just now
                total += file.stat().st_size
        return total

    def _try_hard(self, arguments: Sequence[str], say: Say, tick: Callable[[], None] = lambda: None) -> None:
        for attempt in range(1, _TRIES + 1):
            answer = self._apt(arguments, tick)
            if answer.returncode == 0:
                return
            if attempt < _TRIES:
                say(f"the mirror {self.mirror} failed us, trying again ({attempt + 1} of {_TRIES})")
        raise SetupFailed(
            f"The Debian mirror {self.mirror} did not give us what we need, {_TRIES} times:\n"
            f"{_last_words(answer.stderr)}\nCheck the network and the proxy (http_proxy), or name another mirror in "
            "CENTRALITA_DEBIAN_MIRROR, then run the same command again: what was downloaded is kept."
        )

    def _apt(
        self, arguments: Sequence[str], tick: Callable[[], None] = lambda: None
    ) -> subprocess.CompletedProcess[str]:
        """Run apt-get to its end, calling ``tick`` every few seconds; an exception (Ctrl-C) ends it too."""
        environment = os.environ | {"APT_CONFIG": str(self.folder / "etc/apt.conf"), "LC_ALL": "C.UTF-8"}
        command = ["apt-get", "-q", *arguments]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        with subprocess.Popen(  # noqa: S603 - a fixed tool, from PATH as the system has it, arguments of our own
            command, stdout=pipe, stderr=pipe, stdin=nothing, text=True, env=environment
        ) as process:
            try:
                while True:
                    try:
                        stdout, stderr = process.communicate(timeout=_TICK_S)
                        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)
                    except subprocess.TimeoutExpired:
                        tick()
            except BaseException:
                process.terminate()
                raise

    def _configuration(self) -> str:
        here = self.folder
        own = {
            "Dir::State": here,
            "Dir::State::lists": here / "lists",
            "Dir::State::status": here / "status",
            "Dir::State::extended_states": here / "extended_states",
            "Dir::Cache": here,
            "Dir::Cache::archives": here / "archives",
            "Dir::Log": here,
            "Dir::Etc": here / "etc",
            "APT::Architecture": self.architecture,
            "APT::Sandbox::User": "root",  # the folder is ours alone: apt's own user could not read it
            "APT::Get::AutomaticRemove": "false",
            "Acquire::Languages": "none",
            "Acquire::Check-Valid-Until": "false",  # a mirror that lags behind is still signed
            "APT::Update::Error-Mode": "any",  # else apt-get update calls a mirror that does not answer a success
            "Acquire::Retries": "1",
            "Acquire::http::Timeout": "20",
            "Acquire::https::Timeout": "20",
        }
        lines = [f'{key} "{value}";\n' for key, value in own.items()]
        return "".join(["#clear APT::Architectures;\n", *lines, *_system_proxies()])

    def _as_installed(self, package: str) -> str:
        return (
            f"Package: {package}\nStatus: install ok installed\nVersion: 999:0\nArchitecture: {self.architecture}\n"
            "Multi-Arch: same\nMaintainer: nobody\nDescription: taken as installed\n\n"
        )


def system_mirror() -> str:
    """The Debian mirror that this system's own apt uses for its main archive, e.g. ``http://mirror.example/debian``.

    Raises SetupFailed when there is none to be found (another distribution, no source for ``main``).
    """
    shape = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)"
    answer = subprocess.run(  # noqa: S603
        ["apt-get", "indextargets", "--format", shape],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    # Not bookworm-security or bookworm-updates: only the main archive's mirror has the other releases too.
    found = re.findall(r"^(\S*/debian)/? [a-z]+ main Packages$", answer.stdout, flags=re.MULTILINE)
    if not found:
        raise SetupFailed(
            "This system's apt names no Debian mirror to fetch Asterisk from. Put one in CENTRALITA_DEBIAN_MIRROR "
            "(it must hold the release `forky`), or install Asterisk 22.10.1 or later so that it is on PATH."
        )
    return str(found[0])


def _system_proxies() -> list[str]:
    """The system's apt proxies as lines of apt.conf; other options of the system (its hooks) do not concern us."""
    answer = subprocess.run(
        ["apt-config", "dump"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return re.findall(r'^Acquire::https?::[^\n]*Proxy[^\n ]* "[^\n]*";\n', answer.stdout, flags=re.MULTILINE)


def _last_words(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith(("E:", "W:", "Err"))] or stderr.splitlines()
    return "\n".join(f"  {line}" for line in lines[-4:])
