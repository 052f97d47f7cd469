"""Requests of a dialog go where its routes and its remote target say."""

from __future__ import annotations

import pytest

from sip_agents.address import NameAddr, parse_name_addr, parse_uri
from sip_agents.dialog import Dialog, Identity
from sip_agents.errors import MalformedMessage
from sip_agents.message import Headers, Request, response_to

ME = Identity(NameAddr(parse_uri("sip:1001@127.0.0.1")), parse_uri("sip:1001@127.0.0.2:6000"), lambda: "z9hG4bKx")
PEER = ("127.0.0.1", 5060)


def invite(*more: tuple[str, str]) -> Request:
    fields = (
        ("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1"),
        ("From", "<sip:a@127.0.0.1>;tag=f"),
        ("To", "<sip:b@127.0.0.1>"),
        ("Call-ID", "c"),
        ("CSeq", "4 INVITE"),
        *more,
    )
    return Request("INVITE", "sip:b@127.0.0.1", Headers(fields))


ROUTES = ("Record-Route", "<sip:127.0.0.11:5081;lr>, <sip:127.0.0.12:5082;lr>")


def test_callee_follows_the_routes_in_order_and_the_caller_in_reverse() -> None:
    request = invite(ROUTES, ("Contact", "<sip:a@127.0.0.9:7000>"))
    callee = Dialog.of_callee(request, "mine", PEER)
    bye, to = callee.next().request("BYE", ME)
    assert bye.uri == "sip:a@127.0.0.9:7000"
    assert bye.headers.every("Route") == ("<sip:127.0.0.11:5081;lr>", "<sip:127.0.0.12:5082;lr>")
    assert to == ("127.0.0.11", 5081)

    response = response_to(request, 200, "", "theirs", ("Contact", "<sip:b@127.0.0.8:7001>"))
    caller = Dialog.of_caller(request, response, PEER)
    bye, to = caller.next().request("BYE", ME)
    assert bye.uri == "sip:b@127.0.0.8:7001"
    assert bye.headers.every("Route") == ("<sip:127.0.0.12:5082;lr>", "<sip:127.0.0.11:5081;lr>")
    assert to == ("127.0.0.12", 5082)
    assert bye.headers.cseq.number == 5


def test_strict_router_takes_the_place_of_the_request_uri() -> None:
    request = invite(("Record-Route", "<sip:127.0.0.11:5081>"), ("Contact", "<sip:a@127.0.0.9:7000>"))
    bye, to = Dialog.of_callee(request, "mine", PEER).request("BYE", ME)
    assert bye.uri == "sip:127.0.0.11:5081"
    assert bye.headers.every("Route") == ("<sip:a@127.0.0.9:7000>",)
    assert to == ("127.0.0.11", 5081)


def test_tags_are_turned_round_for_the_callee() -> None:
    dialog = Dialog.of_callee(invite(("Contact", "<sip:a@127.0.0.9>")), "mine", PEER)
    bye, _ = dialog.next().request("BYE", ME)
    assert (bye.headers.sender.tag, bye.headers.recipient.tag) == ("mine", "f")
    assert bye.headers.cseq.number == 1


def test_reinvite_with_a_new_contact_moves_the_target() -> None:
    dialog = Dialog.of_callee(invite(("Contact", "<sip:a@127.0.0.9>")), "mine", PEER)
    moved = dialog.hearing(invite(("Contact", "<sip:a@127.0.0.44:9>")))
    assert (moved.target.host, moved.remote_sequence) == ("127.0.0.44", 4)


def test_name_that_is_not_looked_up_is_reached_through_the_peer() -> None:
    dialog = Dialog.of_callee(invite(("Contact", "<sip:a@pbx.example.org>")), "mine", PEER)
    assert dialog.request("BYE", ME)[1] == PEER


def test_invite_without_a_contact_makes_no_dialog() -> None:
    with pytest.raises(MalformedMessage):
        Dialog.of_callee(invite(), "mine", PEER)


def test_contact_of_a_phone_reads_back() -> None:
    bye, _ = Dialog.of_callee(invite(("Contact", "<sip:a@127.0.0.9>")), "mine", PEER).request("BYE", ME)
    assert parse_name_addr(bye.headers.need("Contact")).uri == ME.contact
