"""The co-op's logo: what is taken from an upload, so that it can be served to everybody."""

from __future__ import annotations

import hashlib
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from backend.coop import Coop
from backend.errors import MemberlineError, SettingsError
from backend.language import mark
from backend.office_settings.models import OfficeLogo

if TYPE_CHECKING:
    from backend.app import Backend

MAX_BYTES = 40_000
LEAST_PIXELS, MOST_PIXELS = 40, 1024
PNG, SVG = "image/png", "image/svg+xml"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
DRAWN = frozenset(
    "svg g path rect circle ellipse line polyline polygon defs clipPath mask linearGradient radialGradient stop title "
    "desc use symbol".split()
)
"""The elements of an SVG that stay. Others (script, style, image, foreignObject, text in fonts of elsewhere) go."""
ATTRIBUTES = frozenset(
    "viewBox width height x y x1 x2 y1 y2 cx cy r rx ry fx fy d points fill fill-rule fill-opacity stroke stroke-width "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-opacity opacity transform clip-path "
    "clip-rule mask id offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod clipPathUnits "
    "maskUnits preserveAspectRatio href".split()
)
OWN_REFERENCE = re.compile(r"#[\w-]+")
FOREIGN_URL = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)


class LogoRefused(MemberlineError):
    """The file is no logo that can be used; the text says why, for the office."""

    code = "logo"


@dataclass(frozen=True)
class Logo:
    """A cleaned logo. `digest` is the SHA-256 of its content, in hex."""

    media_type: str
    content: bytes
    digest: str


def clean_logo(content: bytes) -> Logo:
    """A PNG written anew, or an SVG with nothing but drawn shapes. Raises LogoRefused."""
    if not content or len(content) > MAX_BYTES:
        raise LogoRefused(mark("The logo must be a file of at most 40 KB."))
    is_png = content.startswith(b"\x89PNG\r\n\x1a\n")
    media_type, cleaned = (PNG, _clean_png(content)) if is_png else (SVG, _clean_svg(content))
    return Logo(media_type, cleaned, hashlib.sha256(cleaned).hexdigest())


async def keep_logo(session: AsyncSession, backend: Backend, logo: Logo) -> None:
    """Store it, once; it is shown when a version that names it is published."""
    if await session.get(OfficeLogo, logo.digest) is None:
        now = backend.clock.now()
        session.add(
            OfficeLogo(digest=logo.digest, media_type=logo.media_type, content=logo.content, added_at=now)
        )  # fmt: skip


async def find_logo(session: AsyncSession, digest: str) -> Logo | None:
    kept = await session.get(OfficeLogo, digest) if digest else None
    return Logo(kept.media_type, kept.content, kept.digest) if kept else None


def read_logo_files(coop: Coop, folder: Path) -> Mapping[str, Logo]:
    """The logo that coop.toml names, by its name. Raises SettingsError."""
    name = coop.shown.look.logo
    if not name:
        return {}
    try:
        return {name: clean_logo((folder / Path(name).name).read_bytes())}
    except OSError as error:
        raise SettingsError(f"COOP_FILE: look.logo: {name} cannot be read: {error.strerror}") from None
    except LogoRefused as refused:
        raise SettingsError(f"COOP_FILE: look.logo: {name}: {refused}") from None


def _clean_png(content: bytes) -> bytes:
    """Written anew: without comments, places and whatever stands behind the picture."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if not all(LEAST_PIXELS <= side <= MOST_PIXELS for side in image.size):
                raise LogoRefused(mark("The logo must be 40 to 1,024 pixels wide and high."))
            written = io.BytesIO()
            image.convert("RGBA").save(written, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise LogoRefused(mark("This file is not a picture that can be read. Save it as PNG or SVG.")) from None
    return written.getvalue()


def _clean_svg(content: bytes) -> bytes:
    unreadable = LogoRefused(mark("This file is not a picture that can be read. Save it as PNG or SVG."))
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        raise LogoRefused(mark("An SVG with a document type is not taken. Save it as plain SVG."))
    try:
        root = ET.fromstring(content.decode("utf-8-sig"))  # noqa: S314 - without a document type
    except (UnicodeDecodeError, ET.ParseError):
        raise unreadable from None
    if root.tag != f"{{{SVG_NAMESPACE}}}svg":
        raise unreadable
    if "viewBox" not in root.attrib and not {"width", "height"} <= set(root.attrib):
        raise unreadable
    _strip(root)
    if not any(_local(each.tag) not in ("svg", "g", "defs", "title", "desc") for each in root.iter()):
        raise LogoRefused(mark("Nothing of this SVG can be shown: it must be drawn shapes, not a photo or text."))
    ET.register_namespace("", SVG_NAMESPACE)
    return ET.tostring(root, encoding="utf-8")


def _strip(element: ET.Element) -> None:
    for name, value in list(element.attrib.items()):
        is_reference = _local(name) == "href"
        fits = OWN_REFERENCE.fullmatch(value) if is_reference else not FOREIGN_URL.search(value)
        if _local(name) not in ATTRIBUTES or not fits:
            del element.attrib[name]
    for child in list(element):
        if isinstance(child.tag, str) and child.tag.startswith(f"{{{SVG_NAMESPACE}}}") and _local(child.tag) in DRAWN:
            _strip(child)
        else:
            element.remove(child)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
