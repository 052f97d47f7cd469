"""How does a store take and give recordings? A folder or S3 by URL, with obstore. The only place that knows it.

``file:///folder`` or ``s3://bucket/prefix?endpoint=...&region=...``; the rest comes from the usual AWS_* variables.
Every request has a deadline and is tried a few times; whoever asks tries again later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from ari_app.keeping.ports import NotStored, StoreRefuses
from ari_app.whole_files import PRIVATE, sync_folder

_IN_ONE_REQUEST: Final = 64 << 20
"""Bytes, about six hours of a call. Several requests are slower, leave pieces in the bucket when they are cut off, and are where
servers err: Ceph 20's radosgw on SQLite gives back other bytes than it took."""
_CHUNK: Final = 16 << 20
_PIECE: Final = 1 << 20
_AT_ONCE: Final = 2
_OPTIONS: Final = ("endpoint", "region", "virtual_hosted_style_request", "allow_http")
_FROM_ENVIRONMENT: Final = {
    "access_key_id": ("AWS_ACCESS_KEY_ID",),
    "secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
}


class BadStore(ValueError):
    """A URL that names no store. The message says what is wrong with it."""


def open_store(url: str, environ: Mapping[str, str], *, deadline_s: float = 60.0, tries: int = 2) -> S3Bucket:
    """The store at ``url``; nothing is asked of it yet. A request takes up to ``deadline_s``. Raises BadStore."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/") and not parts.query:
        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return S3Bucket(_bucket(url, environ, deadline_s, tries))
    raise BadStore(f"{url!r} is no store: give file:///folder, or s3://bucket/prefix with options after a ?")


def _bucket(url: str, environ: Mapping[str, str], deadline_s: float, tries: int) -> S3Store:
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query))
    if unknown := sorted(set(told) - set(_OPTIONS)):
        raise BadStore(
            f"the store's URL has options that are none: {', '.join(unknown)} (there are {', '.join(_OPTIONS)})"
        )
    found = {
        name: next((environ[key] for key in keys if environ.get(key)), None) for name, keys in _FROM_ENVIRONMENT.items()
    }
    config: Any = {name: value for name, value in {**found, **told}.items() if value and name != "allow_http"}
    allow_http = told.get("allow_http") == "true"
    if str(config.get("endpoint", "")).startswith("http:") and not allow_http:
        raise BadStore("the store's endpoint is not encrypted; say allow_http=true in its URL if it is a local one")
    try:
        return S3Store(
            parts.netloc,
            prefix=unquote(parts.path).strip("/") or None,
            config=config,
            client_options={
                "allow_http": allow_http,
                "timeout": timedelta(seconds=deadline_s),
                "connect_timeout": timedelta(seconds=min(5.0, deadline_s)),
            },
            retry_config={"max_retries": tries - 1, "retry_timeout": timedelta(seconds=deadline_s * tries)},
        )
    except (BaseError, ValueError) as bad:
        raise BadStore(f"the store cannot be used: {_first_line(bad)}") from bad


class S3Bucket:
    """A bucket, or what begins with one prefix in it. See Store."""

    def __init__(self, store: S3Store | LocalStore) -> None:
        self._store = store

    def put(self, key: str, file: Path) -> None:
        """See Store. Whole or not at all; an upload in parts that was cut off is the bucket's to remove (its lifecycle rules)."""
        try:
            in_parts = file.stat().st_size > _IN_ONE_REQUEST
            obstore.put(self._store, key, file, use_multipart=in_parts, chunk_size=_CHUNK, max_concurrency=_AT_ONCE)
        except (BaseError, OSError) as failed:
            raise StoreRefuses(f"the store did not take {key}: {_first_line(failed)}") from failed

    def read(self, key: str, piece: int = _PIECE) -> Iterator[bytes]:
        """See Store; in pieces of at least so many bytes."""
        try:
            found = obstore.get(self._store, key).stream(min_chunk_size=piece)
        except FileNotFoundError as missing:
            raise NotStored(f"the store holds no {key}") from missing
        except (BaseError, OSError) as failed:
            raise StoreRefuses(f"the store did not give {key}: {_first_line(failed)}") from failed
        return _pieces(key, found)

    def remove(self, key: str) -> None:
        """Remove it; harmless when it is not there. Raises StoreRefuses."""
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as failed:
            raise StoreRefuses(f"the store did not remove {key}: {_first_line(failed)}") from failed

    def link_on_the_way(self, key: str) -> Path | None:
        """A symbolic link that leads to what is under this name; there are none in a bucket."""
        return None


class FolderStore(S3Bucket):
    """A folder. What is put is on the disk, names and all, before ``put`` returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(LocalStore(folder))
        self._folder = folder

    def put(self, key: str, file: Path) -> None:
        """See Store."""
        place = self._folder / key
        try:
            for folder in reversed(place.relative_to(self._folder).parents):
                (self._folder / folder).mkdir(mode=0o700, exist_ok=True)
        except OSError as failed:
            raise StoreRefuses(f"the store did not take {key}: {failed}") from failed
        super().put(key, file)
        try:
            self._settle(place)
        except OSError as failed:
            raise StoreRefuses(f"the store could not write {key} to the disk: {failed}") from failed

    def link_on_the_way(self, key: str) -> Path | None:
        """See S3Bucket."""
        path = self._folder
        for part in key.split("/"):
            path /= part
            if path.is_symlink():
                return path
        return None

    def _settle(self, place: Path) -> None:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            os.fchmod(handle, PRIVATE)
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished = re.compile(re.escape(place.name) + r"#\d+")  # obstore's names, left by a worker that was killed
        for name in os.listdir(place.parent):
            if unfinished.fullmatch(name):
                with suppress(FileNotFoundError):
                    (place.parent / name).unlink()
        for folder in place.relative_to(self._folder).parents:
            sync_folder(self._folder / folder)


def _pieces(key: str, stream: obstore.BytesStream) -> Iterator[bytes]:
    try:
        for piece in stream:
            yield bytes(piece)
    except (BaseError, OSError) as failed:
        raise StoreRefuses(f"the store did not give all of {key}: {_first_line(failed)}") from failed


def _first_line(failed: Exception) -> str:
    """What obstore says, without the dump of its insides."""
    return str(failed).partition("\n")[0].strip() or type(failed).__name__
