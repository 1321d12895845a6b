"""Static files that others wrote are those that the npm lock pins."""

from __future__ import annotations

import pytest

from backend.config import ROOT

COPIES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.min.js": "htmx-ext-sse/dist/sse.min.js",
}


@pytest.mark.parametrize(("name", "original"), COPIES.items())
def test_a_copy_is_the_file_of_the_package(name: str, original: str) -> None:
    packages = ROOT / ".tools" / "peers" / "node_modules"
    if not packages.is_dir():
        pytest.skip("npm is missing: the packages are not here")
    assert (ROOT / "bot" / "static" / name).read_bytes() == (packages / original).read_bytes()
