"""Does a browser get the pages whole, packed, and with a policy under which nothing foreign runs?"""

from __future__ import annotations

import base64
import gzip
import hashlib
import posixpath
import re
from pathlib import Path

import pytest

from console.pages import FOLDER, pages_in
from tests.console.people_served import Controller, console_before

FIRST_PAGE_BYTES = 150_000
FOREIGN = r"""(?:src|href|url|import|from|fetch)\s*[=(]?\s*["'(](?:https?:)?//[^"')]*"""


async def test_every_file_comes_with_its_kind_and_is_asked_for_again_only_when_changed() -> None:
    async with console_before(Controller()) as console:
        for name, page in pages_in().items():
            answer = await console.http.get(f"/{name}")
            assert (answer.status_code, answer.content) == (200, page.plain)
            assert answer.headers["content-type"] == page.kind
            assert answer.headers["x-content-type-options"] == "nosniff"
            again = await console.http.get(f"/{name}", headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        plain = await console.http.get("/js/app.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers


async def test_any_address_of_the_application_gets_the_first_page_and_no_file_is_made_up() -> None:
    async with console_before(Controller()) as console:
        first = (FOLDER / "index.html").read_bytes()
        for path in ("/", "/wall", "/calls/20261128-1", "/../etc/passwd", "/%2e%2e/secrets"):
            assert (await console.http.get(path)).content == first
        for path in ("/js/nothing.js", "/.env", "/js/../../process.py"):
            assert (await console.http.get(path)).status_code == 404
        assert (await console.http.post("/wall")).status_code == 405


async def test_the_policy_allows_the_import_map_and_nothing_else_that_stands_in_a_page() -> None:
    async with console_before(Controller()) as console:
        answer = await console.http.get("/")
        policy = answer.headers["content-security-policy"]
        inline = re.findall(r"<script[^>]*type=\"importmap\">(.*?)</script>", answer.text, re.S)
        assert len(inline) == 1
        digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
        assert f"script-src 'self' 'sha256-{digest}';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert " style=" not in answer.text
        assert " on" not in re.sub(r">[^<]*<", "><", answer.text).replace(" content", "")


def test_no_page_names_anything_of_another_host() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".html", ".css") or (path.suffix == ".js" and path.parent.name != "vendor"):
            found = re.findall(FOREIGN, path.read_text("utf-8"))
            assert found == [], path


def test_the_first_page_is_small() -> None:
    """Everything that the sign-in loads: what the first page names, and what those modules import at once."""
    pages = pages_in()
    imports = dict(re.findall(r'"([^"]+)": "/([^"]+)"', pages["index.html"].plain.decode()))
    wanted, seen = ["index.html", "css/base.css", "js/app.js", "icon.svg"], set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        if not name.endswith(".js"):
            continue
        for target in re.findall(r"""\b(?:from|import)\s*["']([^"']+)["']""", pages[name].plain.decode()):
            found = imports.get(target) or posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            wanted.append(found)
    assert {"vendor/preact.js", "js/live.js", "js/shell.js"} <= seen
    total = sum(len(gzip.compress(pages[name].plain, 9)) for name in seen)
    assert total <= FIRST_PAGE_BYTES, f"{total} bytes packed: {sorted(seen)}"


def test_a_file_of_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x")
    (tmp_path / "secret.key").write_text("x")
    with pytest.raises(ValueError, match=r"secret\.key"):
        pages_in(tmp_path)
