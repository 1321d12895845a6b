"""Email by the SMTP server in SMTP_URL."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from backend.config import Settings
from backend.config.hosts import is_this_machine
from backend.coop import load_coop
from backend.errors import SettingsError
from backend.providers.messages.base import TransportError
from backend.providers.messages.html_mail import Sender, render_html

SECONDS = 20.0
PORTS = {"smtp": 587, "smtps": 465}


class SmtpEmail:
    """One connection per message: a co-op sends few, and servers drop idle connections anyway.

    SMTP_URL is `smtp://user:password@host:port` (STARTTLS required except to localhost) or `smtps://...`;
    `?from=address` overrides the sender, by default the office's address in coop.toml.
    """

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.smtp_url or "")
        if parts.scheme not in PORTS or not parts.hostname:
            raise SettingsError("SMTP_URL must look like smtp://user:password@mail.coop.example:587")
        coop = load_coop(settings.coop_file)
        self._host = parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._tls = parts.scheme == "smtps"
        # required: a man in the middle could strip the STARTTLS capability
        self._start_tls = None if self._tls or is_this_machine(self._host) else True
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._address = (parse_qs(parts.query).get("from") or [coop.email])[0]
        self._sender = formataddr((coop.name, self._address))
        self._frame = Sender(coop.name, f"{coop.name} · {coop.office_phone_display} · {coop.email}")

    @property
    def _connection(self) -> dict[str, Any]:
        return {
            "hostname": self._host,
            "port": self._port,
            "username": self._user,
            "password": self._password,
            "use_tls": self._tls,
            "start_tls": self._start_tls,
            "timeout": SECONDS,
        }

    async def send_email(self, to: str, subject: str, body: str, *, key: str) -> str:
        """Send one message; returns its Message-ID. Raises TransportError."""
        message = self._message(to, subject, body, key)
        try:
            await aiosmtplib.send(message, sender=self._address, recipients=[to], **self._connection)
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code if error.recipients else 550
            raise TransportError(str(code), permanent=code >= 500) from error
        except aiosmtplib.SMTPResponseException as error:
            # a wrong password (535) is a setting to correct, so the message is retried
            wrong_login = isinstance(error, aiosmtplib.SMTPAuthenticationError)
            raise TransportError(str(error.code), permanent=error.code >= 500 and not wrong_login) from error
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, permanent=False) from error
        return str(message["Message-ID"])

    async def sign_in(self) -> None:
        """Connect, sign in where the address has a user, and leave. Raises TransportError; nothing is sent."""
        server = aiosmtplib.SMTP(**self._connection)
        try:
            async with server:
                pass
        except aiosmtplib.SMTPAuthenticationError as error:
            raise TransportError(f"{error.code}, the user or the password is refused", permanent=True) from error
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, permanent=False) from error

    async def close(self) -> None:
        return None

    def _message(self, to: str, subject: str, body: str, key: str) -> EmailMessage:
        if "@" not in to or parseaddr(to)[1] != to or "\n" in to + subject or "\r" in to + subject:
            raise TransportError("address", permanent=True)
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate()
        # derived from the key, so that mail servers can detect duplicates
        identity = hashlib.sha256(key.encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{identity}@{self._address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        message.add_alternative(render_html(subject, body, self._frame), subtype="html")
        return message
