"""Who may do what with contacts over HTTP, is everything noted, and is every refusal told so that something can be done?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ari_app.centre_contacts import ContactsEntry, CrmEntry
from ari_app.lookups import LookupAnswer
from ari_app.permissions import ROLES
from ari_app.services import HttpService, Services
from recordings.record import CatalogueAway
from tests.console.contacts.conftest import ANA, PEOPLE, Api, Centre

As = Callable[[str], Api]
NEW = {"name": "Ana García", "numbers": [{"number": "611 222 333", "kind": "mobile"}], "fields": {"zona": "sur"}}


async def _made(api: As, body: Mapping[str, Any] = NEW) -> dict[str, Any]:
    answer = await api("1005")("POST", "contacts", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_contact_is_written_down_read_and_corrected(centre: Centre, api: As) -> None:
    ana = await _made(api)
    assert ana["numbers"] == [{"number": ANA, "kind": "mobile", "shown": "+34 611 22 23 33"}]
    read = await api("1900")("GET", f"contacts/{ana['id']}")
    assert (read.status_code, read.json(), read.headers["ETag"]) == (200, ana, '"1"')
    body = {"name": "Ana Gil", "fields": {"zona": "", "tarifa": "2.0"}}
    edited = await api("1900")("PATCH", f"contacts/{ana['id']}", body, headers={"If-Match": '"1"'})
    assert edited.json() == ana | {
        "name": "Ana Gil",
        "fields": {"tarifa": "2.0"},
        "version": 2,
        "updated_by": "1900",
        "updated_at": edited.json()["updated_at"],
    }
    told = (await api("1900")("GET", f"contacts/{ana['id']}/history?limit=2")).json()
    assert [(one["by"], one["field"], one["old"], one["new"]) for one in told["items"]] == [
        ("1900", "fields.zona", "sur", ""),
        ("1900", "fields.tarifa", "", "2.0"),
    ]
    rest = (await api("1900")("GET", f"contacts/{ana['id']}/history?before={told['next']}")).json()
    assert [one["act"] for one in rest["items"]] == ["edited", "created"]
    assert rest["next"] is None
    acts = ["contact_created", "contact_read", "contact_edited", "contact_history_read", "contact_history_read"]
    assert centre.audit.acts() == acts
    assert "611222333" not in str(centre.audit.noted)


async def test_whoever_is_late_learns_who_was_quicker(api: As) -> None:
    ana = await _made(api)
    await api("1900")("PATCH", f"contacts/{ana['id']}", {"name": "x"}, headers={"If-Match": '"1"'})
    late = await api("1005")("PATCH", f"contacts/{ana['id']}", {"name": "y"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["error"]["code"], late.headers["ETag"]) == (409, "changed", '"2"')
    assert "1900 has changed" in late.json()["error"]["message"]


async def test_an_edit_says_what_it_was_made_of(api: As) -> None:
    ana = await _made(api)
    for header, status in (({}, 428), ({"If-Match": "1"}, 422), ({"If-Match": "*"}, 422)):
        answer = await api("1005")("PATCH", f"contacts/{ana['id']}", {"name": "x"}, headers=header)
        assert (answer.status_code, answer.json()["error"]["field"]) == (status, "If-Match")


async def test_what_cannot_stand_there_is_refused_with_its_field(api: As) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "name"),
        ({"name": "Ana", "numbers": [{"number": "61"}]}, "numbers"),
        ({"name": "Ana", "email": "no"}, "email"),
        ({"name": "Ana", "fields": {"Núm": "1"}}, "fields"),
        ({"name": "Ana", "colour": "red"}, "colour"),
        ({"name": 7}, "name"),
    )
    for body, field in wrong:
        answer = await api("1005")("POST", "contacts", body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


async def test_who_calls_is_looked_up_by_a_body_and_noted_without_the_number(centre: Centre, api: As) -> None:
    ana = await _made(api)
    answer = (await api("1005")("POST", "contacts/look-up", {"number": "0034611222333", "call": "c-1"})).json()
    assert answer == {"items": [ana], "crm": "none", "why": ""}
    assert centre.audit.noted[-1] == ("1005", "contact_looked_up", "c-1", {"found": [ana["id"]], "crm": "none"})


async def test_who_calls_is_looked_up_by_the_call_whose_number_no_screen_shows(centre: Centre, api: As) -> None:
    ana = await _made(api)
    centre.calls["c-1"] = "34611222333"
    assert (await api("1005")("POST", "contacts/look-up", {"call": "c-1"})).json()["items"] == [ana]
    assert (await api("1005")("POST", "contacts/look-up", {"call": "c-2"})).json()["items"] == []


async def test_pages_of_a_search(api: As) -> None:
    for name in ("Ana", "Anabel", "Luis"):
        await _made(api, {"name": name})
    first = (await api("1005")("POST", "contacts/search", {"name": "ana", "limit": 1})).json()
    second = (await api("1005")("POST", "contacts/search", {"name": "ana", "limit": 1, "after": first["next"]})).json()
    assert [one["name"] for one in (*first["items"], *second["items"])] == ["Ana", "Anabel"]
    assert second["next"] is None


async def test_the_companys_own_system_writes_by_its_ids(api: As) -> None:
    body = {"name": "Ana", "numbers": [{"number": ANA}]}
    put = [await api("2001")("PUT", "contacts/by-external-id/C%2F1", body) for _ in range(2)]
    assert [answer.status_code for answer in put] == [201, 200]
    assert put[0].json() == put[1].json() == (await api("1005")("GET", "contacts/by-external-id/C%2F1")).json()
    changed = await api("2001")("PUT", "contacts/by-external-id/C%2F1", {"note": "x"})
    assert (changed.json()["version"], changed.json()["name"]) == (2, "Ana")
    assert (await api("2001")("PUT", "contacts/by-external-id/a", {"external_id": "b", "name": "x"})).status_code == 422
    assert (await api("2001")("PUT", f"contacts/by-external-id/{'x' * 101}", {"name": "x"})).status_code == 422
    taken = await api("1005")("POST", "contacts", {"name": "Luis", "external_id": "C/1"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "external_id_taken")


async def test_two_become_one_and_both_ids_lead_to_it(centre: Centre, api: As) -> None:
    kept, gone = await _made(api), await _made(api, {"name": "Ana G.", "email": "ana@example.com"})
    body = {"gone": gone["id"], "gone_version": 1, "take": ["name"]}
    merged = await api("2001")("POST", f"contacts/{kept['id']}/merge", body, headers={"If-Match": '"1"'})
    assert (merged.status_code, merged.json()["name"], merged.json()["email"]) == (200, "Ana G.", "ana@example.com")
    assert (await api("1005")("GET", f"contacts/{gone['id']}")).json()["id"] == kept["id"]
    told = (await api("1005")("GET", f"contacts/{kept['id']}/history")).json()["merges"]
    assert [(one["gone"], one["by"]) for one in told] == [(gone["id"], "2001")]
    again = await api("2001")("POST", f"contacts/{kept['id']}/merge", body, headers={"If-Match": '"2"'})
    assert again.status_code == 409


async def test_erasing_wants_the_name_once_more_and_leaves_a_certificate(centre: Centre, api: As) -> None:
    ana = await _made(api)
    wrong = await api("3001")("POST", f"contacts/{ana['id']}/erase", {"confirm": "Luis"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "not_confirmed")
    done = await api("3001")("POST", f"contacts/{ana['id']}/erase", {"confirm": "ana  garcía"})
    assert (done.status_code, done.json()["state"]) == (201, "done")
    assert (await api("3001")("GET", f"contact-erasures/{done.json()['id']}")).json() == done.json()
    assert (await api("1005")("GET", f"contacts/{ana['id']}")).status_code == 404
    assert centre.audit.acts(by="3001") == ["contact_erasure_asked", "contact_erased"]
    assert "Ana" not in str(centre.audit.noted)


async def test_nobody_without_a_name_is_erased_by_a_name(api: As) -> None:
    unnamed = await _made(api, {"numbers": [{"number": ANA}]})
    assert (await api("3001")("POST", f"contacts/{unnamed['id']}/erase", {"confirm": " "})).status_code == 422
    assert (await api("3001")("POST", f"contacts/{unnamed['id']}/erase", {"confirm": ANA})).status_code == 201


async def test_no_cell_of_an_export_is_run_by_a_spreadsheet(api: As) -> None:
    await _made(api, {"name": "=HYPERLINK(1)", "note": "@x", "numbers": [{"number": ANA, "kind": "home"}]})
    answer = await api("3001")("GET", "contacts/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:5] == ["external_id", "name", "mobile", "home", "work"]
    assert rows[1] == ["", "'=HYPERLINK(1)", "", f"'{ANA}", "", "", "", "", "'@x", ""]


EVERYTHING: tuple[tuple[str, str, str, Any], ...] = (
    # for each role, in the order of ROLES: a: anything, -: nothing
    ("aaaa-", "POST", "contacts/look-up", {"number": ANA}),
    ("aaaa-", "POST", "contacts/search", {}),
    ("aaaa-", "GET", "contacts/ID", None),
    ("aaaa-", "GET", "contacts/ID/history", None),
    ("aaaa-", "GET", "contacts/by-external-id/C1", None),
    ("aaaa-", "POST", "contacts", {"name": "x"}),
    ("aaaa-", "PATCH", "contacts/ID", {"name": "x"}),
    ("--aa-", "PUT", "contacts/by-external-id/C1", {"name": "x"}),
    ("--aa-", "POST", "contacts/ID/merge", {"gone": "0" * 16, "gone_version": 1}),
    ("--aa-", "POST", "contact-imports", None),
    ("--aa-", "GET", "contact-imports", None),
    ("--aa-", "GET", "contact-imports/ID", None),
    ("--aa-", "GET", "contact-imports/ID/preview", None),
    ("--aa-", "POST", "contact-imports/ID/check", {"mapping": ["name"]}),
    ("--aa-", "POST", "contact-imports/ID/start", None),
    ("--aa-", "POST", "contact-imports/ID/cancel", None),
    ("--aa-", "GET", "contact-imports/ID/problems", None),
    ("--aa-", "GET", "contact-imports/ID/report.csv", None),
    ("--aa-", "DELETE", "contact-imports/ID", None),
    ("---a-", "POST", "contacts/ID/erase", {"confirm": "x"}),
    ("---a-", "GET", "contact-erasures/ID", None),
    ("---a-", "GET", "contacts/export.csv", None),
)


async def test_what_each_role_may(api: As) -> None:
    for may, method, path, body in EVERYTHING:
        for code, role in PEOPLE.items():
            status = (await api(code)(method, path.replace("ID", "1" * 16), body)).status_code
            assert (status != 403) == (may[ROLES.index(role)] == "a"), (role, method, path, status)
        assert (await api("nobody")(method, path, body)).status_code == 401, path


async def test_a_centre_may_keep_operators_from_writing(centre: Centre, api: As) -> None:
    ana = await _made(api)
    centre.entry = ContactsEntry(operators_edit=False)
    change = ("PATCH", f"contacts/{ana['id']}", {"name": "x"})
    assert (await api("1005")("POST", "contacts", NEW)).status_code == 403
    assert (await api("1005")(*change, headers={"If-Match": '"1"'})).status_code == 403
    assert (await api("1900")(*change, headers={"If-Match": '"1"'})).status_code == 200
    assert (await api("1005")("GET", f"contacts/{ana['id']}")).status_code == 200


async def test_while_the_database_is_away_everybody_is_told(
    centre: Centre, api: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await _made(api)

    def away(*_: object) -> None:
        raise CatalogueAway("the file is not there")

    with monkeypatch.context() as now:
        now.setattr(centre.desks[-1].book.__class__, "find", away)
        answer = await api("1005")("GET", f"contacts/{ana['id']}")
    assert (answer.status_code, answer.json()["error"]["code"], answer.headers["Retry-After"]) == (
        503,
        "database_away",
        "5",
    )
    with monkeypatch.context() as now:
        now.setattr(centre.audit, "note", away)  # what cannot be noted is not shown
        answer = await api("1005")("GET", f"contacts/{ana['id']}")
    assert (answer.status_code, "Ana" in answer.text) == (503, False)


async def test_an_answer_of_the_companys_system_comes_through(centre: Centre, api: As) -> None:
    centre.services = Services({"clientes": HttpService("clientes", "http://127.0.0.1:9/c/{caller}")})
    centre.entry = ContactsEntry(crm=CrmEntry(service="clientes"))
    centre.lookups.answer = LookupAnswer(200, {"id": "7", "name": "Zoé"})
    answer = (await api("1005")("POST", "contacts/look-up", {"number": ANA})).json()
    assert (answer["crm"], answer["items"][0]["name"], answer["items"][0]["source"]) == ("found", "Zoé", "crm")
