"""What can be asked of the recordings at the terminal? That they be kept, and how far that is."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from ari_app.clock import machine_time
from ari_app.keeping.workers import DEAD_AFTER_S, alive_of, told_by_all
from ari_app.settings import BadSettings, Settings, environment, load_settings
from ari_app.tables import number, table

PROJECT: Final = Path(__file__).resolve().parents[1]
_ALARMED: Final = 3


@click.group()
def recordings() -> None:
    """Recordings on their way into the store."""


@recordings.command()
def work() -> None:
    """Keep the recordings of calls that have ended, until Ctrl-C; may run beside the engine or without it."""
    # Codecs, encryption and the store's client: only when they are needed.
    from ari_app.adapters.catalogue_database import BadDatabase, Database
    from ari_app.adapters.object_store import BadStore
    from ari_app.adapters.patient_catalogue import PatientCatalogue
    from ari_app.logs import configure_logging
    from ari_app.own_key import make_own_key
    from ari_app.recording_worker import WorkerRules, run_worker

    settings = _settings()
    configure_logging()
    rules = WorkerRules(full_share=settings.recordings_disk_share)
    try:
        make_own_key(settings.own_recordings_key)
        database = Database(settings.database)
        url, keys = settings.recordings_store_url, settings.recordings_keys
        run_worker(settings.recordings, url, keys, environment(PROJECT), PatientCatalogue(database), rules)
    except (BadStore, BadDatabase, OSError) as bad:
        places = "CENTRALITA_RECORDINGS_STORE, CENTRALITA_DATABASE_URL, CENTRALITA_STATE"
        raise click.ClickException(f"{bad} ({places})") from bad


@recordings.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list of the workers instead of tables.")
def status(as_json: bool) -> None:
    """How far the recordings are; exit code 3 when no worker runs or an alarm stands."""
    found = told_by_all(_settings().recordings)
    now = machine_time()
    alive = alive_of(found, now)
    if as_json:
        click.echo(json.dumps(found, indent=1))
    elif not found:
        click.echo("no worker has ever run here; `centralita recordings work` starts one")
    else:
        click.echo("\n\n".join(shown(told, now) for told in (alive or found)))
    sys.exit(0 if alive and not any(told["alarms"] for told in alive) else _ALARMED)


def shown(told: Mapping[str, Any], now: float) -> str:
    """One worker's state as tables; ``now`` in Unix seconds."""
    beat_s = now - told["beat_at"]
    lives = f"worker {told['pid']}" if beat_s < DEAD_AFTER_S else f"no worker for {beat_s:.0f} s"
    rows = [
        (lives, "waiting", "oldest s", "in work", "failed", "set aside", "done", "audio s a work s"),
        (
            "",
            str(told["waiting"]),
            number(told["oldest_waiting_s"]),
            *(str(len(told[name])) for name in ("in_work", "failed")),
            str(told["set_aside"]),
            str(told["done"]),
            number(told["audio_s_per_work_s"]),
        ),
    ]
    parts = [table(rows)]
    if told["in_work"]:
        lines = [(id_, work["step"], f"{work['share']:.0%}") for id_, work in told["in_work"].items()]
        parts.append(table([("in work", "step", "done"), *lines]))
    if told["failed"]:
        lines = [
            (id_, str(failed["tries"]), number(max(0.0, failed["next_try_at"] - now)))
            for id_, failed in told["failed"].items()
        ]
        parts.append(table([("failed", "tries", "again in s"), *lines]))
        parts.append("\n".join(f"{id_}: {failed['why']}" for id_, failed in told["failed"].items()))
    parts += [f"ALARM {alarm} for {now - one['since']:.0f} s: {one['what']}" for alarm, one in told["alarms"].items()]
    return "\n\n".join(parts)


def _settings() -> Settings:
    try:
        return load_settings(PROJECT)
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from bad
