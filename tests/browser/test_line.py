"""A phone's line through the console to a real Asterisk, spoken by hand: without the secret, and gone with the log-in."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp

from tests.browser.people import BrowserStack
from tests.e2e.stack import WEB_SECRET

PATIENCE_S = 10.0


async def register(phone: aiohttp.ClientWebSocketResponse, code: str) -> str:
    """REGISTER, answer the challenge with a password that is none, and return the status line."""
    status, answer = "", ""
    for count in (1, 2):
        fields = [
            "REGISTER sip:phones.invalid SIP/2.0",
            f"Via: SIP/2.0/WS hand.invalid;branch=z9hG4bK{count}{code}",
            f"From: <sip:{code}@phones.invalid>;tag=hand",
            f"To: <sip:{code}@phones.invalid>",
            f"Call-ID: by-hand-{code}",
            f"CSeq: {count} REGISTER",
            "Max-Forwards: 70",
            f"Contact: <sip:{code}@hand.invalid;transport=ws>;expires=60",
            *([f"Authorization: {answer}"] if answer else []),
            "Content-Length: 0",
        ]
        await phone.send_str("\r\n".join([*fields, "", ""]))
        while not (said := str((await phone.receive(PATIENCE_S)).data)).startswith("SIP/2.0 "):
            pass  # Asterisk asks whether the phone is there
        status = said.partition("\r\n")[0]
        asked = dict(re.findall(r'(realm|nonce)="([^"]*)"', said))
        if "401" not in status:
            break
        given = {"username": code, "uri": "sip:phones.invalid", "response": "0" * 32, "cnonce": "c", **asked}
        answer = "Digest " + ", ".join(f'{name}="{value}"' for name, value in given.items()) + ", qop=auth, nc=00000001"
    return status


async def test_a_phone_registers_through_the_console_without_the_secret_and_is_gone_with_its_log_in(
    stack: BrowserStack,
) -> None:
    console = stack.settings.console_url
    async with stack.watch() as watch, aiohttp.ClientSession(console) as http:
        async with http.post("/api/v1/login", json={"code": "1009", "secret": WEB_SECRET}) as said:
            token = {"Authorization": f"Bearer {(await said.json())['token']}"}
        async with http.post("/api/v1/me/phone/line", headers=token) as said:
            line: Any = await said.json()
        async with http.ws_connect(line["socket"], protocols=("sip",), origin=console) as phone:
            assert (await register(phone, "1010")).startswith("SIP/2.0 403 ")
            assert await register(phone, "1009") == "SIP/2.0 200 OK"
            await watch.operator("1009", phone="reachable", phone_reason=None)
            async with http.post("/api/v1/logout", headers=token) as said:
                assert said.status == 204
            async with asyncio.timeout(PATIENCE_S):
                while not phone.closed:
                    await phone.receive()
            assert phone.close_code == 4401
            await watch.operator("1009", phone="unreachable", phone_reason="not_registered")
