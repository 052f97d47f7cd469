"""Who asks, for the audit? A logged-in person and the address that the request came from."""

from __future__ import annotations

from fastapi import Request

from console.audit.book import By
from console.people import Person


def by(person: Person, request: Request) -> By:
    """As the audit notes it."""
    return By(person.code, person.role, request.client.host if request.client else "")
