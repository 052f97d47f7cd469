"""What may stand in calendars.yaml? Hours by the names that flows and queues use, with holidays and exceptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Self

import holidays
from holidays.registry import COUNTRIES
from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ari_app.centre_files import TimeZone
from ari_app.centre_queues import Date, HoursEntry, SpanEntry, weekly
from ivr_flows.calendars import Calendar, Holidays
from ivr_flows.explain import wrong
from ivr_flows.problems import choose_among
from ivr_flows.shapes import Name, NoOtherKeys, Shape


@cache
def _countries() -> Collection[str]:
    """The countries whose holidays are known, by their codes of two letters."""
    # Not holidays.list_supported_countries, which loads them all: a third of the time in which a centre is read.
    return {two_letters for _, two_letters, *_ in COUNTRIES.values()}


def _regions(country: str) -> Collection[str]:
    return holidays.country_holidays(country).subdivisions


def _country(code: str) -> str:
    if code not in _countries():
        near = choose_among(code.upper(), _countries(), "")
        remedy = near if near.startswith("did") else "write its code of two letters (ISO 3166-1), such as ES"
        raise wrong(f"the holidays of the country {code!r} are not known", remedy)
    return code


def _region(code: str, country: str) -> str:
    known = _regions(country)
    if code not in known:
        named = holidays.country_holidays(country).get_subdivision_aliases()
        meant = [region for region, names in named.items() if code.lower() in map(str.lower, (region, *names))]
        remedy = f"did you mean {meant[0]!r}?" if meant else choose_among(code, known, "remove region")
        raise wrong(f"{country} has no region {code!r}", remedy)
    return code


class HolidaysEntry(Shape):
    """The public holidays of a ``country`` and one of its regions, and ``also`` these dates (a town's own feasts)."""

    country: str | None = None
    region: str | None = None
    also: tuple[Date, ...] = ()

    @field_validator("country")
    @classmethod
    def _known_country(cls, code: str | None) -> str | None:
        return None if code is None else _country(code)

    @field_validator("region")
    @classmethod
    def _region_of_country(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is None or "country" not in info.data:  # what is wrong with the country is told already
            return code
        if info.data["country"] is None:
            raise wrong("a region needs its country", "give the country, too")
        return _region(code, info.data["country"])

    def holidays(self) -> Holidays:
        """The core's word for it."""
        return Holidays(self.country, self.region, frozenset(self.also))


def _closed_or_spans(value: Any) -> Any:
    if isinstance(value, str):
        if value != "closed":
            raise wrong(f"{value!r} is not possible", 'write closed, or hours as [{start: "08:00", end: "14:00"}]')
        return ()
    return tuple(value) if isinstance(value, list) else value


class OrClosed:
    """Metadata for a list for which the word ``closed`` may stand, too."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic's customising of JSON Schema."""
        return {"anyOf": [handler(core), {"const": "closed"}]}


DayHours = Annotated[tuple[SpanEntry, ...], BeforeValidator(_closed_or_spans), OrClosed()]


class CalendarEntry(Shape):
    """One calendar. ``time_zone``: the centre's, if none is given; without ``hours`` it is open whenever nothing else says no."""

    time_zone: TimeZone | None = None
    hours: tuple[HoursEntry, ...] = ()
    holidays: HolidaysEntry = Field(default_factory=HolidaysEntry)
    exceptions: dict[Date, DayHours] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_closed_sometimes(self) -> Self:
        if not (self.hours or self.holidays.country or self.holidays.also or self.exceptions):
            raise wrong("is always open", "give it hours, holidays or exceptions")
        return self

    def calendar(self, centre_time_zone: str) -> Calendar:
        """The core's word for it."""
        own = {day: tuple(span.span() for span in spans) for day, spans in self.exceptions.items()}
        return Calendar(self.time_zone or centre_time_zone, weekly(self.hours), self.holidays.holidays(), own)


class CalendarsFile(RootModel[Annotated[dict[Name, CalendarEntry], NoOtherKeys()]]):
    """calendars.yaml: calendars by name."""

    def calendars(self, centre_time_zone: str) -> Mapping[str, Calendar]:
        """All of them, as the cores know them."""
        return MappingProxyType({name: entry.calendar(centre_time_zone) for name, entry in self.root.items()})
