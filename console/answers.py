"""What do all of the console's routes answer while the database is away?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

from ari_app.adapters.http_bodies import ErrorBody
from ari_app.adapters.http_errors import Refused
from recordings.record import CatalogueAway

log = structlog.get_logger(__name__)
RETRY_AFTER_S: Final = 5
AWAY: Final = "The database cannot be reached now; calls go on, and nothing was changed. Try again."
CATALOGUE_AWAY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": ErrorBody, "description": "The database cannot be reached now"}
}


@contextmanager
def answering_when_away() -> Iterator[None]:
    """Raises Refused (503) in the place of CatalogueAway."""
    try:
        yield
    except CatalogueAway as away:
        log.warning("database_away", why=str(away))
        raise Refused(503, "database_away", AWAY, headers={"Retry-After": str(RETRY_AFTER_S)}) from None
