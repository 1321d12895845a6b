"""What moves money in Spanish, and what only sounds like it: as strict as the English."""

from __future__ import annotations

import pytest
import yaml

from backend.language import SPANISH
from backend.reading.acts.yes_no import NO, detect_yes_no
from backend.reading.acts.yes_no import YES as A_YES
from backend.reading.spanish import to_english
from backend.reading.spanish.translation import TABLES_FOLDER

YES = """sí
si
Sí.
SÍ POR FAVOR
sí, correcto
sí es correcto
correcto
claro
claro que sí
sí, claro
por supuesto
desde luego
de acuerdo
acepto
sí acepto
sí, autorizo
confirmo
exacto
así es
está bien
sí, está bien
sí, así está bien
adelante
sí, adelante
hágalo por favor
siga
dele
páguelo
sí, páguelo
pague
PAGAR
pago
perfecto
vale
ándale pues
órale
pues sí
bueno, sí
sí señor
sí señora
sí, gracias
sí quiero pagar
ok
afirmativo""".splitlines()

NOT_YES = """sí pero mañana
sí 60
sí 6789
sí, la mitad
sí, todo lo que debo menos 20
si me pagan
si puedo
si tengo dinero
si no
sí y no
sí cuando tenga dinero
sí en cuanto me paguen
sí, la otra tarjeta
sí, con la de cheques
sí?
¿sí?
¿correcto?
sí, ¿cuánto es?
sí, pero
sí, espere
creo que sí
a lo mejor sí
supongo que sí
ya pagué
ya pague
ya lo pagué
sí, ya pagué
pagué
sí, pagué
ya pagó
ya
ya está bien
ya no
y
k
que
bueno
¿bueno?
listo
quiero pagar
quiero pagar menos
no quiero pagar
abono
pague mañana
pague el viernes
pague todo
claro que no
por supuesto que no
no está bien
no está claro
no estoy de acuerdo
no es correcto
no acepto
no hay problema
no lo haga
mejor no
todavía no
ahora no
igual
tal vez
cómo
espere
nada""".splitlines()

NO_WORDS = """no
no gracias
ahora no
claro que no
para nada
así no
está mal
nel
no lo haga
no pague""".splitlines()


@pytest.mark.parametrize("message", YES)
def test_a_yes(message: str) -> None:
    assert detect_yes_no(to_english(message), "", SPANISH) == A_YES


@pytest.mark.parametrize("message", NOT_YES)
def test_no_yes(message: str) -> None:
    assert detect_yes_no(to_english(message), "", SPANISH) != A_YES


@pytest.mark.parametrize("message", NO_WORDS)
def test_a_no(message: str) -> None:
    assert detect_yes_no(to_english(message), "", SPANISH) == NO


# Every phrase of the tables that is put into nothing but words of agreement, and so is a yes to a read-back. A new one
# is written down here, or put into other words: "ya pagué" and "abono" were once among them.
AGREEING = """
acepto/acepto los terminos/adelante/afirmativo/andale/andale pues/asi es/asi esta bien/asi mero/autorizo/bien
claro/claro por favor/claro que si/cobrela/cobrelo/como no/confirmado/confirmar/confirmo/correcto/dale
de acuerdo/dele/desde luego/es correcto/eso es/esta bien/esta correcto/estoy de acuerdo/exacto/hagale/hagalo
hazlo/lo acepto/lo autorizo/lo confirmo/muy bien/okey/orale/orale pues/paga/pagala/pagalo/pagalo ya/pagar/pago
pague/pague ya/paguela/paguelo/paguelo ahora/paguelo ya/perfecto/por supuesto/por supuesto que si/proceda/sale
sale pues/si/si acepto/si asi es/si autorizo/si correcto/si es correcto/si eso es/si esta bien
si estoy de acuerdo/si lo acepto/si lo autorizo/si lo quiero/si por favor/si quiero/si senor/si senora
si senorita/si si/siga/siga adelante/sigale/simon/sip/todo bien/todo correcto/vale"""


def test_only_words_of_agreement_become_a_yes() -> None:
    phrases = {
        phrase.strip()
        for path in TABLES_FOLDER.glob("*.yml")
        for line in yaml.safe_load(path.read_text(encoding="utf-8")).values()
        for phrase in line.split(",")
    }
    agreeing = {phrase for phrase in phrases if detect_yes_no(to_english(phrase), "", SPANISH) == A_YES}
    assert agreeing - set(AGREEING.strip().replace("\n", "/").split("/")) == set()
