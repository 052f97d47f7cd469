"""SIP text is read and written as RFC 3261 says, and nothing else is let in."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_agents.errors import MalformedMessage
from sip_agents.message import CSeq, Headers, Request, Response, parse, response_to, serialise

# RFC 3261, section 24.2, F1, with a body
INVITE = (
    b"INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
    b"Max-Forwards: 70\r\n"
    b"To: Bob <sip:bob@biloxi.com>\r\n"
    b"From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    b"Call-ID: a84b4c76e66710\r\n"
    b"CSeq: 314159 INVITE\r\n"
    b"Contact: <sip:alice@pc33.atlanta.com>\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Content-Length: 3\r\n\r\nabc"
)


def test_invite_of_the_standard_is_understood() -> None:
    message = parse(INVITE)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:bob@biloxi.com", b"abc")
    assert message.headers.sender.tag == "1928301774"
    assert message.headers.recipient.display == "Bob"
    assert message.headers.cseq == CSeq(314159, "INVITE")
    assert message.headers.top_via.branch == "z9hG4bKnashds8"
    assert message.headers.contact is not None
    assert message.headers.contact.uri.host == "pc33.atlanta.com"


def test_what_is_written_reads_the_same() -> None:
    message = parse(INVITE)
    assert parse(serialise(message)).start_line == message.start_line
    assert parse(serialise(message)).body == message.body


def test_compact_and_odd_case_header_names_are_the_same_headers() -> None:
    compact = INVITE.replace(b"Via:", b"v :").replace(b"Call-ID:", b"i:").replace(b"From:", b"F:")
    assert parse(compact).headers.call_id == "a84b4c76e66710"
    assert parse(compact).headers.sender.uri.user == "alice"


def test_folded_header_is_one_line() -> None:
    folded = INVITE.replace(b"Max-Forwards: 70\r\n", b"Subject: I know\r\n you're there\r\n")
    assert parse(folded).headers.first("s") == "I know you're there"


def test_several_vias_on_one_line_are_several_hops() -> None:
    two = INVITE.replace(b"branch=z9hG4bKnashds8", b"branch=one, SIP/2.0/UDP 10.0.0.1:5080;branch=two")
    headers = parse(two).headers
    assert [headers.top_via.branch, len(headers.listed("Via"))] == ["one", 2]


def test_comma_inside_a_display_name_does_not_cut_a_list() -> None:
    headers = Headers((("Contact", '"Ruiz, Ana" <sip:1001@127.0.0.1;a=1,2>, <sip:x@127.0.0.1>'),))
    assert len(headers.listed("Contact")) == 2


def test_bytes_after_the_announced_body_do_not_count() -> None:
    assert parse(INVITE + b"trailing").body == b"abc"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"hello",
        INVITE.replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n", 1),
        INVITE.replace(b"CSeq: 314159 INVITE", b"CSeq: 314159 BYE"),
        INVITE.replace(b"CSeq: 314159", b"CSeq: 4294967296"),
        INVITE.replace(b"Content-Length: 3", b"Content-Length: 400"),
        INVITE.replace(b"Content-Length: 3", b"Content-Length: -1"),
        INVITE.replace(b"Call-ID: a84b4c76e66710\r\n", b""),
        INVITE.replace(b"Max-Forwards: 70", b"no colon here"),
        INVITE.replace(b"Alice <sip:alice@atlanta.com>", b'"Alice <sip:alice@atlanta.com>'),
        INVITE.replace(b";branch=z9hG4bKnashds8", b""),
        INVITE.replace(b"Alice", b"\xff\xfe"),
    ],
)
def test_malformed_message_is_refused(broken: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse(broken)


@given(st.integers(0, len(INVITE)), st.integers(0, 40), st.binary(max_size=12))
def test_no_damage_to_a_message_raises_anything_but_malformed(at: int, length: int, damage: bytes) -> None:
    with suppress(MalformedMessage):
        message = parse(INVITE[:at] + damage + INVITE[at + length :])
        assert message.headers.contact is None or message.headers.contact.uri
        serialise(message)


def test_response_copies_what_the_caller_needs_to_match_it() -> None:
    request = parse(INVITE.replace(b"Max-Forwards: 70", b"Record-Route: <sip:p1;lr>, <sip:p2;lr>"))
    assert isinstance(request, Request)
    ringing = response_to(request, 180, "", "mytag")
    assert ringing.reason == "Ringing"
    assert ringing.headers.recipient.tag == "mytag"
    assert ringing.headers.top_via.branch == "z9hG4bKnashds8"
    assert ringing.headers.listed("Record-Route") == ("<sip:p1;lr>", "<sip:p2;lr>")
    assert response_to(request, 100, "", "mytag").headers.recipient.tag is None
    assert response_to(request, 486, "", "mytag").headers.listed("Record-Route") == ()


def test_response_line_without_a_reason_is_read() -> None:
    message = parse(b"SIP/2.0 200\r\n" + INVITE.split(b"\r\n", 1)[1])
    assert isinstance(message, Response)
    assert message.status == 200
