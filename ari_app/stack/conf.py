"""How do the templates in asterisk_conf become one instance's configuration?"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from ari_app.centre import Centre
from ari_app.settings import EVERY_ADDRESS, THIS_MACHINE, Settings
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders
from ari_app.telephony import LONGEST_CALL_S

# Every 5 s for 60 s: how often a caller tries to reach an absent controller before the fallback queue. Whoever is in the
# application when its controller dies, and is taken in hand by none, comes there after the same time.
AWAY_PAUSE_S = 5
AWAY_TRIES = 12


def render_all(templates: Path, into: Path, context: Mapping[str, Any]) -> list[Path]:
    """Write each ``NAME.j2`` of ``templates`` as ``into/NAME``, mode 600; other files there are removed.

    Raises SetupFailed for a template that names something undefined, or a value that could change the file's structure.
    """
    texts = rendered(templates, context)
    for name, text in texts.items():
        write_private(into / name, text)
    written = [into / name for name in texts]
    for stale in set(into.iterdir()) - set(written):
        stale.unlink()
    return written


def rendered(templates: Path, context: Mapping[str, Any]) -> dict[str, str]:
    """What each template says, by the name of its file. Raises SetupFailed as render_all does; nothing is written."""
    engine = jinja2.Environment(  # noqa: S701 - not HTML; _plain refuses what would break these files
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        finalize=_plain,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts: dict[str, str] = {}
    for name in sorted(engine.list_templates(extensions=["j2"])):
        try:
            texts[name.removesuffix(".j2")] = engine.get_template(name).render(context)
        except (jinja2.TemplateError, ValueError) as error:
            raise SetupFailed(f"{templates / name} cannot be rendered: {error}") from error
    return texts


def changed_files(into: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Those of ``texts`` that differ from the files in ``into``."""
    return {name: text for name, text in texts.items() if _text_of(into / name) != text}


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def write_private(path: Path, text: str) -> None:
    """Write a file, whole or not at all, that only this user can read."""
    making = path.with_name(f".{path.name}.making")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    making.replace(path)


def context_for(
    settings: Settings, centre: Centre, install: AsteriskInstall, paths: Folders, away_tries: int = AWAY_TRIES
) -> dict[str, Any]:
    """What a template may name: settings, centre, install, paths, away_tries, secret_for(code), prompt(id) and the like."""

    def secret_for(code: str) -> str:
        """The SIP secret of the phone with this code: the demo's one secret for all."""
        if not settings.demo_sip_secret:
            raise ValueError(f"there is no SIP secret for phone {code}; `make run` makes DEMO_SIP_SECRET in .env")
        return settings.demo_sip_secret

    def tls_domain() -> str:
        """By which Asterisk knows what came over TLS (pjsip.conf.j2). It must not be guessed: a From header could name it."""
        if not settings.sip_tls:
            raise ValueError(
                "somebody's phone must be encrypted (operators.yaml, centre.yaml), and there is no certificate: "
                "give CENTRALITA_SIP_TLS_CERT and CENTRALITA_SIP_TLS_KEY"
            )
        return f"{hmac.digest(settings.ari_secret.encode(), b'what came over TLS', 'sha256').hex()[:32]}.invalid"

    def behind_front() -> bool:
        """Whether Kamailio stands before this Asterisk, to which alone phones come then: over UDP, as it knows no other way."""
        encrypted = [person.code for person in centre.people if person.encrypted or person.phone == "browser"]
        if settings.sip_front and encrypted:
            raise ValueError(
                f"phones {', '.join(encrypted)} are encrypted or in browsers, which the front cannot do; "
                "leave CENTRALITA_SIP_FRONT out, or give them other phones"
            )
        return bool(settings.sip_front)

    def offered_to_browsers() -> str:
        """The address that they send their sound to instead of Asterisk's; Asterisk's, too, where any network reaches that."""
        own, external = settings.browser_media_address, settings.sip_external_address
        if own == EVERY_ADDRESS:
            raise ValueError(
                f"somebody has a phone in a browser, and others reach this machine at {external}: which of its own addresses that "
                "stands for must be known; give CENTRALITA_BROWSER_MEDIA_ADDRESS, the one that the router passes sound on to"
            )
        reached = set(settings.sip_not_translated) - {THIS_MACHINE, f"{own}/32"}
        return f"{external},include_local_address" if reached else external

    def prompt(prompt_id: str) -> str:
        """A prompt in the centre's default language as Playback's argument: files without extension, joined by &."""
        media = centre.prompt_media(prompt_id, centre.default_language)
        return "&".join(_playable(uri) for uri in media)

    return {
        "settings": settings,
        "centre": centre,
        "install": install,
        "paths": paths,
        "away_tries": away_tries,
        "away_pause_s": AWAY_PAUSE_S,
        "longest_call_s": LONGEST_CALL_S,
        "secret_for": secret_for,
        "prompt": prompt,
        "tls_domain": tls_domain,
        "behind_front": behind_front,
        "every_address": EVERY_ADDRESS,
        "offered_to_browsers": offered_to_browsers,
    }


def _playable(uri: str) -> str:
    sound = uri.removeprefix("sound:")
    if re.search(r"[^\w./ @+~-]", sound):
        raise ValueError(
            f"the path {sound!r} cannot stand in a dialplan; keep the centre in a folder with a plain name"
        )
    return sound


def _plain(value: object) -> object:
    """Refuse text that would begin a comment or a new line in Asterisk's files, whatever file of the centre it is from."""
    if isinstance(value, str) and re.search(r"[;\x00-\x1f\x7f]", value):
        raise ValueError(f"{value!r} holds a character (; or a control character) that Asterisk's files cannot carry")
    return value
