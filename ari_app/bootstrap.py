"""How do the parts fit together? The only wiring: settings and the centre's files in, a running engine out."""

from __future__ import annotations

import asyncio
import gc
import hmac
import secrets
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import structlog

from ari_app.accounts import Account, Accounts, one_secret_for_all
from ari_app.adapters.away_file import AwayFile
from ari_app.adapters.away_journal import AwayJournal
from ari_app.adapters.fastagi import serve_fastagi
from ari_app.adapters.history_part import HistoryPart
from ari_app.adapters.http_door import Serve, answer, listen
from ari_app.adapters.http_lookups import HttpLookups
from ari_app.adapters.journal_files import JournalFiles, day_file, facts_in
from ari_app.adapters.journey_files import JourneyFiles
from ari_app.adapters.node_links import NodeLinks
from ari_app.adapters.own_seal import OwnSeal
from ari_app.adapters.pending_files import PendingFiles
from ari_app.adapters.process_name import is_dead_here, own_name
from ari_app.adapters.queue_log_file import queue_log_file
from ari_app.adapters.recordings_part import RecordingsPart
from ari_app.adapters.redis_eraser import RedisEraser
from ari_app.adapters.redis_lease import RedisLease
from ari_app.adapters.redis_memory import DayCounts, StatusMemory
from ari_app.adapters.redis_notes import RedisNotebook
from ari_app.adapters.redis_status import RedisStatus
from ari_app.ban_keeper import BanKeeper
from ari_app.bans import Bans, Wrong
from ari_app.board import StatusBoard
from ari_app.callback_book import CallbackBook
from ari_app.caller_book import CallerBook
from ari_app.caller_numbers import CallerNumbers
from ari_app.centre import Centre, load_centre
from ari_app.centre_in_force import note_in_force, put_in_force_meanwhile
from ari_app.clock import SystemClock
from ari_app.contract import CentreInForce, timestamp
from ari_app.customer_memory import CustomerMemory
from ari_app.ear_book import EarBook
from ari_app.engine import Engine
from ari_app.flow_versions import FlowVersions
from ari_app.health import HealthPart
from ari_app.history import History, Memory
from ari_app.keeping.workers import told_by_all, whats_wrong
from ari_app.known_callers import KnownCallers, caller_key
from ari_app.lag import EventLag
from ari_app.last_calls import LastCalls
from ari_app.leadership import LEASE_S, Leadership
from ari_app.life import chance_of, new_life, profiles_of, rules_of
from ari_app.overload_control import Load, admission_of
from ari_app.pauses import PauseReasons
from ari_app.phone_notes import PhoneNotes
from ari_app.phone_watch import PhoneWatch
from ari_app.queue_logger import QueueLogger
from ari_app.rates import Rates
from ari_app.recorder import Recorder
from ari_app.reload_plan import ReloadPlan
from ari_app.reloading import Reloading
from ari_app.scribe import Scribe
from ari_app.services import AgiScript, AgiService
from ari_app.sessions import LIFE_S, Sessions
from ari_app.settings import Settings
from ari_app.stack.folders import Folders
from ari_app.status import StatusPublisher
from ari_app.switchboard import Switchboard
from ari_app.telephony import TelephonyError
from ari_app.voicemail_book import VoicemailBook
from ivr_flows.journey import Journey
from queues.acd import Acd
from queues.events import CountsRestored
from queues.journal import BadJournal, Happened
from queues.views import QueueCounts
from recordings.custody import AuditEntry
from recordings.retention import RetentionRule

log = structlog.get_logger(__name__)
LET_GO_WITHIN_S = 5.0
BEAT_S = 1.0
CALLS_FIRST_S = 5.0
AT_ONCE = 5
"""How many seconds' worth of requests may come to the API at once."""


def new_call_id(now: float) -> str:
    """An id of our own: the UTC second and 32 random bits, e.g. ``20261124-042201-7f3a9c01``."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(4)


def session_key(settings: Settings) -> str:
    """What signs the API's tokens: another password of the accounts ends all that was logged into with the old one."""
    return hmac.digest(settings.token_key.encode(), settings.demo_web_secret.encode(), "sha256").hex()


def build_acd(centre: Centre, seed: int = 0) -> Acd:
    """The ACD under the centre's rules. ``seed`` is that of its chance: journalled, so that a replay draws the same."""
    return Acd(rules_of(centre), profiles_of(centre), chance_of(seed))


def accounts_of(centre: Centre) -> list[Account]:
    """Everybody in the centre."""
    with_phone = [Account(p.code, p.name, p.role, tuple(p.queues), p.team, p.language) for p in centre.people]
    return [*with_phone, *(Account(one.code, one.name, "administrator") for one in centre.administrators)]


def build_accounts(centre: Centre, web_secret: str) -> Accounts:
    """Everybody in the centre, with the demo's one secret."""
    return Accounts(accounts_of(centre), one_secret_for_all(web_secret))


def shown_names(centre: Centre) -> tuple[dict[str, str], dict[str, float], bool, PauseReasons]:
    """What the status needs of a centre: operators' names, queues' service levels, whether callers are masked, pauses."""
    names = {operator.code: operator.name for operator in centre.operators}
    levels = {queue.name: queue.rules.service_level_s for queue in centre.queues}
    return names, levels, centre.mask_callers, centre.pauses


def _counts(shown: DayCounts) -> QueueCounts:
    counts = asdict(shown)
    return QueueCounts(callbacks=counts.pop("callbacks_agreed"), **counts)


async def comes_to_lead(leadership: Leadership, stop: asyncio.Event) -> bool:
    """False when ``stop`` is set first."""
    waits: list[asyncio.Task[Any]] = [
        asyncio.create_task(leadership.come_to_lead()),
        asyncio.create_task(stop.wait()),
    ]
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in done:
            wait.result()  # what went wrong in standing by ends the controller, and says why
    finally:
        for wait in waits:
            wait.cancel()
    return leadership.leads


class Controller:
    """The wired parts of one controller."""

    def __init__(self, settings: Settings, centre: Centre) -> None:
        self._settings = settings
        self._centre = centre
        self.clock = SystemClock()
        self._in_force = self._as_told(centre)
        loop = asyncio.get_running_loop()
        self.board = StatusBoard(self.clock.now)
        names, levels, masked, pauses = shown_names(centre)
        self.status = StatusPublisher(self.board, names, levels, centre.time_zone, masked, self.clock.now(), pauses)
        header = new_life(centre, self.clock.now())
        self.acd = build_acd(centre, header.seed)
        self.journal = Scribe[Happened]("journal", JournalFiles(settings.journal, header, self.status.day).write)
        self.history = History(self.acd, self.clock.now)
        self._life = header.life
        self.queue_log = Scribe[str]("queue_log", queue_log_file(settings.queue_log_file))
        self._queue_logger = QueueLogger(
            self.acd, lambda: self.switchboard.calls, centre.mask_callers, self.queue_log.note
        )
        listeners = (self.journal.note, self.history.take, self._queue_logger.take)
        self.switchboard = Switchboard(self.acd, self.clock, self.status, loop.call_later, listeners)
        self.numbers = CallerNumbers(lambda: self.switchboard.calls, self.board)
        self.board.add_sink(self.numbers.sink)
        self._name = own_name()
        self.lease = RedisLease(settings.redis_address, settings.redis_prefix, self._name, LEASE_S, is_dead_here)
        self.nodes = NodeLinks(settings, self._phone_changed, self._phone_tried)
        self.leadership = Leadership(self.lease, self.nodes.read_beat, loop.time, self._let_go, self._redis_went_away)
        seal = OwnSeal(settings.notes_key)
        self.away_journals = [self._away_journal(name, seal) for name in ("notes", "status")]
        of_notes, of_status = self.away_journals
        self.notebook = RedisNotebook(
            settings.redis_address, settings.redis_prefix, lambda: self.lease.fence, journal=of_notes
        )
        self.redis = RedisStatus(
            self.board,
            settings.redis_address,
            timestamp(self.clock.now()),
            settings.redis_prefix,
            settings.events_cap,
            lease=self.lease,
            on_back=self.notebook.write_again,
            memory=StatusMemory(self.board, of_status),
            centre=lambda: self._in_force,
        )
        self.bans = BanKeeper(
            Bans(),
            Folders.below(settings.state).etc / "banned.conf",
            self._never_banned,
            self.nodes.reload_module,
            self.clock,
        )
        recorder = Recorder(settings.recordings, self.nodes.recording, self.clock)
        self.known_callers = KnownCallers(caller_key(settings.token_key), self.notebook, self.clock)
        self.callbacks = CallbackBook(self.notebook, self.clock, self.acd)
        self.callers = CallerBook(self.notebook, self.clock, self.switchboard, loop.call_soon)
        self.ears = EarBook(self.notebook)
        self.phone_notes = PhoneNotes(self.notebook)
        self.phones = PhoneWatch(self.phone_notes.note)
        self.last_calls = LastCalls(self.notebook, self.board)
        self.board.add_sink(self.last_calls.sink)
        self.voicemails = VoicemailBook(self.notebook, self.clock, self.status.count_voicemails)
        self.journeys = Scribe[Journey]("journeys", JourneyFiles(settings.journal / "flows", self.status.day).write)
        self.lookups = HttpLookups()
        self._load = load = Load(EventLag(), admission_of(settings.refuse_above_lag_s))
        self._api_is_loaded = asyncio.Event()
        self.engine = Engine(
            centre,
            self.board,
            self.switchboard,
            recorder,
            self.clock,
            new_call_id,
            self.known_callers,
            self.callbacks,
            self.callers,
            self.ears,
            self.voicemails,
            self.lookups,
            self.journeys.note,
            self.agi_url,
            self._note_act,
            load.admission,
            load.limits,
            lambda: self.redis.wrong is not None or self.notebook.away,
            self.phones,
        )
        self.telephony = self.nodes.open(
            self.engine,
            self.notebook,
            load.lag,
            self.leadership,
            lambda: self.leadership.lose("another controller has connected to Asterisk in our place"),
        )
        self.accounts = build_accounts(centre, settings.demo_web_secret)
        self.sessions = Sessions(self.clock.now, LIFE_S, self.notebook)
        self.sessions.tell_of_accounts(self.engine.supervision_desk.logged_out)
        self.redis_eraser = RedisEraser(
            settings.redis_address, settings.redis_prefix, self.redis.settled, self.status.is_up
        )
        self.recordings = self._open_recordings(settings)
        self.kept_history = HistoryPart(
            settings,
            self.recordings.door,
            lambda: self.switchboard.calls,
            self.known_callers.who,
            self.clock,
            self.board,
        )
        self.reloading = Reloading(settings, self.put_in_force, self.nodes.reload_module)
        self._keep_flows(centre)

    def _load_api(self) -> Serve:
        """In a thread: FastAPI and the routes take 0.8 s, for which no call should wait."""
        from ari_app.adapters.http_api import create_app
        from ari_app.adapters.http_server import serve_on

        settings = self._settings
        app = create_app(
            self.board,
            self.engine,
            self.accounts,
            session_key(settings),
            self.clock.now,
            self.health,
            history=self.history,
            day=self.status.day,
            desk=self.engine.desk,
            calls=self.engine.call_desk,
            supervision=self.engine.supervision_desk,
            nodes=self.nodes,
            phones=self.engine.phone_desk,
            library=self.recordings.door,
            metrics=[self.recordings.metrics],
            recordings=settings.recordings,
            reload=self.reloading.reload,
            callbacks=self.engine.callback_desk,
            voicemails=self.engine.voicemail_desk,
            load=self._load,
            role=lambda: self.leadership.role_for_others(self.nodes.swept, CALLS_FIRST_S),
            sessions=self.sessions,
            origins=settings.origins,
            address_rates=Rates(settings.api_requests_per_s, settings.api_requests_per_s * AT_ONCE),
            session_rates=Rates(settings.api_requests_per_s / 4, settings.api_requests_per_s * AT_ONCE / 4),
            console_key=settings.console_key,
            centre=lambda: self._centre,
            numbers=self.numbers,
            note_act=self._note_act,
        )
        gc.freeze()  # as at the start: what was loaded stays
        return partial(serve_on, app)

    def _open_recordings(self, settings: Settings) -> RecordingsPart:
        """The library, which erases customers in all the other places, too."""
        cancel = self.engine.callback_desk.cancel_callback
        memory = CustomerMemory(
            self.known_callers, self.callbacks, cancel, self.voicemails, self.board, self.notebook, self.numbers
        )
        pending = PendingFiles(settings.recordings)
        return RecordingsPart(
            settings,
            self.known_callers.who,
            self.clock,
            self.board,
            erasers=(memory, self.redis_eraser, pending),
            knows=(memory, pending),
            rules=self._retention_rules,
            operators_hear_own=lambda: self._centre.recordings.operators_hear_own,
            begin=self._api_first,
            loaded=gc.freeze,  # as at the start: what was loaded stays
        )

    def _away_journal(self, name: str, seal: OwnSeal) -> AwayJournal:
        file = AwayFile(self._settings.state / "spool" / f"{name}_while_redis_is_away.jsonl", seal)
        return AwayJournal(
            f"{name}_away", file, lambda: f"{self._name} {self.lease.epoch}", lambda: self.leadership.led_last
        )

    def _redis_went_away(self) -> None:
        self.notebook.went_away()
        self.redis.went_away()

    async def _calls_first(self) -> None:
        """Before the API's code is loaded: calls that are up are taken over at once. Who stands by has none yet."""
        waits_until = self.clock.now() + CALLS_FIRST_S
        while not self.nodes.swept and self.leadership.role != "standby" and self.clock.now() < waits_until:
            await self.clock.sleep(0.02)

    async def _api_first(self) -> None:
        """Before the library's code is loaded."""
        await self._api_is_loaded.wait()

    def _retention_rules(self) -> Sequence[RetentionRule]:
        return self._centre.recordings.rules()

    def _note_act(self, act: AuditEntry) -> None:
        self.recordings.notes.note(act)

    def _keep_flows(self, centre: Centre) -> None:
        """So that each can be had back."""
        store, now = FlowVersions(self._settings.flow_versions), self.clock.now()
        try:
            for name, text in centre.flow_texts.items():
                store.keep(name, text, centre.flow_versions[name], now)
        except OSError as failed:
            log.error("flow_versions_not_kept", why=str(failed))

    def put_in_force(self, centre: Centre) -> ReloadPlan:
        """What a reload brings, in all parts at once."""
        self._keep_flows(centre)
        self._centre, self._in_force = centre, self._as_told(centre)
        note_in_force(self.notebook, centre)
        self.status.centre_changed(*shown_names(centre))
        self._queue_logger.mask_callers(centre.mask_callers)
        plan = self.engine.reload(centre)
        for code in self.accounts.replace(accounts_of(centre)):
            self.sessions.end_all(code)
        self.switchboard.publish_all()
        return plan

    def _as_told(self, centre: Centre) -> CentreInForce:
        """For other programs that read the same files."""
        return CentreInForce(centre.version, timestamp(self.clock.now()))

    def script_for_dialplan(self, name: str) -> AgiScript:
        """The script of that name that is in force. Raises LookupError."""
        if isinstance(service := self._centre.services.agi[name], AgiScript):
            return service
        raise LookupError(f"{name} is a server, not a script")

    def agi_url(self, service: AgiService) -> str:
        """Where Asterisk finds a service: a script is behind the controller's own FastAGI."""
        if isinstance(service, AgiScript):
            return f"agi://{self._settings.bind_address}:{self._settings.fastagi_port}/script,{service.name}"
        return service.url

    def _phone_changed(self, code: str, reachable: bool) -> None:
        self.engine.phone_changed(code, reachable)

    def _phone_tried(self, address: str, wrong: Wrong | None) -> None:
        if wrong is None:
            self.bans.succeeded(address)
        else:
            self.bans.failed(address, wrong)

    def _never_banned(self) -> Iterable[str]:
        """Without the carrier nobody could call; and all browsers come by way of the web server that stands before Asterisk."""
        carriers = [one for carrier in self._centre.carriers for one in carrier.addresses]
        proxy = [self._settings.bind_address] if self._centre.browsers else []
        return (*carriers, *proxy, *self._centre.never_banned)

    def health(self) -> Iterable[HealthPart]:
        """What the centre stands on. Without Redis calls go on, so it is not needed for health."""
        return (
            *self.nodes.health(),
            HealthPart("redis", self.redis.wrong, needed=False),
            HealthPart("journal", self.journal.wrong, needed=False),
            HealthPart(
                "redis_journal", next(filter(None, (one.wrong for one in self.away_journals)), None), needed=False
            ),
            HealthPart("journeys", self.journeys.wrong, needed=False),
            HealthPart("queue_log", self.queue_log.wrong, needed=False),
            HealthPart("database", self.recordings.door.wrong, needed=False),
            HealthPart("audit", self.recordings.wrong, needed=False),
            HealthPart("history", self.kept_history.wrong, needed=False),
            HealthPart(
                "recordings", whats_wrong(told_by_all(self._settings.recordings), self.clock.now()), needed=False
            ),
        )

    async def remember(self) -> None:
        """Take back what the earlier life knew: the day's counts, and who was at work."""
        await self.notebook.take_over()
        await self.redis.start()
        for queue, counts in (await self.redis.load_counts(self.status.day(self.clock.now()))).items():
            if queue in self.status.queues:
                self.switchboard.apply(CountsRestored(queue, _counts(counts)))
        self.engine.desk.restore(await self.redis.load_operators())
        await self.known_callers.remember()
        await self.sessions.remember()
        await self.nodes.remember()
        await self.callbacks.remember()
        await self.callers.remember()
        await self.ears.remember()
        await self.last_calls.remember()
        self.phones.remember(await self.phone_notes.earlier(), self.clock.now())
        await self.voicemails.remember()
        self.board.add_sink(self.redis.sink)
        self.switchboard.publish_all()

    async def recall(self) -> None:
        """Take back the day's figures and stories from the journal, while calls are served already."""
        path = day_file(self._settings.journal, self.status.day(self.clock.now()))
        earlier = Memory()
        try:
            await asyncio.to_thread(lambda: earlier.take_earlier(facts_in(path, self._life)))
        except FileNotFoundError:
            pass  # a new day, or the first one
        except (BadJournal, OSError) as unreadable:
            log.error("figures_begin_anew", why=str(unreadable))
            earlier = Memory()
        self.history.remember(earlier)

    async def run(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        """Stand by until no other controller leads, then lead, reading the centre again at each ``reload``, until ``stop``.

        Raises PortTaken (before anything else), LeadLost and Replaced when another controller leads instead (in groups).
        """
        api = listen(self._settings.api_listens_at, self._settings.api_port)
        try:
            async with asyncio.TaskGroup() as doors:
                serving = doors.create_task(answer(api, self._calls_first, self._load_api, self._api_is_loaded))
                if await comes_to_lead(self.leadership, stop):
                    await self._lead(stop, reload)
                serving.cancel()
        finally:
            await self.lease.aclose()

    async def _lead(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        fastagi = await serve_fastagi(
            self._settings.bind_address,
            self._settings.fastagi_port,
            self.engine.queue_for_dialplan,
            self.script_for_dialplan,
        )
        try:
            await self.remember()
            read = partial(load_centre, self._settings.centre)
            centre = await put_in_force_meanwhile(self.notebook, self._centre, read) or self._centre
            self.phones.await_only([person.code for person in centre.browsers], self.clock.now())
            async with asyncio.TaskGroup() as lives, asyncio.TaskGroup() as parts:
                self.engine.start(lives, self.telephony)
                if centre is not self._centre:
                    self.put_in_force(centre)
                else:
                    note_in_force(self.notebook, centre)
                works: list[Coroutine[Any, Any, None]] = [
                    self.leadership.hold(),
                    self.show_beat(),
                    self.redis.run(),
                    self.journal.run(),
                    self.queue_log.run(),
                    self.journeys.run(),
                    self.recordings.run(),
                    self.kept_history.run(),
                    self.recall(),
                    self.notebook.run(),
                    *(journal.run() for journal in self.away_journals),
                    self.bans.run(),
                    *self.nodes.works(),
                    self.engine.tick(),
                    self.engine.watch_phones(),
                    self.reloading.on_request(reload),
                ]
                running = [parts.create_task(work) for work in works]
                await stop.wait()
                self._let_go()
                await self.engine.cancel_lives(LET_GO_WITHIN_S)
                for task in running:
                    task.cancel()
        finally:
            fastagi.close()
            await self.redis.close()
            await self.notebook.close()
            for away in self.away_journals:
                await away.close()
            # As soon as nothing more is written under it: another one waits to serve calls.
            await self.leadership.release()
            await fastagi.wait_closed()
            await self.journal.close()
            await self.queue_log.close()
            await self.journeys.close()
            await self.lookups.close()
            await self.kept_history.close()
            await self.recordings.close()
            await self.redis_eraser.close()

    async def show_beat(self) -> None:
        """While there is no lease to renew, show on Asterisk that we live, so that no standby takes us for dead.

        And once at the beginning: whoever leads next without Redis has to know who led last.
        """
        shown = False
        for beat in count(1):
            if self.leadership.without_lease or not shown:
                with suppress(TelephonyError):
                    await self.nodes.show_beat(f"{self._name} {beat}")
                    shown = True
            await self.clock.sleep(BEAT_S)

    def _let_go(self) -> None:
        log.info("letting_go", calls=len(self.switchboard.calls))
        self.engine.let_go()
        self.nodes.let_go()


async def run_engine(settings: Settings, stop: asyncio.Event, reload: asyncio.Event) -> None:
    """Run the controller until ``stop`` is set; ``reload``: see Controller.run. Raises BadFile, PortTaken, Replaced (in groups)."""
    await Controller(settings, load_centre(settings.centre)).run(stop, reload)
