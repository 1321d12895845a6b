"""Secrets let slip in passing: no word for them, another word than the usual one, or half of them alone.

The cards are public test numbers; the social security numbers begin with 9 or 000 and belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.secret_messages import SecretMessages, squeezed

PASSWORDS = (
    ("log me in with Gloxinia45!", "Gloxinia45!"),
    ("try Gloxinia53! as the pass", "Gloxinia53!"),
    ("get me into the portal with Petunia88", "Petunia88"),
    ("sign me in using Marigold7", "Marigold7"),
    ("please log in as marge with Begonia21", "Begonia21"),
    ("can you open my account page with Zinnia2019?", "Zinnia2019"),
    ("pass is Dahlia64", "Dahlia64"),
    ("pw Dahlia65", "Dahlia65"),
    ("pwd: Dahlia66", "Dahlia66"),
    ("passcode for the site is Rhubarb12", "Rhubarb12"),
    ("use Rhubarb13 for the login", "Rhubarb13"),
    ("use Rhubarb14! to sign me on", "Rhubarb14!"),
    ("put in Clover33 where it wants the password", "Clover33"),
    ("it should be Clover34 for the portal sign in", "Clover34"),
    ("my log in is marge77 and then Clover35", "Clover35"),
    ("type Sparrow91 in the box and see if it lets you in", "Sparrow91"),
    ("see if Sparrow92 works for signing in", "Sparrow92"),
    ("does Sparrow93 still open my online account", "Sparrow93"),
    ("I always get in with Sparrow94", "Sparrow94"),
    ("my secret word is tangerine9", "tangerine9"),
    ("the magic word for the website is tangerine8", "tangerine8"),
    ("set the new pass to Tangerine77!", "Tangerine77!"),
    ("make my new login Tangerine78!", "Tangerine78!"),
    ("for the login put Tangerine79", "Tangerine79"),
    ("Tangerine80 is what I log in with", "Tangerine80"),
    ("Tangerine81 that's my pass", "Tangerine81"),
    ("entre con Girasol45!", "Girasol45!"),
    ("ábreme la cuenta con Girasol46", "Girasol46"),
    ("prueba Girasol47! como clave", "Girasol47!"),
    ("pruebe con Girasol48 a ver si entra", "Girasol48"),
    ("use Girasol49 para iniciar sesión", "Girasol49"),
    ("inicie sesión por mí con Girasol50", "Girasol50"),
    ("la clave del portal es Girasol51", "Girasol51"),
    ("mi contra es Girasol52", "Girasol52"),
    ("póngale Girasol53 de contraseña", "Girasol53"),
    ("la palabra secreta es girasol54", "girasol54"),
)
PINS = (
    ("nip de la tarjeta 9933", "9933"),
    ("el nip es 9934", "9934"),
    ("mi nip 9935", "9935"),
    ("9936 es el nip de mi débito", "9936"),
    ("el pin de la tarjeta es 9937", "9937"),
    ("pin de mi visa: 9938", "9938"),
    ("clave de la tarjeta 9939", "9939"),
    ("la clave del cajero es 9941", "9941"),
    ("el número secreto de la tarjeta es 9942", "9942"),
    ("código de la tarjeta 994", "994"),
    ("los tres números de atrás son 995", "995"),
    ("el código de atrás 996", "996"),
    ("el cvv es nueve nueve siete", "nuevenuevesiete"),
    ("mi nip es nueve nueve tres tres", "nuevenuevetrestres"),
    ("debit card pin 8831", "8831"),
    ("the pin for my card is 8832", "8832"),
    ("PIN# 8833", "8833"),
    ("my atm number is 8834", "8834"),
    ("atm code 8835", "8835"),
    ("8836 is my debit pin", "8836"),
    ("card's pin eight eight three seven", "eighteightthreeseven"),
    ("my pin number's 8838", "8838"),
    ("pin on the card: 8839", "8839"),
    ("I punch in 8841 at the ATM", "8841"),
    ("secret code for the card 8842", "8842"),
)
CODES = (
    ("the three on the back are 734", "734"),
    ("back of the card says 735", "735"),
    ("cvc2 736", "736"),
    ("csc is 737", "737"),
    ("cid 7381", "7381"),
    ("security number on my card is 739", "739"),
    ("verification number 741 on the back", "741"),
    ("the 3 digit code is 742", "742"),
    ("the little number on the back is 743", "743"),
    ("and the code on the front of my amex is 7441", "7441"),
    ("cvv seven four five", "sevenfourfive"),
    ("the last three digits on the signature strip are 746", "746"),
)
HALVES = (
    ("4929 7226", "49297226"),
    ("the first half is 4929 7226", "49297226"),
    ("first eight of my card 49297226", "49297226"),
    ("card starts with 4929 7226", "49297226"),
    ("it begins 5424 1813", "54241813"),
    ("the card number starts 5424 1813 and I'll send the rest", "54241813"),
    ("first part: 5424-1813", "54241813"),
    ("4000 0566 then the rest", "40000566"),
    ("first 12 are 4000 0566 5566", "400005665566"),
    ("the last eight are 5566 5556", "55665556"),
    ("second half is 5566 5556", "55665556"),
    ("the rest of the card is 5566 5556", "55665556"),
    ("my visa number, first half 4539 1488", "45391488"),
    ("visa 4539 1488 ...", "45391488"),
    ("4539-1488-", "45391488"),
    ("3714 496353", "3714496353"),
    ("la primera mitad es 4929 7226", "49297226"),
    ("empieza con 4929 7226", "49297226"),
    ("los primeros ocho son 5424 1813", "54241813"),
    ("la segunda mitad 5566 5556", "55665556"),
    ("mi tarjeta comienza 4539 1488", "45391488"),
    ("my card begins four nine two nine seven two two six", "fourninetwonineseventwotwosix"),
)
SPLIT = (
    (("4929 7226", "0344 8895"), ("49297226", "03448895")),
    (("first half 5424 1813", "second half 0000 5556"), ("54241813", "00005556")),
    (("4000 0566", "5566 5556"), ("40000566", "55665556")),
    (("it starts 4539 1488", "and ends 0343 6467"), ("45391488", "03436467")),
    (("37828224", "6310005"), ("37828224", "6310005")),
    (("la primera mitad 4929 7226", "la otra mitad 0344 8895"), ("49297226", "03448895")),
    (("my social starts with 900 45", "and ends in 1234"), ("90045", "1234")),
    (("card is 4111 1111 1111", "1111, exp 12/28"), ("411111111111", "1228")),
)
PAPERS = (
    ("checking is at 021000021 and then 55512345678", ("021000021", "55512345678")),
    ("aba 021000021", ("021000021",)),
    ("my bank's number is 021000021", ("021000021",)),
    ("the long number at the bottom of the check is 000123456789", ("000123456789",)),
    ("the numbers on my check are 021000021 and 9876543210", ("021000021", "9876543210")),
    ("rtn 021000021 acct 55512345678", ("021000021", "55512345678")),
    ("número de ruta 021000021", ("021000021",)),
    ("ruta: 021000021, cuenta: 55512345678", ("021000021", "55512345678")),
    ("mi cuenta de cheques es 000123456789", ("000123456789",)),
    ("my soc is 900-45-1234", ("900451234",)),
    ("soc sec 900 45 1234", ("900451234",)),
    ("itin 912-88-2001", ("912882001",)),
    ("my I.T.I.N. is 912 88 2001", ("912882001",)),
    ("mi itin es 912882001", ("912882001",)),
    ("mi seguro social 900 45 1234", ("900451234",)),
    ("mi número de seguro es 900451234", ("900451234",)),
    ("last four of the social 1234", ("1234",)),
    ("los últimos cuatro de mi seguro son 1234", ("1234",)),
    ("social ends in 1234", ("1234",)),
    ("taxpayer number 912882001", ("912882001",)),
    ("my driver's license is D1234567", ("D1234567",)),
    ("dl number D1234568", ("D1234568",)),
    ("DL# 12345679", ("12345679",)),
    ("licence number S530-4601-2345", ("S53046012345",)),
    ("mi licencia de conducir es D1234560", ("D1234560",)),
    ("licencia número 12345671", ("12345671",)),
    ("my state id is 812345672", ("812345672",)),
    ("passport 512345673", ("512345673",)),
    ("mi pasaporte es G12345674", ("G12345674",)),
    ("medicare number 1EG4-TE5-MK73", ("1EG4TE5MK73",)),
)


def in_passing() -> Iterator[SecretMessages]:
    """One message each."""
    for text, secret in (*PASSWORDS, *PINS, *CODES, *HALVES):
        yield SecretMessages((text,), (squeezed(secret),))
    for text, secrets in PAPERS:
        yield SecretMessages((text,), tuple(squeezed(one) for one in secrets))


def in_halves() -> Iterator[SecretMessages]:
    """Over two messages."""
    for messages, secrets in SPLIT:
        yield SecretMessages(messages, tuple(squeezed(one) for one in secrets))
