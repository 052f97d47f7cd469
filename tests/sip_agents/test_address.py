"""Names, URIs and Vias are read as people and proxies write them."""

from __future__ import annotations

import pytest

from sip_agents.address import NameAddr, SipUri, parse_name_addr, parse_uri, parse_via, split_outside_quotes
from sip_agents.errors import MalformedMessage


def test_quoted_display_name_keeps_its_quotes_and_brackets() -> None:
    read = parse_name_addr(r'"Ana \"la <jefa>\" Ruiz" <sip:1001@127.0.0.1:5070;transport=udp>;tag=x')
    assert read.display == 'Ana "la <jefa>" Ruiz'
    assert (read.uri.user, read.uri.port, read.tag) == ("1001", 5070, "x")
    assert parse_name_addr(str(read)) == read


def test_parameters_outside_brackets_belong_to_the_header() -> None:
    bare = parse_name_addr("sip:1001@127.0.0.1;tag=x")
    assert (bare.tag, bare.uri.parameters) == ("x", ())


def test_bare_display_name_and_no_display_name() -> None:
    assert parse_name_addr("Ana Ruiz <sip:a@h>").display == "Ana Ruiz"
    assert parse_name_addr("<sip:a@h>").display is None


def test_tag_replaces_an_older_tag() -> None:
    assert parse_name_addr("<sip:a@h>;tag=1;x=2").tagged("3").tag == "3"


def test_user_part_is_unescaped_and_without_its_password() -> None:
    assert parse_uri("sip:ana%20r:secret@127.0.0.1").user == "ana r"
    assert parse_uri("sip:+34600;phone-context=x@127.0.0.1").user == "+34600"


def test_telephone_uri_has_a_user_and_no_address() -> None:
    uri = parse_uri("tel:+34900100200")
    assert (uri.user, uri.socket_address(), str(uri)) == ("+34900100200", None, "tel:+34900100200")


def test_only_an_ipv4_address_can_be_sent_to() -> None:
    assert parse_uri("sip:a@127.0.0.1").socket_address() == ("127.0.0.1", 5060)
    assert parse_uri("sip:a@example.org:5070").socket_address() is None


@pytest.mark.parametrize("text", ["", "sip:", "sip:a@h:0", "sip:a@h:99999", "sip:a b@h", "no scheme", "sip:a@b@c"])
def test_malformed_uri_is_refused(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_uri(text)


@pytest.mark.parametrize("text", ['"open <sip:a@h>', "<sip:a@h", "", '"x" sip:a@h <'])
def test_malformed_name_is_refused(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_name_addr(text)


def test_answer_goes_to_the_port_the_request_came_from_only_with_rport() -> None:
    source = ("127.0.0.9", 40000)
    assert parse_via("SIP/2.0/UDP 10.0.0.1:5070;branch=b;rport").answer_to(source) == source
    assert parse_via("SIP/2.0/UDP 10.0.0.1:5070;branch=b").answer_to(source) == ("127.0.0.9", 5070)
    assert parse_via("SIP/2.0/UDP 10.0.0.1;branch=b").answer_to(source) == ("127.0.0.9", 5060)


def test_via_notes_where_the_request_came_from() -> None:
    noted = parse_via("SIP/2.0/UDP 10.0.0.1:5070;rport;branch=b").received_from(("127.0.0.9", 40000))
    assert str(noted) == "SIP/2.0/UDP 10.0.0.1:5070;branch=b;rport=40000;received=127.0.0.9"


def test_display_name_with_quotes_is_written_so_that_it_reads_back() -> None:
    name = NameAddr(SipUri("1", "127.0.0.1"), 'a"b\\c')
    assert parse_name_addr(str(name)) == name


def test_headers_of_a_uri_are_written_only_where_they_belong_and_read_back() -> None:
    """RFC 3261, 19.1.1 and 19.1.2; the escaped Replaces is RFC 3891's example turned round."""
    uri = SipUri("eva", "127.0.0.1", 5070, headers=(("Replaces", "a@b;to-tag=1;from-tag=2"), ("Subject", "ñ & é")))
    written = uri.with_headers()
    assert written.startswith("sip:eva@127.0.0.1:5070?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=")
    assert parse_uri(written) == uri
    assert str(uri) == SipUri("eva", "127.0.0.1", 5070).with_headers() == "sip:eva@127.0.0.1:5070"


@pytest.mark.parametrize("escaped", ["%0d%0aRoute:%20x", "%0a", "%00"])
def test_line_break_smuggled_into_a_uris_headers_is_refused(escaped: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_uri(f"sip:eva@127.0.0.1?Replaces=a{escaped}")


def test_separator_in_quotes_does_not_cut() -> None:
    assert split_outside_quotes(r'a="1;\";2"; b=<x;y> ;c', ";") == [r'a="1;\";2"', "b=<x;y>", "c"]
