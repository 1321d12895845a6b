"""Serves the trained model on loopback: `python engine/serve.py --model models/current.tar.gz --port N`.

Not Rasa's own server: that one opens its HTTP API or a root page to all interfaces, and goes on without a
model when the file is missing or broken.
"""

import argparse
import ctypes
import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import bootstrap  # noqa: E402 - the line above makes it importable

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

HOST = "127.0.0.1"
MAX_BODY_BYTES = 1024 * 1024  # all of knowledge/, should the office change all of it
KEEP_ALIVE_SECONDS = 75
PR_SET_PDEATHSIG = 1
MIN_TOKEN_LENGTH = 32  # characters


def exit_with_error(text: str) -> None:
    """Say in one line why the engine does not start, and end."""
    sys.exit(f"engine: {text}")


def open_listening_socket(port: int) -> socket.socket:
    """Bind before the slow loading, so that a taken port is reported at once."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        exit_with_error(f"port {port} of {HOST} cannot be used: {error.strerror}")
    return listener


def load_agent(model: Path, endpoints_file: Path) -> "Agent":
    """Rasa's agent for the model, with our stores, choice of wording and action connection."""
    from rasa.core.agent import Agent
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from engine.action_endpoint import KeepAliveEndpoint
    from engine.patches import TurnFailedError

    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    agent = Agent(
        generator=endpoints.nlg,
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=KeepAliveEndpoint(
            url=endpoints.action.url, headers=endpoints.action.headers, **endpoints.action.kwargs
        ),
    )
    # Not through the constructor, which wraps it so that a database error turns into an empty conversation.
    agent.tracker_store = TrackerStore.create(endpoints.tracker_store)
    agent.load_model(model)

    def too_many_actions(*_: object) -> None:
        raise TurnFailedError("the policies chose more actions than a turn may have")

    agent.processor.on_circuit_break = too_many_actions
    return agent


def build_app(agent: "Agent", credentials_file: Path) -> "Sanic":
    """The web app with the edge channel and nothing else."""
    from rasa.core.channels.channel import register
    from rasa.core.run import create_http_input_channels
    from sanic import Sanic

    app = Sanic("engine", configure_logging=False)
    app.config.update(
        KEEP_ALIVE_TIMEOUT=KEEP_ALIVE_SECONDS, REQUEST_MAX_SIZE=MAX_BODY_BYTES, FALLBACK_ERROR_FORMAT="json"
    )
    app.ctx.agent = agent
    register(create_http_input_channels(None, str(credentials_file)), app, route="/webhooks/")

    @app.after_server_stop
    async def close_connections(_: "Sanic", __: object) -> None:
        await agent.action_endpoint.close()

    return app


def main() -> None:
    """Load everything, then serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=bootstrap.ROOT / "models" / "current.tar.gz")
    parser.add_argument("--port", type=int, default=int(os.environ.get("ENGINE_PORT", "5005")))
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    arguments = parser.parse_args()
    if arguments.with_parent and sys.platform == "linux":
        # Linux then ends this process when the one that started it ends, however it ends
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    token = os.environ.get("ENGINE_TOKEN", "")
    if not token:
        exit_with_error("ENGINE_TOKEN is not set; the app and the engine share it")
    if os.environ.get("MEMBERLINE_ENV") == "production" and len(token) < MIN_TOKEN_LENGTH:
        exit_with_error(
            f"ENGINE_TOKEN has fewer than {MIN_TOKEN_LENGTH} characters, and MEMBERLINE_ENV=production needs a secret"
        )
    os.umask(0o077)  # the tracker's file has members' messages
    if not arguments.model.is_file():
        exit_with_error(f"no model at {arguments.model}: run `make train`")
    listener = open_listening_socket(arguments.port)
    bootstrap.prepare()
    from engine import patches

    patches.apply_patches()
    here = Path(__file__).resolve().parent
    try:
        agent = load_agent(arguments.model, here / "endpoints.yml")
    except Exception as error:
        exit_with_error(f"{arguments.model} could not be loaded ({type(error).__name__}: {error}): run `make train`")
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection in the middle of a turn has to look at it
    build_app(agent, here / "credentials.yml").run(sock=listener, access_log=False, debug=False, motd=False)


if __name__ == "__main__":
    main()
