"""Static files, read once at the start and sent with an ETag, so that browsers rarely download them again."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = (".css", ".js", ".svg")


@dataclass(frozen=True)
class StaticFile:
    body: bytes
    gzipped: bytes | None
    content_type: str
    etag: str


class StaticFiles:
    """The files of a folder by name. Names are looked up in memory, so that no request can reach other files."""

    def __init__(self, folder: Path) -> None:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        self._files = {path.name: _load_file(path) for path in found if path.suffix in CONTENT_TYPES}

    def respond(self, request: Request, name: str, *, any_site: bool = False) -> HTTPResponse:
        """The file, or "not modified". Raises NotFound."""
        file = self._files.get(name)
        if file is None:
            raise NotFound()
        headers = {
            "ETag": file.etag,
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            "Cross-Origin-Resource-Policy": "cross-origin" if any_site else "same-origin",
        }
        if any_site:
            headers["Access-Control-Allow-Origin"] = "*"
        if request.headers.get("if-none-match") == file.etag:
            return HTTPResponse(status=304, headers=headers)
        if file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return HTTPResponse(file.gzipped, headers=headers, content_type=file.content_type)
        return HTTPResponse(file.body, headers=headers, content_type=file.content_type)


def _load_file(path: Path) -> StaticFile:
    body = path.read_bytes()
    packed = gzip.compress(body, mtime=0) if path.suffix in COMPRESSIBLE else None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return StaticFile(body, packed, CONTENT_TYPES[path.suffix], etag)
