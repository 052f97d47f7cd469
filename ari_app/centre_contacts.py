"""What may a centre say of its contacts? Its country, the company's own system, and who may correct them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ivr_flows.located_yaml import Located
from ivr_flows.problems import Problem, choose_among
from ivr_flows.shapes import Name, NoOtherKeys, Shape, matching

if TYPE_CHECKING:
    from ari_app.centre_files import CentreFile

Country = Annotated[str, *matching("[A-Z]{2}", "a country", "write its two capital letters, such as ES")]
Path = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,5}", "a place in an answer", "write one such as customer.name"
    ),
]


class CrmEntry(Shape):
    """The company's own system: a ``service`` of services.yaml that is asked who calls, for ``deadline_s`` in all.

    ``answers`` says where in its answer each thing stands; what is none of ours becomes a field of that name.
    """

    service: Name
    deadline_s: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 2.0
    answers: Annotated[dict[Name, Path], NoOtherKeys(), Field(max_length=40)] = Field(default_factory=dict)


class ContactsEntry(Shape):
    """``country``: whose numbers are written without their country's code. ``operators_edit``: operators may write down and
    correct."""

    country: Country = "ES"
    operators_edit: bool = True
    crm: CrmEntry | None = None


def check_contacts(centre: Located[CentreFile], services: Collection[str] | None) -> Iterator[Problem]:
    """The country, and the service that is the company's system. ``services`` None: not known, not checked."""
    entry, places = centre.value.contacts, centre.places
    if entry.country != "ES":
        import phonenumbers  # loaded only where it is needed: the controller has no time for it at its start

        if entry.country not in phonenumbers.SUPPORTED_REGIONS:
            what = f"{entry.country!r} is no country with a plan of numbering"
            yield places.problem(("contacts", "country"), what, "write its two capital letters, such as ES")
    if entry.crm is not None and services is not None and entry.crm.service not in services:
        name = entry.crm.service
        remedy = choose_among(name, services, "add it to services.yaml, under http")
        yield places.problem(("contacts", "crm", "service"), f"there is no service {name!r}", remedy)
