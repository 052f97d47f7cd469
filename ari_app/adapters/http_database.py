"""What does Prometheus see of the database? Whether it is there, and what waits for it on the disk."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ari_app.adapters.library_door import LibraryDoor
from ari_app.adapters.spool_file import Spool


class DatabaseCollector(Collector):
    """Reads what is in memory; asks no database."""

    def __init__(self, door: LibraryDoor, spool: Spool) -> None:
        self._door = door
        self._spool = spool

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        for name, meaning, value in (
            ("database_up", "1 while the database of recordings and the audit can be written.", self._door.up),
            ("spool_waiting", "Notes that wait on the disk for the database.", self._spool.waiting),
            ("spool_bytes", "Bytes of the file in which they wait.", self._spool.size),
            ("spool_cap_bytes", "How many they may be.", self._spool.cap_bytes),
            ("spool_refused", "Notes that the database takes for bad, set aside for a person.", self._spool.refused),
        ):
            yield GaugeMetricFamily(f"centralita_{name}", meaning, value=float(value))
