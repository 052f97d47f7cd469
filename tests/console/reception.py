"""People whom the console knows by their tokens, without a controller."""

from __future__ import annotations

from collections.abc import Mapping

from ari_app.adapters.http_errors import Refused
from console.people import Person


class FakeReception:
    """The Reception port: ``people`` by token."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.people = dict(people)

    async def person(self, authorization: str) -> Person:
        """See Reception."""
        person = self.people.get(authorization.removeprefix("Bearer "))
        if person is None:
            raise Refused(401, "token_invalid", "This token is not one of ours; log in again.")
        return person
