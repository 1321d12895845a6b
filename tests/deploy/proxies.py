"""The proxies of deploy/ as processes, without TLS, in front of an app that may be dead."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.deploy.test_files import DEPLOY, program

TWIML = DEPLOY / "twiml"
Proxy = Callable[[Path, int, int], tuple[list[str], dict[str, str]]]


def nginx(folder: Path, port: int, upstream: int) -> tuple[list[str], dict[str, str]]:
    """deploy/nginx.conf without TLS, at `port`."""
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"\n\s+ssl_\w+ .*;", "", text).replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{upstream}").replace("/opt/memberline/deploy", str(DEPLOY))
    head = f"pid {folder}/pid; error_log stderr; daemon off; master_process off; events {{}}"
    bodies = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"{head} http {{ access_log off; {bodies} {text} }}")
    return [program("nginx", "nginx-light"), "-p", str(folder), "-c", str(folder / "nginx.conf")], {}


def caddy(folder: Path, port: int, upstream: int) -> tuple[list[str], dict[str, str]]:
    """deploy/Caddyfile without TLS, at `port`."""
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + (DEPLOY / "Caddyfile").read_text())
    command = [program("caddy", "caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    return command, {
        "MEMBERLINE_HOST": f"http://127.0.0.1:{port}",
        "MEMBERLINE_UPSTREAM": f"127.0.0.1:{upstream}",
        "MEMBERLINE_TWIML": str(TWIML),
        "HOME": str(folder),
    }


@asynccontextmanager
async def proxy_at(folder: Path, make: Proxy, port: int, upstream: int) -> AsyncIterator[str]:
    """A running proxy; its address."""
    command, environment = make(folder, port, upstream)
    with (folder / "proxy.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **environment}, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                assert process.returncode is None, (folder / "proxy.log").read_text()
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()
