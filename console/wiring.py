"""How do the console's parts fit together? The only wiring of them: each gets what it needs, and gives its routes and its work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection

from ari_app.adapters.catalogue_database import Database
from ari_app.adapters.http_lookups import HttpLookups
from ari_app.beside import beside
from ari_app.clock import Clock
from ari_app.known_callers import caller_key, hash_of
from ari_app.settings import Settings
from console.alarms.book import AlarmLimits
from console.alarms.routes import alarm_routes
from console.app import Wrong
from console.audit.book import Audit
from console.centre_files import CentreFiles
from console.contacts.book import ContactBook, UnknownContact
from console.contacts.call_numbers import ControllersNumbers
from console.contacts.contact import Act, Contact
from console.contacts.import_routes import READ_PIECEWISE
from console.contacts.numbers import national
from console.contacts.parts import keep_on, open_contacts
from console.contacts.routes import contact_routes
from console.controllers import Controllers
from console.erasures import FollowsErasures
from console.figures.centre import ControllersCentre, KnowsCentre
from console.figures.history_routes import call_history_routes
from console.figures.routes import figures_routes
from console.mirror import Mirror
from console.past.calls import PastCalls
from console.past.desk import PastDesk
from console.past.notes import Notes
from console.past.routes import past_routes
from console.people import Person
from console.phone.relay import PhoneLines
from console.phone.routes import phone_routes
from console.phone.tickets import Tickets
from console.reception import ControllersReception
from console.scripts.desk import ScriptDesk
from console.scripts.folder import ScriptFolder
from console.scripts.routes import script_routes
from console.tickets.customers import TicketsOfContacts
from console.tickets.parts import open_tickets
from console.tickets.scripts import FollowedScripts
from console.webhooks.forgetting import MessagesOfContacts
from console.webhooks.outbox import Outbox, forget
from console.webhooks.parts import open_webhooks


@dataclass(frozen=True, slots=True)
class Around:
    """What is there for every part. ``centre``: its files that are in force, to be asked each time."""

    settings: Settings
    centre: CentreFiles
    clock: Clock
    database: Database
    mirror: Mirror
    controllers: Controllers
    reception: ControllersReception


Works = dict[str, Callable[[], Coroutine[Any, Any, None]]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part's routes; ``works``: what it does until cancelled once the tables are there, by name, and ``at_once``
    what needs none of them; ``read_piecewise``: paths whose bodies may be long; ``wrong``: what a person should look at."""

    router: APIRouter
    works: Works = field(default_factory=dict)
    at_once: Works = field(default_factory=dict)
    read_piecewise: tuple[str, ...] = ()
    wrong: Mapping[str, Wrong] = field(default_factory=dict)


def parts_of(around: Around) -> Iterator[Part]:
    """Every part. Raises ValueError for settings that cannot be used."""
    yield Part(APIRouter(), at_once={"centre": around.centre.run}, wrong={"centre": around.centre.wrong})
    audit, scripts = Audit(around.database, around.clock.now), _script_desk(around)
    webhooks = open_webhooks(around.settings, around.database, audit, around.clock)
    yield Part(webhooks.router, webhooks.works, wrong={"webhooks": webhooks.wrong})
    knows = ControllersCentre(around.controllers, around.clock)
    yield from _customers(around, audit, webhooks.outbox, scripts, knows)
    yield _alarms(around, audit)
    yield _phones(around)
    yield from _figures(around, knows)


def _script_desk(around: Around) -> ScriptDesk:
    def leads(person: Person, operator: str) -> bool:
        led = around.centre.now().operator(operator)
        return person.team is not None and led is not None and led.team == person.team

    folder = ScriptFolder(around.settings.centre)
    return ScriptDesk.over(around.database, folder, around.mirror, around.clock.now, leads)


def _customers(around: Around, audit: Audit, outbox: Outbox, scripts: ScriptDesk, knows: KnowsCentre) -> Iterator[Part]:
    """Contacts, the tickets that hang on them, customers' earlier calls, and what scripts have asked in calls."""
    key, country = caller_key(around.settings.token_key), lambda: around.centre.now().contacts.country

    async def contact_of(number: str) -> str | None:
        """Of a number that several share nobody can say whose call it is."""
        found = await beside(book.look_up, number)
        return found[0].id if len(found) == 1 else None

    def spellings(number: str) -> tuple[str, ...]:
        """As what carriers may send a number that is given in full."""
        digits = number.removeprefix("+")
        return number, digits, f"00{digits}", national(number)

    def hashes(number: str) -> set[str]:
        return {who for one in spellings(number) if (who := hash_of(key, one)) is not None}

    def whos_of(contact: str) -> set[str]:
        try:
            return {who for one in book.find(contact).details.numbers for who in hashes(one.number)}
        except UnknownContact:
            return set()

    book = ContactBook(around.database, country, around.clock.now)
    notes = Notes(around.database, audit, around.clock.now, hashes)
    tickets = open_tickets(
        around.database,
        audit,
        outbox,
        around.centre.now,
        around.mirror,
        around.controllers,
        around.clock,
        lambda number: hash_of(key, number),
        contact_of,
        FollowedScripts(scripts.answers),
        spellings,
        whos_of,
    )
    past = PastDesk(
        PastCalls(around.database),
        notes,
        book,
        around.mirror.board,
        tickets.customers,
        knows,
        hashes,
        lambda: around.centre.now().recordings.operators_hear_own,
    )
    yield _contacts(around, audit, outbox, tickets.of_contacts, notes)
    yield Part(tickets.router, tickets.works)
    yield Part(script_routes(scripts, past.demand_sight))
    erasures = _erasures(around, tickets.of_contacts, notes, scripts)
    yield Part(past_routes(past, audit), {"erasures": erasures.run}, wrong={"erasures": lambda: erasures.wrong})


def _erasures(around: Around, tickets: TicketsOfContacts, notes: Notes, scripts: ScriptDesk) -> FollowsErasures:
    """All that the console keeps by a caller's hash or by call. Contacts are kept by themselves, and erased by themselves."""
    places = {
        "tickets": lambda connection, who, calls: tickets.erased(connection, (), (who,), calls),
        "notes of calls": lambda connection, who, calls: notes.erased(connection, (who,), calls).count,
        "answers in scripts": lambda connection, who, calls: scripts.answers.forgotten(connection, calls),
        "messages to webhooks": lambda connection, who, calls: forget(connection, *calls),
    }
    return FollowsErasures(around.database, places, around.clock)


def _contacts(around: Around, audit: Audit, outbox: Outbox, tickets: TicketsOfContacts, notes: Notes) -> Part:
    database, centre, now = around.database, around.centre.now, around.clock.now
    lookups = HttpLookups()

    def tell(connection: Connection, contact: Contact, act: Act) -> None:
        external_id, by = contact.details.external_id, contact.updated_by
        told = {"contact": contact.id, "version": contact.version, "external_id": external_id, "what": act, "by": by}
        outbox.put(connection, "contact.changed", told, contact.id)

    desk = open_contacts(
        database,
        around.settings.state,
        around.settings.token_key,
        now,
        audit,
        lookups,
        ControllersNumbers(around.controllers),
        entry=lambda: centre().contacts,
        services=lambda: centre().services,
        followers=[tickets],
        places=[tickets, notes, MessagesOfContacts(database)],
        tell=tell,
    )

    async def work() -> None:
        try:
            await keep_on(desk, around.clock)
        finally:
            await lookups.close()

    return Part(contact_routes(desk), {"contacts": work}, read_piecewise=READ_PIECEWISE)


def _figures(around: Around, knows: KnowsCentre) -> Iterator[Part]:
    yield Part(figures_routes(around.database, around.mirror.board, knows, around.clock))
    yield Part(call_history_routes(around.database, knows, around.clock))


def _alarms(around: Around, audit: Audit) -> Part:
    def queues() -> Collection[str]:
        return [queue.name for queue in around.centre.now().queues]

    return Part(alarm_routes(AlarmLimits(around.database, audit, around.clock.now), queues))


def _phones(around: Around) -> Part:
    """The lines of phones in browsers. Behind a front there are none (stack/conf.py)."""
    settings, reception, now = around.settings, around.reception, around.clock.now
    lines = PhoneLines(settings.phone_line_urls, now)
    reception.watch(lines.callers, lambda: lines.end_revoked(reception.good))
    secret = settings.demo_sip_secret if settings.phone_line_urls else ""
    router = phone_routes(lines, Tickets(now), reception, around.controllers, lambda _code: secret, settings.origins)
    return Part(router, at_once={"phone lines": lines.run})
