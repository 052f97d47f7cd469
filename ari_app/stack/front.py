"""How is Kamailio, which stands in front of several nodes, found, configured and started?"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ari_app.centre import Centre
from ari_app.settings import Settings
from ari_app.stack import conf
from ari_app.stack.child import Child, ChildPlan
from ari_app.stack.console import plain_environment
from ari_app.stack.faults import SetupFailed
from ari_app.stack.forky_root import Recipe, provide_root

REALM: Final = "centralita"
SHARED_MIB: Final = 64
PRIVATE_MIB: Final = 8


@dataclass(frozen=True, slots=True)
class KamailioInstall:
    """A Kamailio that can be run: its command line's beginning, and the folder with its modules."""

    command: tuple[str, ...]
    modules: Path


def _merge_libraries(root: Path) -> None:
    """Some of Debian 12's libraries, the loader among them, are packed into /lib, in an installed system a link to /usr/lib."""
    shutil.copytree(root / "lib", root / "usr/lib", symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(root / "lib")


KAMAILIO: Final = Recipe(
    "kamailio",
    ("kamailio",),
    # Installation tools, and what only Kamailio's own tools need.
    assumed=("adduser", "init-system-helpers", "lsb-base", "python3", "readline-common"),
    complete=_merge_libraries,
    also_libraries=("kamailio",),
    suite="bookworm",
)
"""Debian 12's package: the configuration is written for its version, 5.6."""


def provide_kamailio(cache: Path, say: Callable[[str], None], mirror: str = "") -> KamailioInstall:
    """The machine's own Kamailio, else that of the cached root (made if need be, 10 MB to download).

    Raises SetupFailed with what to do."""
    program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin")
    for modules in sorted(Path("/usr/lib").glob("*/kamailio/modules")):
        if program is not None:
            return KamailioInstall((program,), modules)
    root = provide_root(cache, say, mirror, KAMAILIO)
    return KamailioInstall(root.command("usr/sbin/kamailio"), root.libraries / "kamailio/modules")


def front_context(settings: Settings, centre: Centre, folder: Path) -> Mapping[str, Any]:
    """What the templates in kamailio_conf may name."""

    def digest_for(code: str) -> str:
        """HA1 of RFC 2617: enough to see that a phone knows its secret, and not the secret."""
        if not settings.demo_sip_secret:
            raise ValueError(f"there is no SIP secret for phone {code}; `make run` makes DEMO_SIP_SECRET in .env")
        return hashlib.md5(f"{code}:{REALM}:{settings.demo_sip_secret}".encode(), usedforsecurity=False).hexdigest()

    return {"settings": settings, "centre": centre, "folder": folder, "realm": REALM, "digest_for": digest_for}


def write_front(settings: Settings, centre: Centre, folder: Path) -> None:
    """Write all of Kamailio's configuration into ``folder``, mode 600. Raises SetupFailed."""
    if not settings.sip_front:
        raise SetupFailed("CENTRALITA_SIP_FRONT must be set: it is where Kamailio listens")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    conf.render_all(settings.project / "kamailio_conf", folder, front_context(settings, centre, folder))


def front_of(settings: Settings, centre: Centre, install: KamailioInstall, state: Path) -> Child:
    """Kamailio for these nodes, configured below ``state`` and not started yet. Raises SetupFailed."""
    folder = state / "kamailio"
    write_front(settings, centre, folder)
    memory = ("-m", str(SHARED_MIB), "-M", str(PRIVATE_MIB))
    command = (
        *install.command,
        "-f",
        str(folder / "kamailio.cfg"),
        "-L",
        str(install.modules),
        "-DD",
        "-E",
        *memory,
    )
    log = state / "log"
    log.mkdir(mode=0o700, exist_ok=True)
    return Child(
        ChildPlan(
            name="kamailio",
            command=(*command, "-Y", str(folder), "-w", str(folder)),
            output=log / "kamailio.out",
            pid_file=state / "kamailio.pid",
            environment=plain_environment(),
            folder=settings.project,
        )
    )
