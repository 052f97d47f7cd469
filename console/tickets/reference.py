"""What is the next ticket called? ``S-2026-000123``: counted by year, in the transaction that opens it.

Two that open at once wait for each other, so no number comes twice. One whose transaction fails leaves none; should numbers be lost
all the same (a database restored from an older copy, somebody who raises the counter), the count simply goes on above.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from console.tickets.tables import ticket_numbers

REFERENCE: Final = re.compile(r"S-[0-9]{4}-[0-9]{6,9}")


def next_reference(connection: Connection, year: int) -> str:
    """One that no ticket has."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(ticket_numbers).values(year=year, last=1)
    counted = first.on_conflict_do_update(index_elements=["year"], set_={"last": ticket_numbers.c.last + 1})
    number = connection.scalar(counted.returning(ticket_numbers.c.last))
    return f"S-{year:04d}-{number:06d}"
