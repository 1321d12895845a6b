"""A server is talked to only with a certificate of an authority that is trusted, for its name."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from backend.providers.billing.system import SystemUnavailable
from backend.providers.multispeak.client import Login, MultiSpeakClient
from tests.standins.multispeak_wsdl import write_wsdl

PONG = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    "<PingURLResponse><PingURLResult/></PingURLResponse></e:Body></e:Envelope>"
)


class SecureServer:
    def __init__(self, port: int, certificate: Path, wsdl: Path) -> None:
        self.port, self.certificate, self.wsdl = port, certificate, wsdl
        self.asked: list[str] = []


@pytest.fixture(scope="module")
def key_and_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Signed by itself, for 127.0.0.1 and not for localhost."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    options = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"]
    names = ["-subj", "/CN=vendor", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([openssl, *options, "-keyout", key, "-out", certificate, *names], check=True, capture_output=True)
    return key, certificate


@pytest.fixture
async def server(key_and_certificate: tuple[Path, Path], tmp_path: Path) -> AsyncIterator[SecureServer]:
    key, certificate = key_and_certificate
    wsdl = tmp_path / "vendor.wsdl"
    wsdl.write_text(write_wsdl("CB"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    found = SecureServer(0, certificate, wsdl)

    async def answer(request: web.Request) -> web.Response:
        found.asked.append(request.method)
        return web.Response(text=PONG if request.method == "POST" else wsdl.read_text(), content_type="text/xml")

    application = web.Application()
    application.router.add_route("*", "/CB", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    found.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield found
    await runner.cleanup()


async def ping(server: SecureServer, host: str, *, trusted: bool, from_file: bool) -> None:
    url = f"https://{host}:{server.port}/CB"
    wsdl = str(server.wsdl) if from_file else f"{url}?WSDL"
    ca_file = str(server.certificate) if trusted else None
    client = MultiSpeakClient(url, wsdl, Login("u", "p", ""), seconds=5, ca_file=ca_file)
    try:
        await client.call("PingURL", changes=True)
    finally:
        await client.close()


async def test_an_authority_that_is_named_is_trusted(server: SecureServer) -> None:
    await ping(server, "127.0.0.1", trusted=True, from_file=False)
    assert server.asked == ["GET", "POST"]


@pytest.mark.parametrize("from_file", [True, False])
@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", False), ("localhost", True)])
async def test_nothing_is_sent_to_anybody_else(server: SecureServer, host: str, trusted: bool, from_file: bool) -> None:
    with pytest.raises(SystemUnavailable, match="certificate"):
        await ping(server, host, trusted=trusted, from_file=from_file)
    assert server.asked == []
