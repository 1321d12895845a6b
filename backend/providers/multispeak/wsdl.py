"""Reads a vendor's WSDL and composes requests by it, strictly: what it does not describe is not sent.

The WSDL is the vendor's own, from an address or a file; this project ships none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport
from zeep.wsdl.bindings.soap import Soap11Binding, Soap12Binding

from backend.providers.billing.system import SystemRejected, SystemUnavailable
from backend.providers.multispeak.reaching import explain

NAMESPACE = "http://www.multispeak.org/Version_3.0"
MAX_WSDL_BYTES = 8_000_000
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Request:
    body: bytes
    headers: Mapping[str, str]


class WsdlTransport(Transport):
    """Loads the WSDL and what it imports from the same server or the same folder, up to a size."""

    def __init__(self, location: str, seconds: float, ca_file: str | None) -> None:
        session = requests.Session()
        session.trust_env = False
        session.verify = ca_file or True
        super().__init__(timeout=(CONNECT_SECONDS, seconds), session=session)
        self._location = urlsplit(location)

    def load(self, url: str) -> bytes:
        """Raises OSError."""
        parts = urlsplit(url)
        if parts.scheme in ("http", "https"):
            if parts.netloc != self._location.netloc:
                raise OSError(f"the WSDL imports {parts.netloc}, which is another server: save its parts as files")
            return self._download(url)
        path = Path(parts.path if parts.scheme == "file" else url).resolve()
        if self._location.scheme in ("http", "https") or not path.is_relative_to(self._folder()):
            raise OSError("the WSDL imports a file from elsewhere")
        with path.open("rb") as file:
            return _limited(file.read(MAX_WSDL_BYTES + 1))

    def _folder(self) -> Path:
        return Path(self._location.geturl()).resolve().parent

    def _download(self, url: str) -> bytes:
        with self.session.get(url, stream=True, timeout=self.load_timeout) as answer:
            answer.raise_for_status()
            found = b""
            for chunk in answer.iter_content(65536):
                found = _limited(found + chunk)
            return found


class Wsdl:
    """A vendor's WSDL. Loading it is slow and blocks: `Wsdl.load` belongs into a thread."""

    def __init__(self, client: zeep.Client) -> None:
        self._client = client
        bindings = [
            each
            for kind in (Soap11Binding, Soap12Binding)
            for each in client.wsdl.bindings.values()
            if type(each) is kind
        ]
        if not bindings:
            raise ValueError("it describes no SOAP service")
        self._binding = bindings[0]
        self._operations = {name.lower(): name for name in self._binding.all()}

    @classmethod
    def load(cls, location: str, *, seconds: float, ca_file: str | None) -> Wsdl:
        """Raises SystemUnavailable, with what is wrong with the WSDL."""
        settings = zeep.Settings(strict=False, forbid_dtd=True, forbid_entities=True)
        try:
            found = cls(zeep.Client(location, transport=WsdlTransport(location, seconds, ca_file), settings=settings))
        except requests.exceptions.SSLError as error:
            raise SystemUnavailable(f"the certificate of the server of the WSDL {location} is not trusted") from error
        except requests.exceptions.HTTPError as error:
            status = error.response.status_code if error.response is not None else "an error"
            raise SystemUnavailable(f"there is no WSDL at {location}: the server answers HTTP {status}") from error
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise explain(error, location, seconds) from error
        except (ZeepError, OSError, etree.LxmlError, ValueError, KeyError, AttributeError, TypeError) as error:
            # a wrong WSDL makes zeep raise nearly anything
            raise SystemUnavailable(f"the WSDL {location} cannot be used: {_reason(error)}") from error
        if found.namespace != NAMESPACE:
            raise SystemUnavailable(
                f"the WSDL {location} is of {found.namespace or 'no namespace'}, "
                f"but memberline speaks MultiSpeak 3.0 ({NAMESPACE})"
            )
        return found

    @property
    def namespace(self) -> str:
        return str(self._binding.name.namespace)

    def operation_name(self, name: str) -> str | None:
        """The name under which the WSDL has this operation: vendors write it with and without `Get` before it."""
        bare = name.lower().removeprefix("get")
        return self._operations.get(name.lower()) or self._operations.get(bare) or self._operations.get(f"get{bare}")

    def compose(self, name: str, parameters: Mapping[str, Any], header: Mapping[str, str]) -> Request:
        """The request. Raises SystemRejected: `unsupported` for what the WSDL does not have, `refused` for a value that
        cannot be sent."""
        known = self.operation_name(name)
        if known is None:
            raise SystemRejected("unsupported", f"the WSDL has no operation {name}")
        operation = self._binding.get(known)
        fields = {field.lower(): field for field, _ in operation.input.body.type.elements}
        missing = [each for each in parameters if each.lower() not in fields]
        if missing:
            raise SystemRejected("unsupported", f"{known} has no parameter {missing[0]} in the WSDL")
        proxy = self._client.create_service(self._binding.name, "urn:unused")
        given = {fields[each.lower()]: value for each, value in parameters.items()}
        try:
            envelope = self._client.create_message(proxy, known, _soapheaders=[_header(header)], **given)
        except ValueError as error:  # characters that XML does not have
            raise SystemRejected("refused", f"{known} cannot be written: {_reason(error)}") from error
        except (ZeepError, TypeError, AttributeError) as error:
            raise SystemRejected("unsupported", f"{known} cannot be written by the WSDL: {_reason(error)}") from error
        for element in envelope.iter():
            # zeep writes out the default of this attribute, "Change"; others leave it out, and nothing here is a change
            element.attrib.pop("verb", None)
        return Request(
            etree.tostring(envelope, xml_declaration=True, encoding="utf-8"), self._http_headers(operation.soapaction)
        )

    def _http_headers(self, action: str) -> dict[str, str]:
        if isinstance(self._binding, Soap12Binding):
            return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}


def _header(values: Mapping[str, str]) -> Any:
    header = etree.Element(etree.QName(NAMESPACE, "MultiSpeakMsgHeader"), nsmap={None: NAMESPACE})
    for name, value in values.items():
        header.set(name, value)
    return header


def _limited(content: bytes) -> bytes:
    if len(content) > MAX_WSDL_BYTES:
        raise OSError(f"the WSDL is larger than {MAX_WSDL_BYTES:,} bytes")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, AttributeError | KeyError | TypeError):
        return "it is no WSDL"  # zeep stumbles over what it did not find
    if type(error) in (ValueError, OSError):
        return str(error)  # our own words
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:160]}" if words else type(error).__name__
