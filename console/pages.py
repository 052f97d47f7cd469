"""How do the pages come to the browser? Read once, packed once, and asked for again only when they have changed.

No page is made here: `console/pages/` is what a browser gets, file by file. Any other address that a person may have typed or
bookmarked is the application's own, and gets its first page.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parent / "pages"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
FIRST: Final = "index.html"
_INLINE: Final = re.compile(r"<script type=\"importmap\">(.*?)</script>", re.S)
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(self), speaker-selection=(self)"


@dataclass(frozen=True, slots=True)
class Page:
    """One file: as it is, packed (None where that saves nothing), and its ETag."""

    kind: str
    plain: bytes
    packed: bytes | None
    etag: str


def pages_in(folder: Path = FOLDER) -> dict[str, Page]:
    """Every file below ``folder`` by its address, without the first slash. Raises ValueError for an unknown kind of file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.suffix not in TYPES:
            raise ValueError(
                f"{path} is of no kind that the console serves ({', '.join(TYPES)}); take it out, or add the kind"
            )
        plain = path.read_bytes()
        packed = gzip.compress(plain, 9, mtime=0)
        etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
        found[path.relative_to(folder).as_posix()] = Page(
            TYPES[path.suffix], plain, packed if len(packed) < len(plain) else None, etag
        )
    return found


def policy_of(first: Page) -> str:
    """The Content-Security-Policy: everything from here, and of what stands in the first page only the import map."""
    inline = _INLINE.findall(first.plain.decode())
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline
    )
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def page_routes(pages: dict[str, Page]) -> APIRouter:
    """``GET`` of every page, and the first one for all other addresses of the application; to be added last."""
    router = APIRouter()
    policy = policy_of(pages[FIRST])

    @router.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def show(path: str, request: Request) -> Response:
        found = pages.get(path)
        if found is None and "." in path.rpartition("/")[2]:
            return Response("There is no such file.\n", 404, media_type="text/plain")
        page = found or pages[FIRST]
        headers = {
            "ETag": page.etag,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            "Content-Security-Policy": policy,
            "Permissions-Policy": PERMISSIONS,
        }
        if page.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        packs = "gzip" in request.headers.get("accept-encoding", "")
        body = page.packed if packs and page.packed is not None else page.plain
        if body is page.packed:
            headers["Content-Encoding"] = "gzip"
        return Response(body, 200, headers, page.kind)

    return router
