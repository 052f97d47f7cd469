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

from ari_app.secret_files import BadSecretFile, demand_private, secret


class BadSettings(ValueError):
    """A setting that cannot be used. The message names the variable, where it stands, and what to do."""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where one Asterisk is commanded."""

    name: str
    host: str
    ari_port: int
    ami_port: int
    sip_port: int = 5060


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation. Ports are 1..65535; secrets never show in repr."""

    project: Path
    centre: Path = field(metadata={"env": "CENTRALITA_CENTRE"})
    state: Path = field(metadata={"env": "CENTRALITA_STATE"})
    cache: Path = field(metadata={"env": "CENTRALITA_CACHE"})
    bind_address: str = field(default="127.0.0.1", metadata={"env": "CENTRALITA_BIND_ADDRESS"})
    sip_address: str = field(default="", metadata={"env": "CENTRALITA_SIP_ADDRESS"})
    sip_external_address: str = field(default="", metadata={"env": "CENTRALITA_SIP_EXTERNAL_ADDRESS"})
    sip_local_networks: str = field(default="", metadata={"env": "CENTRALITA_SIP_LOCAL_NETWORKS"})
    api_address: str = field(default="", metadata={"env": "CENTRALITA_API_ADDRESS"})
    browser_media_address: str = field(default="0.0.0.0", metadata={"env": "CENTRALITA_BROWSER_MEDIA_ADDRESS"})  # noqa: S104
    sip_port: int = field(default=5060, metadata={"env": "CENTRALITA_SIP_PORT"})
    sip_tls_port: int = field(default=5061, metadata={"env": "CENTRALITA_SIP_TLS_PORT"})
    sip_tls_cert: Path | None = field(default=None, metadata={"env": "CENTRALITA_SIP_TLS_CERT"})
    sip_tls_key: Path | None = field(default=None, metadata={"env": "CENTRALITA_SIP_TLS_KEY"})
    rtp_first_port: int = field(default=10000, metadata={"env": "CENTRALITA_RTP_FIRST_PORT"})
    rtp_last_port: int = field(default=12999, metadata={"env": "CENTRALITA_RTP_LAST_PORT"})
    rtp_timeout_s: int = field(default=60, metadata={"env": "CENTRALITA_RTP_TIMEOUT_S"})
    ari_port: int = field(default=8088, metadata={"env": "CENTRALITA_ARI_PORT"})
    ami_port: int = field(default=5038, metadata={"env": "CENTRALITA_AMI_PORT"})
    nodes: str = field(default="", metadata={"env": "CENTRALITA_NODES"})
    sip_front: str = field(default="", metadata={"env": "CENTRALITA_SIP_FRONT"})
    node_given_up_after_s: int = field(default=20, metadata={"env": "CENTRALITA_NODE_GIVEN_UP_AFTER_S"})
    sip_front_outside: str = field(default="", metadata={"env": "CENTRALITA_SIP_FRONT_OUTSIDE"})
    fastagi_port: int = field(default=4573, metadata={"env": "CENTRALITA_FASTAGI_PORT"})
    fastagi_peers: str = field(default="", metadata={"env": "CENTRALITA_FASTAGI_PEERS"})
    api_port: int = field(default=8081, metadata={"env": "CENTRALITA_API_PORT"})
    console_address: str = field(default="", metadata={"env": "CENTRALITA_CONSOLE_ADDRESS"})
    console_port: int = field(default=8080, metadata={"env": "CENTRALITA_CONSOLE_PORT"})
    controllers: str = field(default="", metadata={"env": "CENTRALITA_CONTROLLERS"})
    phone_lines: str = field(default="", metadata={"env": "CENTRALITA_PHONE_LINES"})
    console_proxies: str = field(default="", metadata={"env": "CENTRALITA_CONSOLE_PROXIES"})
    webhooks_allow: str = field(default="", metadata={"env": "CENTRALITA_WEBHOOKS_ALLOW"})
    allowed_origins: str = field(default="", metadata={"env": "CENTRALITA_ALLOWED_ORIGINS"})
    api_requests_per_s: int = field(default=200, metadata={"env": "CENTRALITA_API_REQUESTS_PER_S"})
    log_level: str = field(default="INFO", metadata={"env": "CENTRALITA_LOG_LEVEL"})
    queue_log: str = field(default="log/queue_log", metadata={"env": "CENTRALITA_QUEUE_LOG"})
    redis_port: int = field(default=6379, metadata={"env": "CENTRALITA_REDIS_PORT"})
    redis_url: str = field(default="", repr=False, metadata={"env": "REDIS_URL", "secret": True})
    redis_prefix: str = field(default="centralita:v1:", metadata={"env": "CENTRALITA_REDIS_PREFIX"})
    events_cap: int = field(default=10_000, metadata={"env": "CENTRALITA_EVENTS_CAP"})
    database_url: str = field(default="", repr=False, metadata={"env": "CENTRALITA_DATABASE_URL", "secret": True})
    recordings_store: str = field(default="", metadata={"env": "CENTRALITA_RECORDINGS_STORE"})
    recordings_recipients: str = field(default="", repr=False, metadata={"env": "CENTRALITA_RECORDINGS_RECIPIENTS"})
    recordings_identity: Path | None = field(default=None, metadata={"env": "CENTRALITA_RECORDINGS_IDENTITY"})
    recordings_disk_share: float = field(default=0.9, metadata={"env": "CENTRALITA_RECORDINGS_DISK_SHARE"})
    refuse_above_lag_s: float = field(default=0.15, metadata={"env": "CENTRALITA_REFUSE_ABOVE_LAG_S"})
    ari_secret: str = field(default="", repr=False, metadata={"env": "CENTRALITA_ARI_SECRET", "secret": True})
    ami_secret: str = field(default="", repr=False, metadata={"env": "CENTRALITA_AMI_SECRET", "secret": True})
    token_key: str = field(default="", repr=False, metadata={"env": "CENTRALITA_TOKEN_KEY", "secret": True})
    console_key: str = field(default="", repr=False, metadata={"env": "CENTRALITA_CONSOLE_KEY", "secret": True})
    demo_sip_secret: str = field(default="", repr=False, metadata={"env": "DEMO_SIP_SECRET", "secret": True})
    demo_web_secret: str = field(default="", repr=False, metadata={"env": "DEMO_WEB_SECRET", "secret": True})

    @property
    def sip_listens_at(self) -> str:
        """Where the carrier and phones come in: CENTRALITA_SIP_ADDRESS, else where everything listens."""
        return self.sip_address or self.bind_address

    @property
    def sip_not_translated(self) -> tuple[str, ...]:
        """The networks, as ``address/bits``, between which and Asterisk no address is translated: this machine, and those named."""
        return (THIS_MACHINE, *(part.strip() for part in self.sip_local_networks.split(",") if part.strip()))

    @property
    def rtp_timeout_on_hold_s(self) -> int:
        """After how much silence a call ends whose far side holds it: it may do so in silence, and forget it for a while."""
        return self.rtp_timeout_s * TIMES_LONGER_ON_HOLD

    @property
    def api_listens_at(self) -> str:
        """Where the HTTP API listens: CENTRALITA_API_ADDRESS, else where everything does."""
        return self.api_address or self.bind_address

    @property
    def registrar(self) -> tuple[str, int]:
        """Where a phone on this machine finds SIP: at what stands in front, else at Asterisk itself."""
        if self.sip_front:
            return self.front_address, int(self.sip_front.partition(":")[2])
        return self._reached_at(self.sip_listens_at), self.sip_port

    @property
    def api_host(self) -> str:
        """Where a program on this machine finds the HTTP API."""
        return self._reached_at(self.api_listens_at)

    @property
    def api_url(self) -> str:
        """The HTTP API's beginning, for programs on this machine."""
        return f"http://{self.api_host}:{self.api_port}"

    @property
    def console_listens_at(self) -> str:
        """Where the console listens: CENTRALITA_CONSOLE_ADDRESS, else where everything does."""
        return self.console_address or self.bind_address

    @property
    def console_host(self) -> str:
        """Where a program on this machine finds the console."""
        return self._reached_at(self.console_listens_at)

    @property
    def console_url(self) -> str:
        """The console's beginning, for programs and browsers on this machine."""
        return f"http://{self.console_host}:{self.console_port}"

    @property
    def controller_urls(self) -> tuple[str, ...]:
        """The APIs of all controllers, of which one leads: CENTRALITA_CONTROLLERS, else the one of this installation."""
        named = tuple(part.strip().rstrip("/") for part in self.controllers.split(",") if part.strip())
        return named or (self.api_url,)

    @property
    def phone_line_urls(self) -> tuple[str, ...]:
        """Asterisk's websockets for phones in browsers: CENTRALITA_PHONE_LINES, else each node's own; none behind a front."""
        if self.sip_front:
            return ()
        named = tuple(part.strip() for part in self.phone_lines.split(",") if part.strip())
        return named or tuple(f"ws://{node.host}:{node.ari_port}/ws" for node in self.node_addresses)

    def _reached_at(self, address: str) -> str:
        return self.bind_address if address == EVERY_ADDRESS else address

    @property
    def node_addresses(self) -> tuple[NodeAddress, ...]:
        """The Asterisks that the controller runs: CENTRALITA_NODES, else the one of this installation."""
        if not self.nodes:
            return (NodeAddress(ONLY_NODE, self.bind_address, self.ari_port, self.ami_port, self.sip_port),)
        return tuple(_node(text.strip()) for text in self.nodes.split(","))

    @property
    def fastagi_addresses(self) -> tuple[str, ...]:
        """Where the dialplan asks whether anybody is free, one after the other: our own, and those that stand by or lead."""
        peers = tuple(peer.strip() for peer in self.fastagi_peers.split(",") if peer.strip())
        own = f"{self.bind_address}:{self.fastagi_port}"
        return (own, *(peer for peer in peers if peer != own))

    @property
    def own_node(self) -> str:
        """The name of the node whose Asterisk these settings are for; empty where there is but one."""
        own = (self.bind_address, self.ari_port)
        return next((one.name for one in self.node_addresses if self.nodes and (one.host, one.ari_port) == own), "")

    @property
    def front_address(self) -> str:
        """The address of what stands in front of the nodes, without its port."""
        return self.sip_front.partition(":")[0]

    @property
    def front_translates(self) -> bool:
        """True when it is for what stands in front to tell the external address, and not for Asterisk."""
        return bool(self.sip_front_outside and self.sip_external_address)

    @property
    def own_redis(self) -> bool:
        """True when no REDIS_URL is given, so that the stack runs a redis-server of its own."""
        return not self.redis_url

    @property
    def sip_tls(self) -> bool:
        """True when a certificate is given, so that phones may come over TLS."""
        return self.sip_tls_cert is not None

    @property
    def origins(self) -> tuple[str, ...]:
        """Sites besides this one whose pages may ask the API."""
        return tuple(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())

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
    def console_proxy_networks(self) -> tuple[str, ...]:
        """From where the console is reached by what tells whose request it is."""
        return tuple(part.strip() for part in self.console_proxies.split(",") if part.strip())

    @property
    def webhook_networks(self) -> tuple[str, ...]:
        """The networks of our own to which webhooks may lead."""
        return tuple(part.strip() for part in self.webhooks_allow.split(",") if part.strip())

    @property
    def webhooks_key(self) -> Path:
        """The private key with which webhooks' secrets are sealed in the database."""
        return self.state / "keys" / "webhooks.key"

    @property
    def notes_key(self) -> Path:
        """What is kept on the disk while Redis is away is sealed for this key, made when first needed."""
        return self.state / "keys" / "notes.key"

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
    "CENTRALITA_CONSOLE_KEY",
    "DEMO_SIP_SECRET",
    "DEMO_WEB_SECRET",
)
TOKEN_KEY_LENGTH = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PORTS = ("sip_port", "sip_tls_port", "ari_port", "ami_port", "fastagi_port", "api_port", "console_port", "redis_port")
TIMES_LONGER_ON_HOLD = 10
ONLY_NODE = "asterisk"
"""The name of a node that has none, since there is but one."""
NODE = re.compile(r"([a-z][a-z0-9]{0,15})=([0-9.]+):([0-9]{1,5}):([0-9]{1,5})(?::([0-9]{1,5}))?")
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - a setting may ask for it
THIS_MACHINE = "127.0.0.0/8"


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
        if setting.metadata.get("secret"):
            text = _secret(name, environ, from_file, env_file)
        if text:
            values[setting.name] = _typed(setting.name, str(setting.type), name, text, place, project)
    settings = Settings(**values)
    _check_ports(settings)
    _check_addresses(settings)
    _check_browser_media_address(settings.browser_media_address)
    _check_tls(settings)
    _check_words(settings)
    _check_nodes(settings)
    _check_fastagi_peers(settings)
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


def _secret(name: str, environ: Mapping[str, str], from_file: Mapping[str, str], env_file: Path) -> str | None:
    """A secret, itself or from the file that NAME_FILE names. What the environment says of it wins over all that `.env` says."""
    try:
        found = secret(name, environ, "the environment", env_file.parent)
        return found if found is not None else secret(name, from_file, str(env_file), env_file.parent)
    except BadSecretFile as bad:
        raise BadSettings(str(bad)) from None


def _check_tls(settings: Settings) -> None:
    cert, key = settings.sip_tls_cert, settings.sip_tls_key
    if (cert is None) != (key is None):
        raise BadSettings(
            "CENTRALITA_SIP_TLS_CERT and CENTRALITA_SIP_TLS_KEY belong together; give both files, or neither"
        )
    if cert is None or key is None:
        return
    try:
        demand_private("CENTRALITA_SIP_TLS_KEY", key)
        cert.read_bytes()
    except BadSecretFile as bad:
        raise BadSettings(str(bad)) from None
    except OSError as why:
        raise BadSettings(
            f"CENTRALITA_SIP_TLS_CERT={cert} cannot be read ({why.strerror}); name the certificate's file"
        ) from None


def _check_words(settings: Settings) -> None:
    if settings.log_level not in LOG_LEVELS:
        raise BadSettings(
            f"CENTRALITA_LOG_LEVEL={settings.log_level!r} is none of {', '.join(LOG_LEVELS)}; give one of them"
        )
    for origin in settings.origins:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", origin):
            raise BadSettings(
                f"CENTRALITA_ALLOWED_ORIGINS names {origin!r}, which is no site; write one such as https://desk.example, "
                "without a path, and commas between several"
            )
    for url in settings.controller_urls:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+:[0-9]{1,5}", url):
            raise BadSettings(
                f"CENTRALITA_CONTROLLERS names {url!r}, which is no controller's address; write one such as "
                "http://127.0.0.1:8081, and commas between several"
            )
    _check_phone_lines(settings)
    for network in settings.webhook_networks:
        _network("CENTRALITA_WEBHOOKS_ALLOW", network)
    for network in settings.console_proxy_networks:
        if _network("CENTRALITA_CONSOLE_PROXIES", network).prefixlen == 0:
            raise BadSettings(
                f"CENTRALITA_CONSOLE_PROXIES names {network!r}, which is everybody: anyone could pretend to be another address; "
                "name the reverse proxy's own address"
            )
    if settings.api_requests_per_s < 1:
        raise BadSettings("CENTRALITA_API_REQUESTS_PER_S=0 would let nobody ask; give 1 or more")


def _network(setting: str, text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Raises BadSettings."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise BadSettings(
            f"{setting} names {text!r}, which is no network; write one such as 10.1.0.0/16, and commas between several"
        ) from None


def _check_phone_lines(settings: Settings) -> None:
    if not settings.phone_lines:
        return
    for url in (part.strip() for part in settings.phone_lines.split(",")):
        if not re.fullmatch(r"wss?://[A-Za-z0-9.-]+:[0-9]{1,5}/[A-Za-z0-9._/-]*", url):
            raise BadSettings(
                f"CENTRALITA_PHONE_LINES names {url!r}, which is no websocket of Asterisk's for phones; write one such as "
                "ws://10.0.0.1:8090/ws, and commas between several"
            )
    if not settings.demo_sip_secret:
        raise BadSettings(
            "CENTRALITA_PHONE_LINES says where phones in browsers are passed on to, and there is no secret to prove them with; "
            "give DEMO_SIP_SECRET (or DEMO_SIP_SECRET_FILE), or leave it out"
        )


def _node(text: str) -> NodeAddress:
    """Raises BadSettings."""
    match = NODE.fullmatch(text)
    if match is None or not all(1 <= int(port) <= 65535 for port in match.groups("5060")[2:]):
        raise BadSettings(
            f"CENTRALITA_NODES names {text!r}; write NAME=ADDRESS:ARI_PORT:AMI_PORT:SIP_PORT, such as a=127.0.0.1:8088:5038:5060, "
            "with names of small letters and digits, and commas between several"
        )
    return NodeAddress(match[1], match[2], *map(int, match.groups("5060")[2:]))


def _check_nodes(settings: Settings) -> None:
    names = [node.name for node in settings.node_addresses]
    if len(set(names)) < len(names):
        raise BadSettings(f"CENTRALITA_NODES names a node twice: {', '.join(names)}; give each a name of its own")
    for name in ("sip_front", "sip_front_outside"):
        text = getattr(settings, name)
        if text and not _is_address_with_port(text):
            raise BadSettings(
                f"CENTRALITA_{name.upper()}={text!r} is no address with a port; give one such as 192.0.2.10:5060, or none"
            )
    if settings.sip_front_outside == settings.sip_front != "":
        raise BadSettings("CENTRALITA_SIP_FRONT_OUTSIDE is where the nodes find it already; leave it out")
    if settings.node_given_up_after_s < 1:
        raise BadSettings("CENTRALITA_NODE_GIVEN_UP_AFTER_S=0 would end calls at each hiccup; give 1 or more")


def _check_fastagi_peers(settings: Settings) -> None:
    for peer in settings.fastagi_addresses[1:]:
        if not _is_address_with_port(peer):
            raise BadSettings(
                f"CENTRALITA_FASTAGI_PEERS names {peer!r}, which is no address with a port; give one such as 127.0.0.1:4574, "
                "and commas between several"
            )


def _is_address_with_port(text: str) -> bool:
    address, _, port = text.partition(":")
    try:
        return bool(ipaddress.IPv4Address(address)) and port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535
    except ValueError:
        return False


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


def _check_addresses(settings: Settings) -> None:
    for name in ("sip_address", "sip_external_address", "api_address", "console_address"):
        text = getattr(settings, name)
        try:
            ipaddress.IPv4Address(text or EVERY_ADDRESS)
        except ValueError:
            raise BadSettings(
                f"CENTRALITA_{name.upper()}={text!r} is no IPv4 address; give one, or leave it out"
            ) from None
    for network in settings.sip_not_translated:
        try:
            ipaddress.IPv4Network(network)
        except ValueError as wrong:
            raise BadSettings(
                f"CENTRALITA_SIP_LOCAL_NETWORKS: {wrong}; give networks such as 192.0.2.7/32, separated by commas"
            ) from None
    if settings.sip_external_address == EVERY_ADDRESS:
        raise BadSettings("CENTRALITA_SIP_EXTERNAL_ADDRESS is what others send to: name one address, or leave it out")


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
