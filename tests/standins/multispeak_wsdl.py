"""Writes a WSDL of the few MultiSpeak 3.0 operations that we use, from the documented names of their fields.

The published files are their owner's and are not kept here. Every element is optional, as in the published ones.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.sax.saxutils import quoteattr

NAMESPACE = "http://www.multispeak.org/Version_3.0"
PLAIN = ("string", "float", "dateTime", "date", "boolean", "integer")

TYPES = {
    "mspObject": "comments:string @objectID @verb=Change @errorString @replaceID @utility",
    "errorObject": "@objectID @errorString @nounType @eventTime",
    "ArrayOfErrorObject": "errorObject:errorObject*",
    "ArrayOfString": "string:string*",
    "payableItem": "mspObject+ pastDueAmount:float currentAmount:float description:string chargeCode:string "
    "dueDate:dateTime disconnectDate:dateTime lastPaymentAmount:float lastPaymentDate:dateTime",
    "payableItemList": "payableItem:payableItem*",
    "tender": "mspObject+ amount:float convenienceFee:float utilityFee:float total:float authorizationCode:string "
    "paymentMode:string responseCode:string financialTransactionID:string",
    "creditCardPayment": "tender:tender",
    "achPayment": "tender:tender",
    "cashPayment": "tender:tender",
    "paymentTransaction": "accountNumber:string typeService:string creditCardPayment:creditCardPayment* "
    "achPayment:achPayment* cashPayment:cashPayment*",
    "paymentTransactionList": "paymentTransaction:paymentTransaction*",
    "ArrayOfPaymentTransactionList": "paymentTransactionList:paymentTransactionList*",
    "paymentExtension": "accountNumber:string utilityFee:float extendedTo:date responseCode:string",
    "paymentExtensionList": "paymentExtension:paymentExtension*",
    "phoneNumber": "phone:string phoneType:string priorityOrder:integer",
    "phoneList": "phoneNumber:phoneNumber*",
    "eMailAddress": "eMail:string eMailType:string priorityOrder:integer",
    "eMailList": "eMailAddress:eMailAddress*",
    "contactInfo": "phoneList:phoneList eMailList:eMailList",
    "customer": "mspObject+ lastName:string firstName:string mName:string dBAName:string homeAc:string "
    "homePhone:string dayAc:string dayPhone:string contactInfo:contactInfo",
    "ArrayOfCustomer": "customer:customer*",
    "serviceLocation": "mspObject+ custID:string accountNumber:string servAddr1:string servAddr2:string "
    "servCity:string servStatus:string acRecvBal:float shutOffDate:dateTime isPrePay:boolean",
    "ArrayOfServiceLocation": "serviceLocation:serviceLocation*",
    "usageItem": "usageType:string multiplier:float previousReading:float previousReadDate:dateTime "
    "presentReading:float presentReadingDate:dateTime",
    "usageItemList": "usageItem:usageItem*",
    "billedUsage": "mspObject+ accountNumber:string usageItemList:usageItemList",
    "usageInstance": "dateTime:dateTime value:float uom:string useDays:integer",
    "ArrayOfUsageInstance": "usageInstance:usageInstance*",
    "usage": "mspObject+ accountNumber:string usageList:ArrayOfUsageInstance",
    "ArrayOfUsage": "usage:usage*",
    "ppmLocation": "mspObject+ totalBalance:float sharedArrears:float",
    "outageLocation": "mspObject+ servLoc:string meterNo:string areaCode:string phone:string accountNumber:string",
    "locationStatus": "@status",
    "outageEventStatus": "mspObject+ outageStatus:string ETOR:dateTime",
    "outageReason": "description:string",
    "outageReasonCodeList": "mspObject+ OutageCause:outageReason",
    "outageEvent": "mspObject+ area:string problemLocation:string outageStatus:string startTime:dateTime "
    "ETOR:dateTime completed:dateTime isPlanned:boolean outageReasonCodeList:outageReasonCodeList",
    "ArrayOfOutageEvent": "outageEvent:outageEvent*",
    "outageDetectionEvent": "mspObject+ eventTime:dateTime outageEventType:string outageDetectDeviceType:string "
    "outageLocation:outageLocation",
    "ArrayOfOutageDetectionEvent": "outageDetectionEvent:outageDetectionEvent*",
}
"""Type -> `base+`, `element:type`, `element:type*` for many, `@attribute`, `@attribute=default`."""

CB_OPERATIONS = {
    "PingURL": ("", "ArrayOfErrorObject"),
    "Methods": ("", "ArrayOfString"),
    "CustomerByCustId": ("custId:string", "customer"),
    "ServiceLocationByAccountNumber": ("accountNumber:string", "ArrayOfServiceLocation"),
    "ServiceLocationByCustId": ("custId:string", "ArrayOfServiceLocation"),
    "PayableItemsList": ("accountNumber:string", "payableItemList"),
    "BilledUsage": ("accountNumber:string cisBillDate:dateTime", "billedUsage"),
    "UsageByAccountNumber": ("accountNumber:string", "ArrayOfUsage"),
    "AllCustomers": ("lastReceived:string", "ArrayOfCustomer"),
    "ModifiedCustomers": ("previousSessionID:string lastReceived:string", "ArrayOfCustomer"),
    "AllServiceLocations": ("lastReceived:string", "ArrayOfServiceLocation"),
    "ModifiedServiceLocations": ("previousSessionID:string lastReceived:string", "ArrayOfServiceLocation"),
    "ProcessPaymentTransaction": ("transactions:paymentTransactionList", "paymentTransactionList"),
    "CommitPaymentTransaction": ("transactions:paymentTransactionList", "paymentTransactionList"),
    "PPMPayments": ("startTime:dateTime stopTime:dateTime", "ArrayOfPaymentTransactionList"),
    "PPMCustomer": ("accountNumber:string", "ppmLocation"),
    "RequestPaymentExtension": ("extensionList:paymentExtensionList", "paymentExtensionList"),
}

OA_OPERATIONS = {
    "PingURL": ("", "ArrayOfErrorObject"),
    "GetMethods": ("", "ArrayOfString"),
    "GetOutageStatusByLocation": ("location:outageLocation", "locationStatus"),
    "GetOutageEventStatusByOutageLocation": ("location:outageLocation", "outageEventStatus"),
    "GetOutageEventStatus": ("outageEventID:string", "outageEventStatus"),
    "GetOutageEvent": ("outageEventID:string", "outageEvent"),
    "GetActiveOutages": ("", "ArrayOfString"),
    "GetAllActiveOutageEvents": ("lastReceived:string", "ArrayOfOutageEvent"),
    "ODEventNotification": ("ODEvents:ArrayOfOutageDetectionEvent transactionID:string", "ArrayOfErrorObject"),
}
SERVERS = {"CB": CB_OPERATIONS, "OA": OA_OPERATIONS}


def write_wsdl(
    server: str, *, without: Collection[str] = (), namespace: str = NAMESPACE, address: str = "http://localhost:1"
) -> str:
    """The WSDL of `CB` or `OA`. `without` names operations, or `type.field`, that a vendor left out."""
    operations = {name: parts for name, parts in SERVERS[server].items() if name not in without}
    elements = "".join(
        _message(name, given) + _message(f"{name}Response", f"{name}Result:{result}")
        for name, (given, result) in operations.items()
    )
    types = "".join(_type(name, fields, without) for name, fields in TYPES.items())
    header = (
        '<s:element name="MultiSpeakMsgHeader"><s:complexType>'
        + "".join(f'<s:attribute name="{name}" type="s:string"/>' for name in _HEADER)
        + "<s:anyAttribute/></s:complexType></s:element>"
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:t="{namespace}" targetNamespace="{namespace}">
<w:types>
<s:schema elementFormDefault="qualified" targetNamespace="{namespace}">{elements}{types}{header}</s:schema></w:types>
<w:message name="Header"><w:part name="MultiSpeakMsgHeader" element="t:MultiSpeakMsgHeader"/></w:message>
{"".join(_messages(name) for name in operations)}
<w:portType name="{server}_ServerSoap">{"".join(_port(name) for name in operations)}</w:portType>
<w:binding name="{server}_ServerSoap" type="t:{server}_ServerSoap">
<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
{"".join(_binding(name, namespace) for name in operations)}</w:binding>
<w:service name="{server}_Server"><w:port name="{server}_ServerSoap" binding="t:{server}_ServerSoap">
<soap:address location={quoteattr(address + f"/{server}_Server.asmx")}/></w:port></w:service>
</w:definitions>"""


_HEADER = (
    *("Version", "UserID", "Pwd", "AppName", "AppVersion", "Company", "SessionID", "PreviousSessionID"),
    *("ObjectsRemaining", "LastSent", "MessageID", "TimeStamp"),
)


def _type(name: str, fields: str, without: Collection[str]) -> str:
    parts = [each for each in fields.split() if f"{name}.{each.partition(':')[0]}" not in without]
    base = next((each[:-1] for each in parts if each.endswith("+")), None)
    body = _sequence([each for each in parts if ":" in each])
    body += "".join(_attribute(*each[1:].split("=")) for each in parts if each.startswith("@"))
    if base:
        body = f'<s:complexContent><s:extension base="t:{base}">{body}</s:extension></s:complexContent>'
    return f'<s:complexType name="{name}">{body}</s:complexType>'


def _attribute(name: str, default: str = "") -> str:
    return f'<s:attribute name="{name}" type="s:string"' + (f' default="{default}"/>' if default else "/>")


def _message(name: str, fields: str) -> str:
    return f'<s:element name="{name}"><s:complexType>{_sequence(fields.split())}</s:complexType></s:element>'


def _sequence(fields: list[str]) -> str:
    found = ""
    for each in fields:
        name, _, kind = each.partition(":")
        many = kind.endswith("*")
        kind = kind.rstrip("*")
        prefix = "s" if kind in PLAIN else "t"
        occurs = 'minOccurs="0" maxOccurs="unbounded"' if many else 'minOccurs="0"'
        found += f'<s:element {occurs} name="{name}" type="{prefix}:{kind}"/>'
    return f"<s:sequence>{found}</s:sequence>"


def _messages(name: str) -> str:
    return (
        f'<w:message name="{name}In"><w:part name="parameters" element="t:{name}"/></w:message>'
        f'<w:message name="{name}Out"><w:part name="parameters" element="t:{name}Response"/></w:message>'
    )


def _port(name: str) -> str:
    return f'<w:operation name="{name}"><w:input message="t:{name}In"/><w:output message="t:{name}Out"/></w:operation>'


def _binding(name: str, namespace: str) -> str:
    part = '<soap:body use="literal"/><soap:header message="t:Header" part="MultiSpeakMsgHeader" use="literal"/>'
    return (
        f'<w:operation name="{name}"><soap:operation soapAction="{namespace}/{name}" style="document"/>'
        f"<w:input>{part}</w:input><w:output>{part}</w:output></w:operation>"
    )
