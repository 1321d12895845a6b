import pytest

from tests.bot.channels.voice.twiml_check import BadTwiml, check

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
GATHER = '<Gather action="/t" actionOnEmptyResult="true" {}>{}</Gather>'

BAD = {
    "unknown attribute": '<Say color="red">Hi</Say>',
    "unknown verb": "<Shout>Hi</Shout>",
    "dial inside gather": GATHER.format("", "<Dial>+15555550101</Dial>"),
    "gather inside say": "<Say><Gather/></Say>",
    "gather without empty results": '<Gather action="/t"/>',
    "gather without action": '<Gather actionOnEmptyResult="true"/>',
    "speechTimeout auto with a model": GATHER.format('speechTimeout="auto" speechModel="phone_call"', ""),
    "numDigits 0": GATHER.format('numDigits="0"', ""),
    "empty say": "<Say> </Say>",
    "endless say": f"<Say>{'a' * 3001}</Say>",
    "web address": "<Say>Go to https://example.com</Say>",
    "unsigned method": '<Redirect method="GET">/t</Redirect>',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_refuses(body: str) -> None:
    with pytest.raises(BadTwiml):
        check(f"{DECLARATION}<Response>{body}</Response>")


def test_valid_twiml_passes() -> None:
    body = GATHER.format('numDigits="4" speechTimeout="3"', "<Say>Hi</Say><Pause length='1'/>") + (
        '<Dial timeout="20" callerId="+15555550199">+15555550101</Dial><Hangup/>'
    )
    assert [child.tag for child in check(f"{DECLARATION}<Response>{body}</Response>")] == [
        "Gather",
        "Dial",
        "Hangup",
    ]
