from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from backend.logins import passwords

KNOWN = ["Prairie Rivers Electric Cooperative", "99999", "Ruth Alvarez", "ruth.alvarez"]


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("violet tractor 88 hills", None),
        ("aaaaaaaaaab", "common"),
        ("nine char", "too_short"),
        ("ten chars.", None),
        ("q1w2e3r4t5y6", "common"),
        ("Q1W2E3R4T5Y6", "common"),
        ("x9 " * 43, "too_long"),
        ("ab3 " * 16, None),
        ("RuthAlvarez99999", "guessable"),
        ("prairie rivers!!!", "guessable"),
        ("ruth.alvarez1", "guessable"),
        ("ruth keeps nine brown hens", None),
        ("\u8f9b\u3044\u30ab\u30ec\u30fc\u3092\u98df\u3079\u305f\u3044\u306a", None),
    ],
)
def test_length_and_blocklist_and_no_other_rule(password: str, problem: str | None) -> None:
    assert passwords.find_password_problem(password, KNOWN) == problem


async def test_argon2id_as_strong_as_asked() -> None:
    made = await passwords.hash_password("violet tractor 88 hills")
    parameters = extract_parameters(made)
    assert made.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19456, 2, 1)
    assert await passwords.verify_password(made, "violet tractor 88 hills")
    assert not await passwords.verify_password(made, "violet tractor 88 hill")
    assert not await passwords.verify_password(None, "nobody signs in with this")
    assert not await passwords.verify_password("not a hash", "violet tractor 88 hills")
    assert not passwords.needs_rehash(made)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("violet tractor"))
