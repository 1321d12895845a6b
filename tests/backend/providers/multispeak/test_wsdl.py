"""A vendor's WSDL: what is wrong with it is said, and nothing is sent that it does not describe."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from backend.providers.billing.system import SystemRejected, SystemUnavailable
from backend.providers.multispeak.wsdl import Wsdl
from tests.standins.multispeak_wsdl import write_wsdl

HEADER = {"UserID": "u", "Pwd": "p"}


def load(folder: Path, content: str) -> Wsdl:
    path = folder / "vendor.wsdl"
    path.write_text(content)
    return Wsdl.load(str(path), seconds=2, ca_file=None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "cannot be used"),
        ("member,name\n99999,Ruth\n", "cannot be used: it is no WSDL"),
        ("<html><body>Sign in</body></html>", "cannot be used: it describes no SOAP service"),
        (write_wsdl("CB")[:9000], "cannot be used"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>" + write_wsdl("CB").partition("?>")[2], "cannot be used: DTDForbidden"),
        (write_wsdl("CB", namespace="http://www.multispeak.org/Version_4.1_Release"), "speaks MultiSpeak 3.0"),
        (write_wsdl("CB").replace("soap:binding", "soap:other"), "no SOAP service"),
        (
            write_wsdl("CB").replace(
                "<s:schema ",
                '<s:schema><s:import namespace="urn:x" schemaLocation="/etc/passwd"/></s:schema><s:schema ',
                1,
            ),
            "imports a file from elsewhere",
        ),
        (
            write_wsdl("CB").replace(
                "<w:types>", '<w:import namespace="urn:x" location="http://192.0.2.1/x.wsdl"/><w:types>', 1
            ),
            "another server",
        ),
    ],
)
def test_a_wrong_wsdl_is_explained(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(SystemUnavailable, match=says):
        load(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemUnavailable, match=r"nowhere\.wsdl cannot be used: there is no such file"):
        Wsdl.load(str(tmp_path / "nowhere.wsdl"), seconds=2, ca_file=None)


def test_operations_are_found_with_and_without_get(tmp_path: Path) -> None:
    wsdl = load(tmp_path, write_wsdl("CB").replace("PayableItemsList", "GetPayableItemsList"))
    assert wsdl.operation_name("PayableItemsList") == "GetPayableItemsList"
    assert wsdl.operation_name("GetMethods") == "Methods"
    assert wsdl.operation_name("ExtendPayment") is None


def test_parameters_are_found_whatever_their_case(tmp_path: Path) -> None:
    wsdl = load(tmp_path, write_wsdl("CB").replace('name="accountNumber"', 'name="AccountNumber"'))
    request = wsdl.compose("PayableItemsList", {"accountNumber": "99999-001"}, HEADER)
    assert b"AccountNumber>99999-001<" in request.body
    assert request.headers["SOAPAction"] == '"http://www.multispeak.org/Version_3.0/PayableItemsList"'


@pytest.mark.parametrize(
    ("without", "operation", "parameters"),
    [
        ({"PPMPayments"}, "PPMPayments", {}),
        (set(), "PayableItemsList", {"account": "1"}),
        (
            {"tender.financialTransactionID"},
            "CommitPaymentTransaction",
            {"transactions": {"paymentTransaction": [{"achPayment": [{"tender": {"financialTransactionID": "k"}}]}]}},
        ),
    ],
)
def test_what_it_does_not_describe_is_not_sent(
    tmp_path: Path, without: set[str], operation: str, parameters: dict[str, object]
) -> None:
    wsdl = load(tmp_path, write_wsdl("CB", without=without))
    with pytest.raises(SystemRejected) as refused:
        wsdl.compose(operation, parameters, HEADER)
    assert refused.value.code == "unsupported"


@pytest.mark.parametrize("hostile", ["1</accountNumber><x/>", "<!--", "]]>", "&amp;", "\"'>", "á\u2028é"])
def test_no_text_can_become_markup(tmp_path: Path, hostile: str) -> None:
    request = load(tmp_path, write_wsdl("CB")).compose("PayableItemsList", {"accountNumber": hostile}, {"Pwd": hostile})
    root = etree.fromstring(request.body)
    assert [each.text for each in root.iter("{*}accountNumber")] == [hostile]
    assert [each.get("Pwd") for each in root.iter("{*}MultiSpeakMsgHeader")] == [hostile]
    assert len(list(root.iter("{*}x"))) == 0


def test_characters_that_xml_has_not_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemRejected) as refused:
        load(tmp_path, write_wsdl("CB")).compose("PayableItemsList", {"accountNumber": "1\x00"}, HEADER)
    assert refused.value.code == "refused"  # this one value; the operation is there
