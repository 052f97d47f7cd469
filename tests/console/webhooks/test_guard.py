"""Does no webhook lead to a machine of our own network, by whatever spelling or name?"""

from __future__ import annotations

import socket
import time

import pytest

from console.webhooks import signing
from console.webhooks.guard import BadUrl, Guard
from console.webhooks.sender import Sender
from console.webhooks.signing import secret_of
from tests.console.webhooks.receiver import Receiver


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com/hooks?a=b",
        "https://crm.example.com:8443/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_it_may_lead_out_into_the_world(url: str) -> None:
    Guard().check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://user:secret@crm.example.com/",
        "https://crm.example.com/#x",
        "ftp://crm.example.com/",
        "file:///etc/passwd",
        "https://",
        "https://crm.example.com/ x",
        "https://crm.example.com:0/",
        "https://[::1/",
        "https://crm.example.com/" + "x" * 2000,
    ],
)
def test_it_leads_to_no_machine_of_ours_and_nowhere_without_https(url: str) -> None:
    with pytest.raises(BadUrl):
        Guard().check_url(url)


def test_a_network_that_the_centre_names_may_be_reached_and_over_plain_http_too() -> None:
    guard = Guard(["10.1.0.0/16", "::1/128"])
    guard.check_url("http://10.1.2.3:8000/hooks")
    guard.check_url("https://[::1]/")
    for url in ("http://10.2.0.1/", "http://crm.example.com/"):
        with pytest.raises(BadUrl):
            guard.check_url(url)


async def test_a_name_that_leads_to_us_is_not_connected_to(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolve(host: str | bytes | None, *args: object, **kwargs: object) -> object:
        return real("127.0.0.1" if host == "crm.example.com" else host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for guard, status in ((Guard(), None), (Guard(["127.0.0.1/32"]), "connected")):
        sender = Sender(guard)
        answer = await sender.send(f"https://crm.example.com:{receiver.port}/hooks", b"{}", {})
        await sender.close()
        if status is None:
            assert "not out in the world" in answer.wrong
        else:  # the same way, but let through: it fails only at TLS, which the receiver does not speak
            assert "SSL" in answer.wrong
    assert receiver.requests == []


async def test_no_redirect_is_followed(receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [307], {"Location": receiver.url}
    sender = Sender(Guard(["127.0.0.0/8"]))
    receiver.secret, body = secret_of(bytes(32)), b"{}"
    headers = signing.headers([receiver.secret], "msg_1", int(time.time()), body)
    answer = await sender.send(receiver.url, body, headers)
    await sender.close()
    assert answer.status == 307
    assert len(receiver.requests) == 1
