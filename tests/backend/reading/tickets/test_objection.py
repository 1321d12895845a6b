"""Objections to a request that the member did not make, and messages about something else."""

from __future__ import annotations

import pytest

from backend.reading.tickets.objection import Objection, detect_objection, find_request_numbers

OBJECTS = """
I did not ask for this|I didnt ask for that
that wasn't me, this is fraud|yo no pedí eso|No fui yo|not me|NOT ME YJK-2J9
wasnt me|i never requested this|I never asked to stop my service
I did not request a name change|This is fraudulent
who asked for this? not me|someone is using my account
somebody else asked for that in my name|I've been hacked
I didn't authorize this|nobody here asked for that
nunca pedí cambiar el nombre|yo no autoricé esto|eso es fraude
alguien está usando mi cuenta|no he pedido nada
no reconozco esta solicitud|I don't recognize this request|It wasn't us
I haven't asked for anything|I never agreed to this
without my permission|this request is not mine|yo no hice eso
NO FUI YO YJK-2J9|esa solicitud no es mía
I don't know anything about this|I didn't sign up for this|me robaron la identidad
I have not requested a move|I'm not moving anywhere
don't shut off my service, I didn't ask|I don't want my service stopped
no corten mi luz, yo no pedí eso|esa solicitud es falsa|that request is fake|I have no idea what this is about
not authorized by me|someone else did this|it was not me who asked
alguien se hizo pasar por mí|yo nunca pedí eso
"""
CANCELS = """
cancel my request YJK-2J9|stop request YJK-2J9
cancele la solicitud YJK-2J9|please don't do YJK-2J9|YJK 2J9 is a mistake
anule YJK-2J9|take back YJK-2J9
"""
NEITHER = """
I want to stop my service|pay my bill|that's not what I asked
I didn't ask for a person|my power is out|it is not due yet
I didn't get my bill|I did not receive a code|it wasn't working
I never got the code|no|not now|no gracias|yo no tengo luz
I haven't paid yet|I did not make a payment|I can't do that
not my fault the bill is late|the meter is not mine to read
someone hit a pole
somebody called me from the coop asking for gift cards|I never use that much power|I'm not sure
no hice el pago todavía|that's not my number
it is not my member number|I already did that|do it|I'm moving in May
it's not me who pays the bills, my wife does
I didn't do my meter reading|somebody ran over the meter|no recibí nada
change the name on my account|I did not hear you
no, the other account|no me llegó el código|no es mi número|no hay luz
someone sent me a text about my bill|I'm not interested|I did not see that|I asked for a call back|no entiendo
"""


def each(lines: str) -> list[str]:
    return [one.strip() for line in lines.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("words", each(OBJECTS))
def test_never_requested(words: str) -> None:
    assert detect_objection(words) in (Objection.SURE, Objection.NEVER_ASKED)


@pytest.mark.parametrize("words", each(CANCELS))
def test_named_request_to_stop(words: str) -> None:
    assert detect_objection(words) is not None
    assert find_request_numbers(words) == ["YJK-2J9"]


@pytest.mark.parametrize("words", each(NEITHER))
def test_other_subjects(words: str) -> None:
    assert detect_objection(words) in (None, Objection.ASKS_TO_CANCEL)


@pytest.mark.parametrize("words", ["y j k dash 2 j 9", "Y-J-K-2-J-9", "it is yjk2j9", "Y J K, 2 J 9"])
def test_a_number_as_it_is_typed_or_spelled(words: str) -> None:
    assert "YJK-2J9" in find_request_numbers(words)
