"""How does Asterisk's configuration come into a state folder? Also for an Asterisk that somebody else starts, in a container."""

from __future__ import annotations

from ari_app.centre import Centre
from ari_app.settings import Settings
from ari_app.stack import conf, written_for
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders


def write_configuration(
    settings: Settings, centre: Centre, install: AsteriskInstall, folders: Folders, away_tries: int = conf.AWAY_TRIES
) -> None:
    """Write all of it for ``install``, and note that, so that a reload writes it the same way. Raises SetupFailed."""
    unset = [name for name, text in _secrets(settings).items() if not text]
    if unset:
        raise SetupFailed(f"{' and '.join(unset)} must be set: Asterisk would be open to everybody who reaches it")
    context = conf.context_for(settings, centre, install, folders, away_tries=away_tries)
    conf.render_all(settings.project / "asterisk_conf", folders.etc, context)
    written_for.note(folders, install, away_tries)


def _secrets(settings: Settings) -> dict[str, str]:
    return {"CENTRALITA_ARI_SECRET": settings.ari_secret, "CENTRALITA_AMI_SECRET": settings.ami_secret}
