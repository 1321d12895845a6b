"""Secrets that no word announces, and figures that do not look like any."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.secret_messages import CARDS, SSNS, SecretMessages, grouped, shapes_of, squeezed, windows

STRONG = ("Sunshine#42", "P@ssw0rd1", "Winter*77", "Tr0ub4dor", "Passw0rd!", "GoBigRed1", "Zx9$kLm2", "Navidad25#")
"""Goes wherever it stands."""
WEAK = ("hunter2", "Biscuit1987!", "Fluffy_77", "monkey12", "bluebird55", "Gatito2020", "Daisy2001", "r0s3bud")
STRONG_FRAMES = (
    "{}",
    "it's {}",
    "try {}",
    "can you use {} for me",
    "is {} still good?",
    "my usual is {} i think",
    "creo que es {}",
)
LOGIN_FRAMES = (
    "i use {} rules to get in", "it's {} for the website", "I always sign in with {}", "the one I log on with is {}",
    "my login is marge@example.com and {}", "user marge99 / {}", "marge@example.com {}", "tried {} and it says wrong",
    "to get into the portal i put {}", "website keeps rejecting {}", "I enter {} but it says invalid",
    "it wont take {} when i sign on", "{} doesn't work on your site anymore", "used to be {} until may",
    "I changed it to {}", "can you set it to {} for me", "please reset it to {}", "make it {} so i can remember",
    "my usual one is {}", "log in for me with {}", "login marge, {}", "credentials: marge {}", "the wifi is {}",
    "entro con {}", "para entrar uso {}", "pongo {} y no me deja entrar", "la página no acepta {}",
    "no me acepta {} en el portal", "es {} para la cuenta en línea", "lo cambié a {}", "cámbiala a {}",
    "mi usuario es juan@example.com y {}",
)  # fmt: skip
WORD_FRAMES = (
    "pasword {}", "passwrd: {}", "psswd is {}", "passord is {}", "{} that's my password", "use {} as the password",
    "my password used to be {}", "password has been {} forever", "password? {}", "PASSWORD-{}", "mi pasword es {}",
    "my login password—{}", "mi contrasenia es {}", "contaseña: {}", "{} es mi contraseña",
)  # fmt: skip
ANSWERS = (
    ("secret question answer is {}", "fido"), ("my mothers maiden name {}", "hernandez"), ("first pet {}", "Snowball"),
    ("phrase is {}", "correct horse battery staple"), ("passphrase {}", "correct horse battery staple"),
    ("curp {}", "HEGG560427MVZRRL04"), ("rfc {}", "GODE561231GR8"), ("medicare number {}", "1EG4-TE5-MK73"),
    ("{} is my driver license", "D1234567"), ("passport no. {}", "C01234567"), ("medicaid id {}", "123456789A"),
    ("my dob is {}", "04/27/1956"), ("born on {}", "April 27 1956"), ("fecha de nacimiento {}", "27/04/1956"),
    ("CVV2: {}", "917"), ("ccv {}", "917"), ("cv code {}", "917"), ("sec code {}", "917"), ("back of card {}", "917"),
    ("{} on the back", "917"), ("los últimos cuatro de mi seguro {}", "4821"), ("my voicemail code is {}", "4491"),
    ("card exp 4/28 sec {}", "991"), ("expires oh four twenty seven code {}", "one two three"),
    ("exp date {}", "04/2028"), ("my card expires {}", "november 2029"), ("visa, good thru {}", "11/29"),
)  # fmt: skip
LOOK_ALIKE = (
    {"1": "l"}, {"1": "I"}, {"0": "O"}, {"0": "o", "1": "l"}, {"5": "S"}, {"0": "O", "5": "s", "1": "i"}, {"1": "|"},
)  # fmt: skip
MISHEARD = {"0": "oh", "1": "won", "2": "to", "3": "tree", "4": "for", "5": "five", "6": "six", "8": "ate", "9": "nein"}
CHAT = ("ok next", "wait", "last one", "and", "sorry one second")


def unnamed() -> Iterator[SecretMessages]:
    """Passwords without their word or with a mistyped one, answers to secret questions, papers, codes of cards."""
    for frames, secrets in ((STRONG_FRAMES, STRONG), (LOGIN_FRAMES, (*STRONG, *WEAK)), (WORD_FRAMES, WEAK)):
        for place, frame in enumerate(frames):
            for secret in (secrets[place % len(secrets)], secrets[(place + 3) % len(secrets)]):
                yield SecretMessages((frame.format(secret),), (squeezed(secret),))
    for frame, secret in ANSWERS:
        yield SecretMessages((frame.format(secret),), (squeezed(secret),))


def disguised() -> Iterator[SecretMessages]:
    """Letters for figures: everywhere, or all but the first and the last four."""
    for number in CARDS:
        for shape in (*shapes_of(number)[:1], (99,)):
            for table in LOOK_ALIKE:
                for written in (number.translate(str.maketrans(table)), _middle(number, table)):
                    if any(one.isdigit() for one in written) and written != number:
                        text = grouped(written, shape, " ")
                        yield SecretMessages((f"my card is {text}",), windows(squeezed(written), 8))
        yield SecretMessages((" ".join(MISHEARD.get(one, "seven") for one in number),), (_misheard(number),))
    for number in (SSNS[0], SSNS[3]):
        for table in LOOK_ALIKE[:4]:
            written = number.translate(str.maketrans(table))
            yield SecretMessages((f"ssn {grouped(written, (3, 2, 4), '-')}",), windows(squeezed(written), 6))
    yield SecretMessages(("4111a1111b1111c1111",), ("1111b1111",))
    yield SecretMessages(("$4111 $1111 $1111 $1111",), ("11111111",))
    yield SecretMessages(("starts 4111, middle 11111111, ends 1111",), ("11111111",))
    yield SecretMessages(("四一一一一一一一一一一一一一一一",), ("一一一一一一", "11111111"))


def _middle(number: str, table: dict[str, str]) -> str:
    return number[:4] + number[4:-4].translate(str.maketrans(table)) + number[-4:]


def _misheard(number: str) -> str:
    return squeezed(" ".join(MISHEARD.get(one, "seven") for one in number[:8]))


def over_chat() -> Iterator[SecretMessages]:
    """A number in pieces with words between them; what belongs to it after it; a name, and then what it is."""
    for place, number in enumerate(CARDS):
        pieces = [number[at : at + 4] for at in range(0, len(number), 4)]
        messages = [one for piece in pieces for one in (piece, CHAT[place % len(CHAT)])][:-1]
        if len(number) == 16:
            yield SecretMessages(tuple(messages), (number[:4], number[8:12]))
            yield SecretMessages((number[:12], "and", number[12:]), (number[:8], number[12:]))
        yield SecretMessages((f"card {grouped(number, (4, 4, 4), ' ')}", "12/27", "917"), ("1227", "917", number[:8]))
        yield SecretMessages((number, "exp 12/27... i mean 11/28", "the back is 917"), ("1227", "1128", "917"))
    yield SecretMessages(("ssn is 900", "45", "1234"), ("900", "45", "1234"))
    yield SecretMessages(
        ("routing number is", "021000021", "account number is", "9876543210"), ("021000021", "9876543210")
    )
    yield SecretMessages(("mi clave", "es 4491"), ("4491",))
    yield SecretMessages(("password", "Sunshine#42"), ("sunshine42",))
    yield SecretMessages(("what's my password?", "its hunter2"), ("hunter2",))
    yield SecretMessages(("what is my login", "i use", "r0s3bud"), ("r0s3bud",))
    yield SecretMessages(("driver's license number", "D1234567"), ("d1234567",))
    yield SecretMessages(("4l11 llll", "1111 1111"), ("4l11llll", "11111111"))
    yield SecretMessages(("4O12 8888", "8888 l88l"), ("4o128888", "8888l88l"))
