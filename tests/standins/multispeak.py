"""A billing and an outage system of MultiSpeak 3.0, as a process of its own: multispeak_server.js on npm `soap`."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.standins.multispeak_wsdl import write_wsdl
from tests.support.peers import node_module

if TYPE_CHECKING:
    from backend.providers.multispeak.wsdl import Wsdl

SCRIPT = Path(__file__).with_name("multispeak_server.js")
USER, PASSWORD, COMPANY = "memberline", "right-9d2f", "Example Co-op"
PUBLISHED = os.environ.get("MULTISPEAK_WSDL_DIR")
"""A folder with the published CB_Server.wsdl and OA_Server.wsdl, to run the same tests with them."""


class MultiSpeakServer:
    """`wsdl("CB")` is what a vendor would hand out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, Wsdl] = {}
        for server in ("CB", "OA"):
            published = Path(PUBLISHED) / f"{server}_Server.wsdl" if PUBLISHED else None
            self.wsdl(server).write_text(published.read_text("utf-8-sig") if published else write_wsdl(server))
        command = ["node", str(SCRIPT), str(node_module("soap")), str(self.wsdl("CB")), str(self.wsdl("OA"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def wsdl(self, server: str) -> Path:
        return self._folder / f"{server}_Server.wsdl"

    def loaded(self, server: str) -> Wsdl:
        """The same, read once: reading it takes longer than most tests."""
        from backend.providers.multispeak.wsdl import Wsdl  # tests of other things need no SOAP library

        if server not in self._loaded:
            self._loaded[server] = Wsdl.load(str(self.wsdl(server)), seconds=5, ca_file=None)
        return self._loaded[server]

    def url(self, server: str) -> str:
        return f"http://127.0.0.1:{self.port}/{server}_Server.asmx"

    def settings(self) -> dict[str, Any]:
        return {
            "multispeak_cb_url": self.url("CB"),
            "multispeak_cb_wsdl": str(self.wsdl("CB")),
            "multispeak_oa_url": self.url("OA"),
            "multispeak_oa_wsdl": str(self.wsdl("OA")),
            "multispeak_user": USER,
            "multispeak_password": PASSWORD,
            "multispeak_company": COMPANY,
        }

    def reset(self, **books: Any) -> None:
        self._control({"reset": books})

    def change(self, **books: Any) -> None:
        self._control({"books": books})

    def trouble(self, **operations: dict[str, Any]) -> None:
        """What goes wrong from now on, by operation: fault, result, body, delay (ms) or hangUp."""
        self._control({"trouble": operations})

    @property
    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._control({})["calls"]
        return found

    @property
    def payments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._control({})["payments"]
        return found

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def _control(self, told: dict[str, Any]) -> Any:
        address = f"http://127.0.0.1:{self.port}/control"
        with urllib.request.urlopen(address, json.dumps(told).encode(), timeout=10) as answer:
            return json.load(answer)
