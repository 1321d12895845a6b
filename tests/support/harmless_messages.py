"""What members need to say and must be able to: nothing may be taken out of it. `asked` is what they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Harmless(NamedTuple):
    """A message, and what was asked for when it came (a channel hint)."""

    text: str
    asked: str = ""


ACCOUNTS = ("99999001", "99999002", "41000001", "40120001", "123456001", "123456002", "2813032001", "813032001")
"""The accounts that there are."""
MEMBER_NUMBERS = (
    "99999-001", "99999001", "99999 001", "99999–001", "41000-001", "40120001", "123456-001", "123456001",
    "123-45-6001", "123 45 6001", "123–45–6001", "1 2 3 4 5 6 0 0 1", "2813032-001", "2813032001", "813032-001",
    "nine nine nine nine nine dash zero zero one", "nine nine nine nine nine zero zero one", "9 9 9 9 9 0 0 1",
    "five nines zero zero one", "nueve nueve nueve nueve nueve guion cero cero uno",
    "cuatro uno cero cero cero cero cero uno",
    "one two three four five six zero zero one", "four one triple zero double zero one", "9-9-9-9-9-0-0-1",
    "99999 dash 001", "99,999-001", "99999.001", "999-99-001", "uno dos tres cuatro cinco seis cero cero uno",
)  # fmt: skip
NUMBER_FRAMES = ("{}", "my member number is {}", "it's {}", "{} please", "mi número de socio es {}")
MONEY = (
    "$112.40", "112.40", "$1,000.00", "pay $50", "112", "a hundred and twelve forty", "one twelve forty", "1,250.75",
    "ciento doce con cuarenta", "cincuenta dólares", "fifty bucks", "86.05", "eighty six oh five", "$12,345.67",
    "two thousand three hundred dollars", "pay 4015", "mil doscientos dólares", "half of 224.80",
    "112 dollars and 40 cents",
)  # fmt: skip
DAYS = (
    "12/25/2026", "12/15", "on the 15th", "2026-12-15", "december 15", "the 5th of January 2027", "12-25-2026",
    "el 15 de diciembre",
    "15.12.2026", "the fifteenth", "el quince de enero", "1215", "12 15", "friday the 4th", "en dos semanas",
    "1 7 2027",
)  # fmt: skip
LAST_FOURS = ("0142", "0 1 4 2", "zero one four two", "oh one forty two", "cero uno cuatro dos", "01 42",
    "last four 0142",
              "the last four digits are 0142", "los últimos cuatro son 0142", "double zero four two",
              "it ends in 0142")  # fmt: skip
CODES = ("482913", "482 913", "my code is 482913", "four eight two nine one three", "el código es 482913",
    "the security code is 482913",
         "4 8 2 9 1 3", "cuatro ocho dos nueve uno tres", "code: 482913")  # fmt: skip
PHONES = ("555-555-0142", "(555) 555-0142", "5555550142", "+1 555 555 0142", "555.555.0142", "555 555 0142",
    "1-555-555-0142",
          "call me at 555-555-0142", "mi teléfono es 555-555-0142", "text 5555550142",
          "five five five five five five oh one four two",
          "my number is 5555550142", "cell 555-555-0142 or 555-555-0199", "555-0142",
          "llámeme al 555 555 0142")  # fmt: skip
SENTENCES = (
    "pay $112.40 on the 15th from checking ending 6789", "pay 50 from checking ending in 6789 on the 15th",
    "the Visa ending 4242",
    "use the card ending in 4242", "the checking account ending 6789", "la tarjeta que termina en 4242",
    "my account number is 99999001",
    "pay all of it today with checking for 99999-001 0142", "pay with my checking 40120-001 0114",
    "pay with checking for 99999001",
    "use my bank, 40120-001, 0114", "pay $50 2813032-001 3032", "$50 2813032-001 3032 555-555-0142",
    "debit card for account 2813032001",
    "pay 50 from my account 2813032001", "99999-001 0142", "99999001 0142", "99999-001, 0142, $112.40",
    "member 99999-001 last four 0142",
    "Member # 99999-001, phone 555-555-0142, $112.40, 12/15/2026", "exp 12/28",
    "pay half on 12/15 and the rest on 12/28",
    "socio 99999-001, últimos cuatro 0142, pague 112.40", "confirmation 7K3M9P2Q",
    "my confirmation number is 7K3M-9P2Q",
    "what happened to payment 482913", "confirmation number 48291377", "ticket T-4821", "ticket 482913",
    "case number 20261126",
    "work order 1234567", "order number 123456789012", "meter reading is 45231", "the meter says 045231",
    "meter number 123456789",
    "my meter number is 12345678 and it reads 45231 kwh", "lectura del medidor 45231",
    "el medidor 12345678 marca 45231",
    "I used 705 kWh in October", "why did I use 1204 kWh when last year it was 980", "usage 705 532 611",
    "check number 1045",
    "I mailed check # 2210 for $86.05", "did my check 1045 for 112.40 arrive", "invoice 20241118",
    "bill number 2026-11-18",
    "1204 County Road 9, Elizabeth, IL 61028", "10 Mill Road", "PO Box 1234",
    "apartment 204, 1204 N 350 E, Elizabeth IL 61028-1234",
    "the pole by 1204 Highway 20 is leaning", "pole number 482913", "poste 12345", "my zip is 61028",
    "código postal 61028",
    "vivo en 1204 Calle Real apartamento 5", "lights out at 1204 County Road 900 North",
    "transformer 12345678 is humming",
    "between 9 and 11", "after 3", "call me tomorrow at 10:30", "mañana a las 10:30", "from 8:00 to 17:00",
    "at 9:15 am on 12/15",
    "I forgot my password", "reset my password please", "my password is not working", "my password is wrong",
    "what is my password",
    "my password is expired", "i need a new password", "change my password", "the password is the same as before",
    "password reset",
    "my password is locked", "olvidé mi contraseña", "mi contraseña no funciona", "la clave es incorrecta",
    "mi contraseña está vencida",
    "quiero cambiar mi contraseña", "cuál es mi contraseña", "my password is correct but it won't let me in",
    "forgot password 99999-001",
    "no sé mi clave", "my password is no longer accepted", "i can't remember my password or user id",
    "is my password case sensitive",
    "I forgot my password and my member number is 99999-001", "the problem is my password",
    "does the password need a number",
    "my password is too long to type", "the website says my password is invalid", "mi clave es muy larga",
    "what's my pin",
    "do you need my social? my phone ends in 0142", "do you need my social security number",
    "is my social security number on file",
    "I will not give my ssn", "necesitan mi seguro social", "where do I find my member number",
    "how do I add a bank account",
    "can I pay with a credit card", "puedo pagar con tarjeta", "my card was charged twice", "my card expired",
    "I got a new debit card",
    "my card was declined, I owe 112.40", "they charged my card $112.40 on 12/15", "there is a fee of 2.95 for cards",
    "what is your routing number", "is my bank account safe", "my driver's license expired",
    "do I need my driver's license",
    "my maiden name is on the bill", "I changed my maiden name", "the gate code is 4821",
    "gate pin is 4821 for the crew",
    "el candado tiene clave 1980", "the dog is loose, gate 1204", "two trucks and three dogs",
    "one of the 3 lights at lot 12",
    "i paid 3 times: 50, 60 and 70", "pay the first two bills", "both accounts 99999-001 and 99999-002",
    "account 2 of 3", "1", "2", "50",
    "pay 99999-001 and 99999-002", "not 99999-001, 99999-002", "the one at 10 Mill Road", "once a month",
    "a hundred percent",
    "24/7", "911", "call 811 before I dig", "dial 0", "press 1", "1-800-555-0199",
    "i'm 82 years old and on oxygen 24 hours a day",
    "three of us: 4 kids, 2 dogs", "since 2019", "from 2024 to 2025", "my bill went from 98.20 to 212.75",
    "98.20 212.75 187.30",
    "set the alert at 1500 kwh", "alert me 5 days before", "remind me 2 days before the 15th",
    "pay 25 a week for 8 weeks",
    "40 on the 1st, 40 on the 15th and 32.40 on the 30th", "100 today 200 on 12/15 300 on 1/15", "20% down",
    "3/4 of it",
    "40 el primero, 40 el quince y 32.40 el treinta", "mi factura subió de 98.20 a 212.75", "gasté 705 kwh",
    "tengo dos cuentas",
    "solo una vez", "a las once", "uno de mis vecinos", "son las dos y media", "el número 2", "la segunda",
    "sesenta dólares",
    "ruth.alvarez@example.com", "my user id is ruth2026", "email m41000@example.com", "https://example.com/pay/12345",
)  # fmt: skip

ON_A_PHONE = (
    "pay 123.45 on 12/15", "pay $80", "pay eighty dollars", "pay 1,234.56 please",
    "I want to pay $50 on friday", "pay half now and half on the 15th", "pago 45.50",
    "quiero pagar 120 dolares", "pagar cien dólares el 15 de diciembre",
    "i paid 212.30 on 11/03 with check 4471", "check number 10234", "check #1872 for $98.20", "cheque 4471",
    "i sent check 8837 last week", "my member number is 99999-001", "99999-001", "99999 001",
    "member 99999 - 001", "mem# 99999-001", "acct 99999-001", "account number 99999-001", "99999–001",
    "99999.001", "99999/001", "nine nine nine nine nine dash zero zero one", "five nines dash zero zero one",
    "nueve nueve nueve nueve nueve guion cero cero uno", "número de socio 99999-001", "mi cuenta es 99999-001",
    "cuenta 99999-001", "my power is out at 1420 County Road 318", "outage at 77 Pine Hill Rd 31510",
    "there's a line down by pole 48213", "pole number 48213-7", "pole #A4821 is leaning",
    "el poste 48213 está caído", "poste numero 4821", "meter 88213345", "my meter number is 88213345",
    "meter reads 48213", "meter reading 045512 kwh", "the meter says 45,512", "medidor 88213345",
    "lectura del medidor 45512", "i used 1,284 kWh last month", "why 2140 kwh in october", "usé 900 kWh",
    "confirmation number 7731882", "confirmation AB12CD34", "conf # K7Q2-88", "ticket 10482",
    "ticket number T-10482", "my ticket is 20417", "reporte 20417", "numero de confirmacion 7731882",
    "work order 55182", "case 10482", "zip 31510", "zip code is 31510-1182", "código postal 31510",
    "my bill is 212.30 and last month was 188.10", "bills of 212.30, 188.10, 176.55",
    "why did it go from 142 to 318", "my lights went out at 7:45 pm", "out since 10:30 am",
    "since 6 this morning", "open 8 to 5?", "desde las 7:45 de la tarde", "are you open on 12/24",
    "closed 24 and 25?", "call me between 2 and 4", "two or three days", "i have two accounts",
    "one of the two lights is out", "the 2nd and 4th friday", "breaker 200 amp", "240 volts",
    "my house is 1850 sq ft", "thermostat at 72", "72 degrees in winter 78 in summer", "10% late fee?",
    "rate is 11.5 cents per kwh", "0.1145 per kWh", "transformer 25 kva", "it buzzes at 120V and 240V",
    "20 amp breaker tripped", "the year 2024 bill", "november 2026 bill", "bill for 10/01 - 10/31",
    "from 10/3 to 11/2", "facturas de enero a marzo de 2026", "i moved in on march 3 2025",
    "my budget is 150 a month", "set me up for 150 a month starting in january", "yes", "no", "#1", "12",
    "pay it all", "what do i owe", "how do i reset my password", "i forgot my password", "i need a new pin",
    "my password does not work", "the website wont let me in", "the website says my password is wrong",
    "can i change my password online", "cómo cambio mi contraseña", "do you need my social",
    "why do you need my social security number", "do you take visa", "is my card on file still good",
    "the card expired", "my card ending in 1111", "use the visa ending 4444", "tarjeta terminada en 1111",
    "does the card ending in 4444 expire soon", "what routing number do you use",
    "where do i find my routing number", "use my bank account ending in 6789", "i lost my driver's license",
    "what ID do I need to open an account", "my email is marge@example.com",
    "change my email to marge1956@example.com", "mi correo es juan22@example.com", "username is marge99",
    "i use about 1200 kwh", "i use 2 space heaters", "it's 45 degrees in here", "it's 212.30 for the month",
    "it's #3 on the list", "it's 1420 County Road 318", "i log in every month and pay 80", "how do i sign in",
    "i can't log in to the portal", "log in link please", "the app crashes on my iphone14",
    "iPhone 15 pro wont open the app", "i use windows11 and chrome", "my android S23 cant log in",
    "the site gives error 404", "it says error E1042 when i sign in", "error code 500 on the website",
    "Oct bill", "lol", "ill pay 50", "I'll pay 50 on the 1st", "oil heat", "so so high", "SOS power out",
    "is it 100 or 150", "I owe 50 or 60?", "S. 5th St is dark", "Lot 5 B", "B5 breaker", "apt B12", "unit 4B",
    "rate schedule RS-1", "rate A1 or A2", "form W9?", "form W-9 please", "H2O heater rebate",
    "EV charger level 2", "4x4 post by the road", "24/7 outage line", "dial 1-800-555-0199",
    "my old bill was 98, 102, 110, 95", "for one thing, i called two times", "to be or not to be",
    "won one too many fights with this meter", "one for my mom and one for me",
    "I have 2 meters 88213345 and 88213346", "my case number is 2026-10482", "reset it please",
    "change it to paper bills", "change it to the 20th", "make it 75", "make it 75.50 instead", "set it to 150",
    "lo cambié a papel", "cámbialo al 20", "try again", "try 99999-001", "use the bank", "use my saved card",
    "a 6-digit code", "is it thief@example", "my iphone14 can't log in to the portal",
    "the app on windows11 says error404", "oil heat and 12345678 is the meter, ill pay",
    "it's 88213345 i think",
)  # fmt: skip
"""Numbers, things and logins as they are typed in a hurry."""


def everything_harmless() -> list[Harmless]:
    """Each message once."""
    return [*_answers(), *(Harmless(text) for text in (*SENTENCES, *ON_A_PHONE))]


def _answers() -> Iterator[Harmless]:
    for number in MEMBER_NUMBERS:
        for frame in NUMBER_FRAMES[: 5 if number[0].isdigit() else 1]:
            yield Harmless(frame.format(number), "member_number")
    yield from (Harmless(f"{number} 0142", "member_number") for number in MEMBER_NUMBERS[:8])
    for asked, texts in (("amount", MONEY), ("date", DAYS), ("last4", LAST_FOURS), ("code", CODES), ("phone", PHONES)):
        yield from (Harmless(text, asked) for text in texts)
    yield from (Harmless(text) for text in (*PHONES, *CODES[:5], *MONEY, *DAYS))
