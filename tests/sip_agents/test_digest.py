"""Digest proofs are those of the standards' own examples."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_agents.address import parse_via
from sip_agents.authorise import authorised
from sip_agents.digest import Challenge, Credentials, answer, authorization, parse_challenge, strongest
from sip_agents.errors import MalformedMessage
from sip_agents.message import Headers, Request, Response

# RFC 7616, section 3.9.1
RFC_7616 = Challenge(
    realm="http-auth@example.org",
    nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    algorithm="SHA-256",
    opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    uses_qop=True,
    stale=False,
)
MUFASA = Credentials("Mufasa", "Circle of Life")
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def test_sha_256_example_of_rfc_7616() -> None:
    proof = answer(RFC_7616, MUFASA, "GET", "/dir/index.html", CNONCE)
    assert proof == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"


def test_md5_example_of_rfc_7616() -> None:
    proof = answer(replace(RFC_7616, algorithm="MD5"), MUFASA, "GET", "/dir/index.html", CNONCE)
    assert proof == "8ca523f5e9506fed4657c9700eebdbec"


def test_md5_example_of_rfc_2617() -> None:
    challenge = parse_challenge(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    proof = answer(challenge, Credentials("Mufasa", "Circle Of Life"), "GET", "/dir/index.html", "0a4f113b")
    assert proof == "6629fae49393a05397450978507c4ef1"


def test_strongest_algorithm_is_chosen_whatever_the_order() -> None:
    offered = ['Digest realm="a", nonce="n", algorithm=MD5', 'Digest realm="a", nonce="n", algorithm=SHA-256']
    for headers in (offered, offered[::-1]):
        best = strongest(headers)
        assert best is not None
        assert best.algorithm == "SHA-256"


def test_challenge_that_cannot_be_answered_is_passed_over() -> None:
    assert strongest(['Digest realm="a", nonce="n", algorithm=AKAv1-MD5', "Basic realm=x", 'Digest realm="a']) is None
    assert strongest(['Digest realm="a", nonce="n", qop="auth-int"']) is None


def test_quotes_in_a_realm_survive_the_round_trip() -> None:
    challenge = parse_challenge(r'Digest realm="a \"b\", c", nonce="n", stale=TRUE')
    assert (challenge.realm, challenge.stale) == ('a "b", c', True)
    assert r'realm="a \"b\", c"' in authorization(challenge, MUFASA, "REGISTER", "sip:h", "c")


def test_proof_without_qop_sends_no_count() -> None:
    written = authorization(replace(RFC_7616, uses_qop=False), MUFASA, "REGISTER", "sip:h", "c")
    assert "nc=" not in written
    assert "qop" not in written


def test_secret_is_not_in_repr() -> None:
    assert "Circle" not in repr(MUFASA)


@given(st.text(max_size=80))
def test_no_challenge_text_raises_anything_but_malformed(text: str) -> None:
    with suppress(MalformedMessage):
        parse_challenge("Digest " + text)


VIA = parse_via("SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKnew")
REGISTER = Request("REGISTER", "sip:h", Headers((("Via", "old"), ("CSeq", "7 REGISTER"))))


def challenged(text: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status, "", Headers(((name, text),)))


@pytest.mark.parametrize(("status", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_request_is_sent_again_with_the_next_number_and_a_new_branch(status: int, header: str) -> None:
    again = authorised(REGISTER, challenged('Digest realm="r", nonce="n"', status), MUFASA, VIA, "c", tries=1)
    assert again is not None
    assert again.headers.cseq.number == 8
    assert again.headers.top_via.branch == "z9hG4bKnew"
    assert again.headers.need(header).startswith("Digest ")


def test_refused_proof_is_not_tried_again_unless_the_nonce_was_stale() -> None:
    challenge = 'Digest realm="r", nonce="n"'
    tried = authorised(REGISTER, challenged(challenge), MUFASA, VIA, "c", tries=1)
    assert tried is not None
    assert authorised(tried, challenged(challenge), MUFASA, VIA, "c", tries=2) is None
    again = authorised(tried, challenged(challenge + ", stale=true"), MUFASA, VIA, "c", tries=2)
    assert again is not None
    assert len(again.headers.every("Authorization")) == 1
    assert authorised(again, challenged(challenge + ", stale=true"), MUFASA, VIA, "c", tries=3) is None


def test_phone_without_a_secret_does_not_try() -> None:
    assert authorised(REGISTER, challenged('Digest realm="r", nonce="n"'), None, VIA, "c", tries=1) is None
