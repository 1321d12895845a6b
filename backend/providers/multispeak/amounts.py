"""Amounts of money in MultiSpeak: dollars as xsd:float, read and written to the cent or not at all.

A float of 32 bits, which is what the standard declares, tells cents apart only below $131,072. Above, an amount may be
a cent off without anybody seeing it, so it is refused in both directions.
"""

from __future__ import annotations

import re
import struct
from decimal import ROUND_HALF_EVEN, Context, Decimal

LIMIT_CENTS = 131_072_00
XML_BLANKS = " \t\r\n"
# the spellings of xsd:float, without NaN and INF
FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
MAX_LENGTH = 40
EXACT = Context(prec=200)
SUM_NOISE = Decimal("1E-7")  # dollars: adding a thousand amounts of this size leaves less


class InvalidAmount(ValueError):
    """The text is no amount in whole cents; the message says why."""


def parse_cents(text: str) -> int:
    """`112.4`, `1.124E2` and `112.400002` as 11240; `12.345` and `NaN` raise InvalidAmount.

    More than two decimals are accepted only where they are what binary floats make of an amount in cents.
    """
    bare = text.strip(XML_BLANKS)
    if len(bare) > MAX_LENGTH or not FLOAT.fullmatch(bare):
        raise InvalidAmount("is no amount")
    dollars = Decimal(bare)
    if abs(dollars) * 100 >= LIMIT_CENTS:
        raise InvalidAmount("is too large for a float to hold the cents")
    exact_cents = EXACT.multiply(dollars, Decimal(100))
    cents = int(exact_cents.to_integral_value(ROUND_HALF_EVEN))
    if exact_cents != cents and not _is_float_noise(dollars, cents):
        raise InvalidAmount("is no whole number of cents")
    return cents


def format_amount(cents: int) -> Decimal:
    """`11240` as `112.40`, for an element of type xsd:float. Raises InvalidAmount from $131,072 on."""
    if abs(cents) >= LIMIT_CENTS:
        raise InvalidAmount("is too large for a float to hold the cents")
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def _is_float_noise(dollars: Decimal, cents: int) -> bool:
    """Whether `dollars` is the float nearest to the cents, of 32 bits, printed with as many digits, or what adding
    floats of 64 bits leaves over."""
    if abs(EXACT.subtract(dollars, Decimal(cents).scaleb(-2))) < SUM_NOISE:
        return True
    exponent = int(dollars.as_tuple().exponent)
    half_a_unit = Decimal((0, (5,), exponent - 1))
    (single,) = struct.unpack("f", struct.pack("f", cents / 100))
    return abs(EXACT.subtract(dollars, Decimal(single))) <= half_a_unit
