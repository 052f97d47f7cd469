"""What do the tests of keeping share? A real S3 server, with a bucket, that is fetched once into the usual cache."""

from __future__ import annotations

import os
import socket
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from ari_app.settings import load_settings
from ari_app.stack.forky_root import provide_root
from tests.keeping.in_between import InBetween
from tests.keeping.object_gateway import ACCESS_KEY, RADOSGW, REGION, SECRET_KEY, ObjectGateway

PROJECT = Path(__file__).resolve().parents[2]
BUCKET = "recordings"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectGateway]:
    """A radosgw with an empty bucket."""
    root = provide_root(load_settings(PROJECT, os.environ).cache, print, recipe=RADOSGW)
    made = ObjectGateway(root, tmp_path_factory.mktemp("radosgw"), _free_port())
    made.start()
    try:
        _make_bucket(made)
        yield made
    finally:
        made.stop()


@pytest.fixture
def in_between(gateway: ObjectGateway) -> Iterator[InBetween]:
    """A way to the gateway that can be closed, slowed and made to refuse."""
    made = InBetween(gateway.port)
    yield made
    made.close()


def store_url(endpoint: str, prefix: str = "calls") -> str:
    """The URL of the bucket there."""
    return f"s3://{BUCKET}/{prefix}?endpoint={endpoint}&region={REGION}&allow_http=true"


def _make_bucket(gateway: ObjectGateway) -> None:
    """obstore makes no buckets, but it signs the request that does."""
    config = {
        "endpoint": gateway.endpoint,
        "region": REGION,
        "access_key_id": ACCESS_KEY,
        "secret_access_key": SECRET_KEY,
    }
    store = S3Store(BUCKET, config=config, client_options={"allow_http": True})  # type: ignore[arg-type]
    url = obstore.sign(store, "PUT", "", timedelta(seconds=60))
    with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=10) as answer:  # noqa: S310 - our own
        assert answer.status == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
