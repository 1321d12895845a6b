"""Messages with data that must never be stored, in many wordings, and what to look for afterward.

The cards are the networks' public test numbers, the social security numbers begin with 9 or 000 and belong to nobody,
the tax numbers are the examples of the IRS, the routing number is the one on sample checks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CARDS = (
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4000056655665556",
    "2223003122003222",
    "30569309025904",
)
SSNS = ("900451234", "987654321", "000123456", "912882001")
EINS = ("123456789", "001234567", "981234567")
ROUTING = "021000021"
BANKS = ("000123456789", "55512345678", "9876543210")
IBANS = ("DE89370400440532013000", "GB82WEST12345698765432")
CLABE = "032180000118359719"
EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
EN_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ES_TEENS = (
    "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve",
)  # fmt: skip
ES_TENS = ("", "", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
ES_TWENTIES = (
    "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete",
    "veintiocho", "veintinueve",
)  # fmt: skip


@dataclass(frozen=True)
class SecretMessages:
    """Messages of one person in a row, and what must be found nowhere afterward, squeezed (see `squeezed`).

    `asked`: what the assistant asks for meanwhile, a channel hint. `keys`: messages that a caller presses.
    """

    messages: tuple[str, ...]
    needles: tuple[str, ...]
    asked: str = ""
    keys: frozenset[int] = frozenset()


def squeezed(text: str) -> str:
    """Letters and figures alone, so that no separator hides anything."""
    return "".join(character for character in text.lower() if character.isalnum())


def windows(number: str, size: int) -> tuple[str, ...]:
    return tuple({number[at : at + size] for at in range(len(number) - size + 1)})


def grouped(number: str, sizes: Iterable[int], mark: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(number[at : at + size])
        at += size
    return mark.join(piece for piece in (*pieces, number[at:]) if piece)


def pair_en(pair: str) -> str:
    value = int(pair)
    if value < 10:
        return f"oh {EN[value]}" if len(pair) == 2 else EN[value]
    if value < 20:
        return EN_TEENS[value - 10]
    return EN_TENS[value // 10] + (f" {EN[value % 10]}" if value % 10 else "")


def pair_es(pair: str) -> str:
    value = int(pair)
    if value < 10:
        return f"cero {ES[value]}" if len(pair) == 2 else ES[value]
    if value < 20:
        return ES_TEENS[value - 10]
    if value < 30:
        return ES_TWENTIES[value - 20]
    return ES_TENS[value // 10] + (f" y {ES[value % 10]}" if value % 10 else "")


def thousands_es(four: str) -> str:
    hundreds = ("", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
                "ochocientos", "novecientos")  # fmt: skip
    value = int(four)
    thousand, rest = divmod(value, 1000)
    spoken = ["mil" if thousand == 1 else f"{ES[thousand]} mil"] if thousand else []
    if rest // 100:
        spoken.append("cien" if rest == 100 else hundreds[rest // 100])
    if rest % 100:
        spoken.append(pair_es(str(rest % 100)))
    return " ".join(spoken)


def repeats_en(number: str) -> str:
    """`double five`, `triple one`, `four ones`, in turn."""
    spoken, turn = [], 0
    for digit, group in itertools.groupby(number):
        count = len(list(group))
        word = EN[int(digit)]
        while count > 0:
            turn += 1
            if count >= 4 and turn % 2:
                spoken.append(f"four {word}{'es' if word.endswith('x') or word == 'zero' else 's'}")
                count -= 4
            elif count >= 3 and turn % 3:
                spoken.append(f"triple {word}")
                count -= 3
            elif count >= 2:
                spoken.append(f"double {word}")
                count -= 2
            else:
                spoken.append(word)
                count -= 1
    return " ".join(spoken)


def repeats_es(number: str) -> str:
    spoken = []
    for digit, group in itertools.groupby(number):
        count = len(list(group))
        word = ES[int(digit)]
        spoken += [f"doble {word}"] * (count // 2) + ([word] if count % 2 else [])
    return " ".join(spoken)


def shapes_of(number: str) -> tuple[tuple[int, ...], ...]:
    return {14: ((4, 6, 4),), 15: ((4, 6, 5), (5, 5, 5))}.get(len(number), ((4, 4, 4, 4), (8, 8), (6, 10), (2,) * 8))


MARKS = (
    " ", "-", ".", "–", "—", "‑", "−", "-", "_", "/", "*", ", ", " - ", " – ", "\n", " \n ", "\u00a0", "\u2009",
    "\u200b",
    " 💳 ", "➖", "·", "<br>", "</b><b>", "&nbsp;", "&ndash;", "&#8211;", " | ", "  ", "\t", ":", " x ", "…", " ~ ",
    " and then ", " y luego ", " dash ", " guion ", " espacio ", ", um, ", "\u3000", "‧", "﹣", "#", "+", "=",
    " then the next four are ",
)  # fmt: skip
SCRIPTS = {
    "fullwidth": str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10))),
    "arabic": str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10))),
    "persian": str.maketrans("0123456789", "".join(chr(0x6F0 + digit) for digit in range(10))),
    "devanagari": str.maketrans("0123456789", "".join(chr(0x966 + digit) for digit in range(10))),
    "bold": str.maketrans("0123456789", "".join(chr(0x1D7CE + digit) for digit in range(10))),
    "thai": str.maketrans("0123456789", "".join(chr(0xE50 + digit) for digit in range(10))),
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "circled": str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨"),
}  # fmt: skip
CARD_FRAMES = (
    "{}", "my card is {}", "pay my bill with {} please", "card number: {} exp 12/28 cvv 123", "{} is my card",
    "use this visa {}", "mi tarjeta es {}", "quiero pagar con la tarjeta {} por favor", "ok here it is: {}",
    "99999-001 0142, {}", "pay $112.40 with {}", "it's {}, zip 62701", "my account number is {}", "call me, {}",
    "el número es {} vence 12/28", "I want to pay today {} thanks", "sorry, {}", "my member number is {}",
    "mi número de cuenta es {}", "the code is {}",
)  # fmt: skip


def card_ways(number: str) -> Iterator[str]:
    yield number
    for shape in shapes_of(number):
        for mark in MARKS:
            yield grouped(number, shape, mark)
    for table in SCRIPTS.values():
        yield number.translate(table)
        yield grouped(number, (4, 4, 4), " ").translate(table)
    yield "".join(f"{digit}\ufe0f\u20e3" for digit in number)
    yield "".join(f"&#{ord(digit)};" for digit in number)
    yield "<b>" + grouped(number, (4, 4, 4), "</b> <i>") + "</i>"
    for words in (EN, ES):
        singles = [words[int(digit)] for digit in number]
        yield " ".join(singles)
        yield ", ".join(" ".join(singles[at : at + 4]) for at in range(0, len(singles), 4))
        yield "... ".join(" ".join(singles[at : at + 4]) for at in range(0, len(singles), 4))
        yield "-".join(singles)
        yield ". ".join(singles)
    yield " ".join((EN if at % 2 else ES)[int(digit)] for at, digit in enumerate(number))
    yield " ".join(digit if at % 8 < 4 else EN[int(digit)] for at, digit in enumerate(number))
    yield repeats_en(number)
    yield repeats_es(number)
    if len(number) % 2 == 0:
        pairs = [number[at : at + 2] for at in range(0, len(number), 2)]
        yield " ".join(map(pair_en, pairs))
        yield " ".join(map(pair_es, pairs))
        yield ", ".join(map(pair_es, pairs))
    if len(number) == 16:
        yield ", ".join(thousands_es(number[at : at + 4]) for at in range(0, 16, 4) if number[at] != "0")
    yield number[:4] + number[4:].replace("0", "O").replace("1", "l")
    yield number[:-1] + str((int(number[-1]) + 1) % 10)  # mistyped


def needles_of(number: str, written: str) -> tuple[str, ...]:
    """Most of the number in figures, and the words or marks in which it was written."""
    letters = squeezed(written)
    own = (letters,) if not letters.isascii() or not letters.isdigit() else ()
    tail = tuple(squeezed(" ".join(written.split()[at : at + 6])) for at in range(0, max(1, len(written.split()) - 5)))
    spoken = tail if len(written.split()) >= 6 and not any(c.isdigit() for c in written) else ()
    return (*windows(number, min(len(number), max(7, len(number) - 5))), *own, *spoken)


def card_messages() -> Iterator[SecretMessages]:
    frames = itertools.cycle(CARD_FRAMES)
    for number in CARDS:
        for written in card_ways(number):
            yield SecretMessages((next(frames).format(written),), needles_of(number, written))


def spoken(number: str, words: tuple[str, ...]) -> str:
    return " ".join(words[int(digit)] for digit in number)


IDENTITY_FRAMES = (
    "my social is {}", "ssn {}", "my social security number is {}", "mi seguro social es {}",
    "el número de seguro social es {}", "{}", "here: {}", "{} is my ssn", "SS# {}", "itin {}", "mi itin es {}",
    "member number, no, social {}", "it's {} ok?",
)  # fmt: skip
TAX_FRAMES = (
    "{}", "our EIN is {}", "tax id {}", "EIN: {}", "the federal id is {}", "el EIN de la tienda es {}",
    "mi número de contribuyente es {}", "identificación fiscal {}", "bakery {}",
)  # fmt: skip
BANK_FRAMES = (
    "routing {r} account {a}", "routing number {r}, account number {a}", "aba {r} acct {a}",
    "{r} is the routing, {a} the account",
    "número de ruta {r} cuenta {a}", "la ruta es {r} y la cuenta es {a}", "ruta {r}, número de cuenta {a}",
    "my checking account is {a} and routing is {r}", "cuenta de cheques {a} ruta {r}", "account {a} routing {r}",
    "mi cuenta de banco es {a}, la ruta {r}", "my Chase account {a} routing {r}",
)  # fmt: skip


def identity_messages() -> Iterator[SecretMessages]:
    frames = itertools.cycle(IDENTITY_FRAMES)
    for number in SSNS:
        ways = [
            number, grouped(number, (3, 2, 4), "-"), grouped(number, (3, 2, 4), "–"), grouped(number, (3, 2, 4), "—"),
            grouped(number, (3, 2, 4), "‑"), grouped(number, (3, 2, 4), " "), grouped(number, (3, 2, 4), "."),
            grouped(number, (3, 3, 3), " "), grouped(number, (3, 3, 3), "-"), " ".join(number), spoken(number, EN),
            spoken(number, ES),
            grouped(number, (3, 2, 4), "\n"), grouped(number, (3, 2, 4), " / "), grouped(number, (3, 2, 4), "<br>"),
            number.translate(SCRIPTS["fullwidth"]), number.translate(SCRIPTS["arabic"]),
            ", ".join(" ".join(ES[int(d)] for d in part) for part in (number[:3], number[3:5], number[5:])),
            " ".join((ES if at % 2 else EN)[int(digit)] for at, digit in enumerate(number)),
        ]  # fmt: skip
        for written in ways:
            yield SecretMessages((next(frames).format(written),), needles_of(number, written))
    frames = itertools.cycle(TAX_FRAMES)
    for number in EINS:
        for mark in ("-", "–", "—", " ", "", "‑", "/", " - "):
            written = grouped(number, (2, 7), mark)
            yield SecretMessages((next(frames).format(written),), needles_of(number, written))
    for frame in BANK_FRAMES:
        for account in BANKS:
            for mark in ("", " "):
                routing = grouped(ROUTING, (4, 4), mark)
                text = frame.format(r=routing, a=grouped(account, (4, 4), mark))
                yield SecretMessages((text,), (*windows(ROUTING, 7), *windows(account, 7)))
        text = frame.format(r=spoken(ROUTING, EN), a=spoken(BANKS[0], ES))
        yield SecretMessages(
            (text,), (squeezed(spoken(ROUTING, EN)), squeezed(spoken(BANKS[0], ES)), ROUTING, BANKS[0])
        )
    for iban in IBANS:
        for frame, size in itertools.product(("iban {}", "{}", "mi cuenta iban es {}"), (4, 99)):
            yield SecretMessages((frame.format(grouped(iban, (size,) * 6, " ")),), (iban[4:].lower(),))
    for frame in ("clabe {}", "mi clabe es {}", "{}"):
        yield SecretMessages((frame.format(CLABE),), windows(CLABE, 9))
        yield SecretMessages((frame.format(grouped(CLABE, (3, 3, 11), " ")),), windows(CLABE, 9))


PASSWORD_WORDINGS = (
    ("my password is {}", "correct horse battery"), ("password: {}", "hunter2"), ("my password is {}", "hunter2"),
    ("the password to my account is {} can you log in", "Blue$Heron9"), ("passcode is {}", "tangerine seven"),
    ("la clave es {}", "perro azul"), ("mi contraseña es {}", "Fulano22"), ("contraseña: {}", "girasol99"),
    ("la clave de mi cuenta es {}", "tortuga verde"), ("my pw is {}", "zanzibar4"), ("pwd={}", "qwertz77"),
    ("{} is my password", "purple lantern"), ("{} es mi contraseña", "lunallena"), ("user ruth password {}", "mango55"),
    ("my mother's maiden name is {}", "Kowalczyk"), ("mother's maiden name: {}", "Vandersloot"),
    ("el apellido de soltera de mi madre es {}", "Etxeberria"), ("my maiden name is {}", "Quackenbush"),
    ("my password was {} until today", "oldbarn12"), ("my password is {}, it won't let me in", "swordfish"),
    ("log me in, password {}", "Tr0ub4dor"), ("password is: {}", "winter wheat"), ("my passphrase is {}",
    "seven silver spoons"),
    ("mi palabra secreta es {}", "madreselva"), ("my password's {}", "greenbean"), ("the password - {}", "bluebonnet"),
)  # fmt: skip
DIGIT_WORDINGS = (
    ("my pin is {}", "4821"), ("pin number {}", "7730"), ("PIN: {}", "9981"), ("mi pin es {}", "5512"),
    ("el nip es {}", "8263"),
    ("my pin is {}", "four eight two one"), ("mi nip es {}", "cuatro ocho dos uno"), ("cvv {}", "917"), ("cvc: {}",
    "4821"),
    ("the security code is {}", "5529"), ("código de seguridad {}", "733"), ("the code on the back is {}", "918"),
    ("my driver's license is {}", "D400-7836-0001"), ("drivers license number {}", "S530-1234-5678"),
    ("mi licencia de conducir es {}", "B98765432"), ("my DL number is {}", "F255921505094"),
    ("la clave es {}", "48213"), ("my access code is {}", "66120"), ("atm code {}", "7741"),
    ("last four of my social {}", "6789"), ("los últimos cuatro de mi seguro social son {}", "6789"),
    ("passport {}", "C03005988"),
)  # fmt: skip


def password_messages() -> Iterator[SecretMessages]:
    for frame, secret in (*PASSWORD_WORDINGS, *DIGIT_WORDINGS):
        for text in (frame, f"hi, {frame}", f"{frame}. pay my bill please"):
            words = re.findall(r"\w{5,}", secret) or [secret]
            yield SecretMessages((text.format(secret),), (squeezed(secret), *map(squeezed, words)))


def split_over_messages() -> Iterator[SecretMessages]:
    for number in CARDS:
        half = len(number) // 2
        first, second = number[:half], number[half:]
        needles = windows(number, len(number) - 3)
        rest = (*needles, second)
        yield SecretMessages((first, second), (*needles, first, second))
        yield SecretMessages((grouped(first, (4, 4), " "), grouped(second, (4, 4), " ")), (*rest, first))
        yield SecretMessages((f"my card is {first}", second), (*rest, first))
        yield SecretMessages((f"mi tarjeta es {first}", f"y luego {second}"), (*rest, first))
        yield SecretMessages((spoken(first, EN), spoken(second, EN)), (*rest, squeezed(spoken(first, EN)), first))
        yield SecretMessages((spoken(first, ES), spoken(second, EN)), (*rest, squeezed(spoken(first, ES)), first))
        yield SecretMessages((first, second), (*rest, first), asked="member_number")
        yield SecretMessages((first, spoken(second, EN)), (*rest, first), asked="member_number", keys=frozenset((0,)))
        yield SecretMessages((spoken(first, EN), second), (*rest, first), asked="member_number", keys=frozenset((1,)))
        yield SecretMessages((number[:5], number[5:10], number[10:]), (*needles, *windows(number, 11)))
        yield SecretMessages(("my card number is", number), windows(number, 8))
    for number in SSNS:
        yield SecretMessages(("my social security number is", number), windows(number, 7))
        yield SecretMessages((f"my social is {number[:5]}", number[5:]), (number[:5], *windows(number, 6)))
        yield SecretMessages((grouped(number[:5], (3,), "-"), number[5:]), windows(number, 6))
        yield SecretMessages((f"mi seguro social es {number[:3]}", number[3:]), windows(number, 6))
        yield SecretMessages((number[:5], spoken(number[5:], EN)), windows(number, 6), keys=frozenset((0,)))
    for secret in ("hunter2", "correct horse battery"):
        yield SecretMessages(("my password is", secret), (squeezed(secret),))
        yield SecretMessages(("la clave es", secret), (squeezed(secret),))
    yield SecretMessages(("my routing number is", ROUTING), (ROUTING,))
    yield SecretMessages(("el número de ruta es", ROUTING, f"y la cuenta {BANKS[0]}"), (ROUTING, BANKS[0]))
    yield SecretMessages(("my pin is", "4821"), ("4821",))


def all_secret_messages() -> list[SecretMessages]:
    """Each way once."""
    return [*card_messages(), *identity_messages(), *password_messages(), *split_over_messages()]
