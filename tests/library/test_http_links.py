"""Does a link let anybody hear one recording, and only that, for as long and as often as it was given for?"""

from __future__ import annotations

from typing import Any

import pytest

from ari_app.accounts import Account
from recordings.custody import AuditQuery
from tests.adapters.conftest import COORDINATOR, SUPERVISOR, Api, error_of
from tests.library.conftest import Archive
from tests.library.some_recordings import call_id
from tests.library.sound import opus

LINKS = f"/recordings/{call_id(1)}/links"
OTHER_SUPERVISOR = "2002"


async def made(api: Api, code: str = SUPERVISOR, **body: Any) -> dict[str, Any]:
    answer = await api.ask(code, "POST", LINKS, json={"minutes": 10} | body)
    assert answer.status_code == 201, answer.text
    link: dict[str, Any] = answer.json()
    return link


async def test_whoever_has_the_link_hears_it_without_a_log_in(api: Api, archive: Archive) -> None:
    archive.keep()
    link = await made(api)
    answer = await api.http.get(link["url"])
    assert (answer.status_code, answer.content) == (200, opus())
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await api.http.get(f"{link['url']}?format=wav", headers={"Range": "bytes=0-3"})).content == b"RIFF"
    (played,) = archive.open.library.audit.entries(AuditQuery(act="link_played"))
    assert (played.who, played.subject, played.detail["made_by"]) == (f"link:{link['id']}", call_id(1), SUPERVISOR)
    assert archive.acts() == ["link_made", "link_played"]


async def test_it_ends_with_its_time(api: Api, archive: Archive) -> None:
    archive.keep()
    link = await made(api, minutes=1)
    archive.centre.now_s += 59
    assert (await api.http.get(link["url"])).status_code == 200
    archive.centre.now_s += 1
    assert error_of(await api.http.get(link["url"]))[:2] == (410, "link_over")


async def test_it_ends_with_its_plays_but_one_play_may_have_many_ranges(api: Api, archive: Archive) -> None:
    archive.keep()
    link = await made(api, plays=2)
    for _ in range(3):
        assert (await api.http.get(link["url"], headers={"Range": "bytes=0-9"})).status_code == 206
    api._app.client = ("10.0.0.2", 1)
    assert (await api.http.get(link["url"])).status_code == 200
    api._app.client = ("10.0.0.3", 1)
    for _ in range(2):
        assert error_of(await api.http.get(link["url"]))[:2] == (410, "link_over")
    assert archive.acts() == ["link_made", "link_played", "link_played"]


async def test_it_ends_when_it_is_revoked_by_its_maker_or_a_coordinator(api: Api, archive: Archive) -> None:
    archive.keep(1, queues=("soporte", "ventas"))
    first, second = await made(api), await made(api)
    refused = await api.ask(OTHER_SUPERVISOR, "DELETE", f"{LINKS}/{first['id']}")
    assert error_of(refused)[:2] == (403, "forbidden")
    for link, by in ((first, SUPERVISOR), (second, COORDINATOR)):
        assert (await api.http.get(link["url"], headers={"Range": "bytes=0-9"})).status_code == 206
        revoked = await api.ask(by, "DELETE", f"{LINKS}/{link['id']}")
        assert revoked.json()["revoked"] is not None
        assert error_of(await api.http.get(link["url"]))[:2] == (410, "link_over")
    assert archive.acts().count("link_revoked") == 2
    assert error_of(await api.ask(SUPERVISOR, "DELETE", f"{LINKS}/nothing"))[:2] == (404, "not_found")


async def test_it_ends_with_its_makers_account_and_sight(api: Api, archive: Archive) -> None:
    archive.keep()
    link = await made(api)
    for left in (
        [],
        [Account(SUPERVISOR, "Sara", "supervisor", ("ventas",))],
        [Account(SUPERVISOR, "Sara", "operator")],
    ):
        archive.centre.accounts.replace(left)
        assert error_of(await api.http.get(link["url"]))[:2] == (410, "link_over")


@pytest.mark.parametrize(
    "spoil",
    # Not the last letter, whose lowest bits mean nothing in base64.
    [lambda t: t[:-5] + ("A" if t[-5] != "A" else "B") + t[-4:], lambda t: "x" + t, lambda t: "nothing"],
)
async def test_a_token_that_was_changed_or_made_up_lets_nobody_in(api: Api, archive: Archive, spoil: Any) -> None:
    archive.keep()
    url = (await made(api))["url"]
    before, token = url.rsplit("/", 1)
    assert error_of(await api.http.get(f"{before}/{spoil(token)}"))[:2] == (404, "not_found")


async def test_a_log_in_token_is_no_link_and_a_link_no_log_in(api: Api, archive: Archive) -> None:
    archive.keep()
    token = (await api.login(COORDINATOR)).json()["token"]
    assert error_of(await api.http.get(f"/api/v1/listen/{token}"))[:2] == (404, "not_found")
    link = (await made(api))["url"].rsplit("/", 1)[1]
    answer = await api.http.get("/api/v1/recordings", headers={"Authorization": f"Bearer {link}"})
    assert error_of(answer)[:2] == (401, "token_invalid")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"minutes": "10"}, "minutes"),
        ({"minutes": 5, "plays": 0}, "plays"),
        ({"minutes": 5, "to": "x"}, "to"),
    ],
)
async def test_a_wrong_wish_is_named(api: Api, archive: Archive, body: dict[str, Any], field: str) -> None:
    archive.keep()
    assert error_of(await api.ask(SUPERVISOR, "POST", LINKS, json=body)) == (422, "bad_field", field)


async def test_a_play_that_fails_counts_none(api: Api, archive: Archive) -> None:
    archive.keep()
    link = await made(api, plays=1)
    archive.identity.chmod(0o644)
    assert error_of(await api.http.get(link["url"]))[:2] == (409, "cannot_unseal")
    archive.identity.chmod(0o600)
    assert (await api.http.get(link["url"])).status_code == 200
