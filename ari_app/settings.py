"""Where everything is and listens: one Settings value, read once from the environment and the `.env` file.

Every setting has a default that suits the demo on one machine; docs/settings.md lists them. The environment wins over `.env`.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


class BadSettings(ValueError):
    """A setting that cannot be used. The message names the variable, where it stands, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation. Ports are 1..65535; secrets never show in repr."""

    project: Path
    centre: Path = field(metadata={"env": "CENTRALITA_CENTRE"})
    state: Path = field(metadata={"env": "CENTRALITA_STATE"})
    cache: Path = field(metadata={"env": "CENTRALITA_CACHE"})
    bind_address: str = field(default="127.0.0.1", metadata={"env": "CENTRALITA_BIND_ADDRESS"})
    browser_media_address: str = field(default="0.0.0.0", metadata={"env": "CENTRALITA_BROWSER_MEDIA_ADDRESS"})  # noqa: S104
    sip_port: int = field(default=5060, metadata={"env": "CENTRALITA_SIP_PORT"})
    rtp_first_port: int = field(default=10000, metadata={"env": "CENTRALITA_RTP_FIRST_PORT"})
    rtp_last_port: int = field(default=12999, metadata={"env": "CENTRALITA_RTP_LAST_PORT"})
    ari_port: int = field(default=8088, metadata={"env": "CENTRALITA_ARI_PORT"})
    ami_port: int = field(default=5038, metadata={"env": "CENTRALITA_AMI_PORT"})
    fastagi_port: int = field(default=4573, metadata={"env": "CENTRALITA_FASTAGI_PORT"})
    api_port: int = field(default=8080, metadata={"env": "CENTRALITA_API_PORT"})
    queue_log: str = field(default="log/queue_log", metadata={"env": "CENTRALITA_QUEUE_LOG"})
    redis_port: int = field(default=6379, metadata={"env": "CENTRALITA_REDIS_PORT"})
    redis_url: str = field(default="", repr=False, metadata={"env": "REDIS_URL"})
    redis_prefix: str = field(default="centralita:v1:", metadata={"env": "CENTRALITA_REDIS_PREFIX"})
    events_cap: int = field(default=10_000, metadata={"env": "CENTRALITA_EVENTS_CAP"})
    database_url: str = field(default="", repr=False, metadata={"env": "CENTRALITA_DATABASE_URL"})
    recordings_store: str = field(default="", metadata={"env": "CENTRALITA_RECORDINGS_STORE"})
    recordings_recipients: str = field(default="", repr=False, metadata={"env": "CENTRALITA_RECORDINGS_RECIPIENTS"})
    recordings_identity: Path | None = field(default=None, metadata={"env": "CENTRALITA_RECORDINGS_IDENTITY"})
    recordings_disk_share: float = field(default=0.9, metadata={"env": "CENTRALITA_RECORDINGS_DISK_SHARE"})
    refuse_above_lag_s: float = field(default=0.15, metadata={"env": "CENTRALITA_REFUSE_ABOVE_LAG_S"})
    ari_secret: str = field(default="", repr=False, metadata={"env": "CENTRALITA_ARI_SECRET"})
    ami_secret: str = field(default="", repr=False, metadata={"env": "CENTRALITA_AMI_SECRET"})
    token_key: str = field(default="", repr=False, metadata={"env": "CENTRALITA_TOKEN_KEY"})
    demo_sip_secret: str = field(default="", repr=False, metadata={"env": "DEMO_SIP_SECRET"})
    demo_web_secret: str = field(default="", repr=False, metadata={"env": "DEMO_WEB_SECRET"})

    @property
    def own_redis(self) -> bool:
        """True when no REDIS_URL is given, so that the stack runs a redis-server of its own."""
        return not self.redis_url

    @property
    def redis_address(self) -> str:
        """The URL to connect to: REDIS_URL, else our own server."""
        return self.redis_url or f"redis://{self.bind_address}:{self.redis_port}/0"

    @property
    def flow_versions(self) -> Path:
        """The folder of every version of a flow that was in force."""
        return self.state / "flow_versions"

    @property
    def journal(self) -> Path:
        """The folder of the journal's files, one a day."""
        return self.state / "journal"

    @property
    def queue_log_file(self) -> Path:
        """The file in the format of Asterisk's queue_log."""
        return self.state / self.queue_log

    @property
    def recordings(self) -> Path:
        """The folder below which recordings are kept."""
        return self.state / "recordings"

    @property
    def database(self) -> str:
        """The database's URL for SQLAlchemy: CENTRALITA_DATABASE_URL, else a file of SQLite."""
        return self.database_url or f"sqlite:///{self.state / 'centralita.db'}"

    @property
    def own_recordings_key(self) -> Path | None:
        """The private key that is made where the company has named no public one: for trying, and small centres."""
        return None if self.recordings_recipients else self.state / "keys" / "recordings.key"

    @property
    def recordings_keys(self) -> str:
        """For whom recordings are encrypted: CENTRALITA_RECORDINGS_RECIPIENTS, else our own key's public half."""
        return self.recordings_recipients or f"@{self.state / 'keys' / 'recordings.pub'}"

    @property
    def identity_file(self) -> Path | None:
        """What recordings are played with: CENTRALITA_RECORDINGS_IDENTITY, else our own key."""
        return self.recordings_identity or self.own_recordings_key

    @property
    def recordings_store_url(self) -> str:
        """The store of finished recordings: CENTRALITA_RECORDINGS_STORE, else a folder."""
        return self.recordings_store or (self.recordings / "stored").absolute().as_uri()


SECRETS = (
    "CENTRALITA_ARI_SECRET",
    "CENTRALITA_AMI_SECRET",
    "CENTRALITA_TOKEN_KEY",
    "DEMO_SIP_SECRET",
    "DEMO_WEB_SECRET",
)
TOKEN_KEY_LENGTH = 32
PORTS = ("sip_port", "ari_port", "ami_port", "fastagi_port", "api_port", "redis_port")


def load_settings(project: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings for the checkout at ``project``. Raises BadSettings, naming the variable and its place."""
    env_file = project / ".env"
    from_file = parse_env_file(env_file)
    values: dict[str, Any] = {
        "project": project,
        "centre": project / "centres" / "valdeluna",
        "state": project / ".state",
        "cache": Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "centralita",
    }
    for setting in fields(Settings):
        name = setting.metadata.get("env")
        if name is None:
            continue
        place = "the environment" if name in environ else str(env_file)
        text = environ.get(name, from_file.get(name))
        if text:
            values[setting.name] = _typed(setting.name, str(setting.type), name, text, place, project)
    settings = Settings(**values)
    _check_ports(settings)
    _check_browser_media_address(settings.browser_media_address)
    if settings.token_key and len(settings.token_key) < TOKEN_KEY_LENGTH:
        raise BadSettings(
            f"CENTRALITA_TOKEN_KEY is shorter than {TOKEN_KEY_LENGTH} characters; remove it from {env_file} "
            "or the environment, and the next start makes a good one"
        )
    return settings


def environment(project: Path, environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Every variable that is set, for what is no setting of ours. The environment wins over `.env`. Raises BadSettings."""
    return {**parse_env_file(project / ".env"), **environ}


def parse_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines of an .env file; {} when there is none. Raises BadSettings with file:line for any other line."""
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)", line)
        if match is None:
            raise BadSettings(f"{path}:{number}: expected NAME=value; write one setting a line, or start it with #")
        found[match[1]] = match[2].strip().strip('"')
    return found


def _typed(setting: str, kind: str, name: str, text: str, place: str, project: Path) -> Any:
    if kind.startswith("Path"):
        return (project / Path(text).expanduser()).resolve()
    if kind == "float":
        if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,3})?", text):
            raise BadSettings(f"{name}={text!r} (from {place}) is not a number; give one such as {_default(setting)}")
        return float(text)
    if kind != "int":
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadSettings(f"{name}={text!r} (from {place}) is not a whole number; give one such as {_default(setting)}")
    if setting.endswith("_port") and not 1 <= int(text) <= 65535:
        raise BadSettings(f"{name}={text} (from {place}) is not a port; give a number from 1 to 65535")
    return int(text)


def _check_browser_media_address(text: str) -> None:
    try:
        usable = not ipaddress.IPv4Address(text).is_loopback
    except ValueError:
        usable = False
    if not usable:
        raise BadSettings(
            f"CENTRALITA_BROWSER_MEDIA_ADDRESS={text!r} is no address that a browser can be offered; give an IPv4 address of this "
            "machine outside 127.0.0.0/8, or 0.0.0.0 for all of them"
        )


def _default(setting: str) -> object:
    return next(f.default for f in fields(Settings) if f.name == setting)


def _check_ports(settings: Settings) -> None:
    seen: dict[int, str] = {}
    for name in PORTS:
        port = getattr(settings, name)
        env = f"CENTRALITA_{name.upper()}"
        if port in seen:
            raise BadSettings(f"{env} and {seen[port]} are both {port}; give each a port of its own")
        seen[port] = env
    if settings.rtp_last_port - settings.rtp_first_port < 9:
        raise BadSettings(
            "CENTRALITA_RTP_LAST_PORT must be at least 9 above CENTRALITA_RTP_FIRST_PORT (two ports a call leg)"
        )
