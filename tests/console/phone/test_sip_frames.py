"""What of a browser's SIP comes to Asterisk: everything that a phone says in its own name, and nothing else."""

from __future__ import annotations

import re

import pytest

from console.phone.sip_frames import BadFrame, NotYours, Owner, outward
from sip_agents.digest import Challenge, Credentials, answer

OWNER = Owner("1009", "phones.invalid", "the phone's secret")
OWN = "<sip:1009@phones.invalid>"
OTHERS = "<sip:1010@phones.invalid>"
SDP = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=ñ\r\n"


def message(first: str = "REGISTER sip:phones.invalid SIP/2.0", body: str = "", **headers: str) -> str:
    said = {
        "Via": "SIP/2.0/WS k3j.invalid;branch=z9hG4bK1",
        "From": f"{OWN};tag=a",
        "To": OWN,
        "Call-ID": "call-1",
        "CSeq": f"1 {first.partition(' ')[0]}",
        "Contact": "<sip:1009@k3j.invalid;transport=ws>;expires=60",
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "Content-Length": str(len(body.encode())),
    }
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in said.items()), "", body])


def invite(**headers: str) -> str:
    return message(
        "INVITE sip:900100201@phones.invalid SIP/2.0", SDP, **{"To": "<sip:900100201@phones.invalid>", **headers}
    )


@pytest.mark.parametrize(
    "frame",
    [
        message(),
        invite(),
        invite(From=f'"1009" {OWN};tag=a'),
        message("SIP/2.0 200 OK", SDP, To=f"{OWN};tag=b", From="<sip:600@127.0.0.1>;tag=x", CSeq="7 INVITE"),
        message("BYE sip:asterisk@10.0.0.1:8088;transport=ws SIP/2.0", From=f"{OTHERS};tag=a", To="<sip:600@h>;tag=x"),
        message("ACK sip:asterisk@10.0.0.1 SIP/2.0", To="<sip:600@h>;tag=x"),
        "\r\n\r\n",
    ],
    ids=["register", "invite", "display_name", "response", "bye_in_a_dialog", "ack", "keep_alive"],
)
def test_what_a_phone_says_in_its_own_name_is_passed_as_it_is(frame: str) -> None:
    assert outward(frame, OWNER) == frame


@pytest.mark.parametrize(
    "frame",
    [
        message(To=OTHERS),
        message(From=f"{OTHERS};tag=a"),
        message(To=f"{OTHERS};tag=b", From=f"{OTHERS};tag=a"),
        message(From="<sip:1009@elsewhere.example>;tag=a"),
        message(From="sip:1009@phones.invalid;tag=a"),
        invite(From=f"{OTHERS};tag=a"),
        invite(From=f"{OTHERS};tag=a", To="<sip:900;tag=x@phones.invalid>"),
        invite(From=f'"<sip:1009@phones.invalid>" {OTHERS};tag=a'),
    ],
    ids=["to", "from", "with_a_tag", "domain", "no_brackets", "invite", "tag_in_the_address", "in_the_name"],
)
def test_whoever_speaks_in_anothers_name_is_answered_403_here(frame: str) -> None:
    with pytest.raises(NotYours) as refused:
        outward(frame, OWNER)
    lines = refused.value.answer.split("\r\n")
    assert lines[0] == "SIP/2.0 403 Forbidden"
    assert {"Via: SIP/2.0/WS k3j.invalid;branch=z9hG4bK1", "Call-ID: call-1", "Content-Length: 0"} <= set(lines)


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "PUBLISH"])
def test_what_is_not_for_phones_is_answered_405(method: str) -> None:
    with pytest.raises(NotYours) as refused:
        outward(message(f"{method} sip:1010@phones.invalid SIP/2.0"), OWNER)
    assert refused.value.answer.startswith("SIP/2.0 405 ")
    assert f"To: {OWN};tag=console" in refused.value.answer


def test_an_acknowledgement_is_never_answered() -> None:
    with pytest.raises(NotYours) as refused:
        outward(message("ACK sip:900@phones.invalid SIP/2.0", From=f"{OTHERS};tag=a"), OWNER)
    assert refused.value.answer == ""


ONE = message()
OTHER = message(To=OTHERS, From=f"{OTHERS};tag=a")


@pytest.mark.parametrize(
    "frame",
    [
        ONE + OTHER,
        ONE.replace("Content-Length: 0", f"Content-Length: 0\r\nContent-Length: {len(OTHER)}") + OTHER,
        ONE.replace("Content-Length: 0\r\n", "") + OTHER,
        ONE.replace(f"From: {OWN};tag=a", f"From: {OWN};tag=a\r\nf: {OTHERS};tag=a"),
        ONE.replace(f"From: {OWN};tag=a", f"From: {OWN};tag=a\r\nFrom : {OTHERS};tag=a"),
        ONE.replace(f"From: {OWN};tag=a", f"From: {OWN};tag=a\r\n ,{OTHERS}"),
        ONE.replace("Call-ID: call-1", "Call-ID: call-1\nFrom: <sip:1010@phones.invalid>;tag=a"),
        ONE.replace("Call-ID: call-1", "Call-ID: call-1\rFrom: <sip:1010@phones.invalid>;tag=a"),
        ONE.replace("REGISTER sip:phones.invalid SIP/2.0", "REGISTER sip:phones.invalid\x00 SIP/2.0"),
        ONE.replace("Via: SIP", "Via: \x00SIP"),
        ONE.replace("Via", "Vía"),
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "\r\n" + ONE,
        "",
        "x" * 1000,
    ],
)
def test_what_two_parsers_could_read_differently_is_no_phones(frame: str) -> None:
    with pytest.raises(BadFrame):
        outward(frame, OWNER)


def proved(frame: str) -> dict[str, str]:
    """What the Authorization that Asterisk gets says."""
    (line,) = re.findall(r"^Authorization: Digest (.*)\r$", frame, re.M)
    return {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', line)}


@pytest.mark.parametrize("qop", ["", ', qop=auth, nc=00000003, cnonce="0a4f"'])
def test_a_challenge_that_was_answered_with_any_password_is_answered_with_the_phones_own(qop: str) -> None:
    uri = "sip:phones.invalid"
    said = (
        f'Digest algorithm=MD5, username="1009", realm="asterisk", nonce="n1", uri="{uri}", response="{"0" * 32}"{qop}'
    )
    passed = outward(message(Authorization=said), OWNER)
    challenge = Challenge("asterisk", "n1", "MD5", None, uses_qop=bool(qop), stale=False)
    right = answer(challenge, Credentials("1009", OWNER.secret), "REGISTER", uri, "0a4f", 3)
    assert proved(passed)["response"] == right
    assert proved(passed)["username"] == "1009"
    assert OWNER.secret not in passed


def test_nobody_proves_to_be_another() -> None:
    said = 'Digest username="1010", realm="asterisk", nonce="n1", uri="sip:phones.invalid", response="0"'
    with pytest.raises(NotYours):
        outward(message(Authorization=said), OWNER)


@pytest.mark.parametrize("said", ["Basic MTAwOTp4", 'Digest username="1009"', "Digest"])
def test_an_authorization_of_another_kind_is_no_phones(said: str) -> None:
    with pytest.raises(BadFrame):
        outward(message(Authorization=said), OWNER)


def test_an_owners_secret_is_in_no_repr() -> None:
    assert OWNER.secret not in repr(OWNER)
