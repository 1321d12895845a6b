"""Calls the app's actions over a kept connection, instead of a new one for every action."""

from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from engine.logs import REQUEST_HEADER, TURN

# Shorter than the app keeps idle connections, so that none is used just as the other side closes it.
IDLE_SECONDS = 15


class KeepAliveEndpoint(EndpointConfig):
    """An action endpoint that keeps its connections; endpoints.yml gives it the token as a header."""

    _session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Send one action call and return its JSON answer.

        Raises:
            ClientResponseError: any status from 400 up.
        """
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS))
        named = TURN.get().get("request")
        headers = {**self.headers, REQUEST_HEADER: named} if named else self.headers
        request = self._session.request(method, self.url, headers=headers, compress=compress, **kwargs)
        async with request as answer:
            if answer.status >= 400:
                raise ClientResponseError(answer.status, answer.reason or "", (await answer.text()))
            return await answer.json()

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()
