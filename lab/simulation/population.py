"""Creates the members of simulated conversations, in batches; each has words that no other member has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.app import Backend
from backend.demo import DEMO_PEOPLE, DemoPerson, add
from lab.members import MemberCopy
from lab.simulation.personas import Persona
from lab.system import MemberlineSystem

BATCH = 40
MAX_MONTHS = 14  # of bills; levelized billing needs 12
SYLLABLES = ("ba", "de", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "xa", "ze")


@dataclass(frozen=True)
class SimulatedAccount:
    """A member, with a surname and an email that no other member has."""

    copy: MemberCopy
    surname: str
    email: str

    @property
    def base(self) -> str:
        return self.copy.number.split("-")[0]


def create_accounts(system: MemberlineSystem, personas: Sequence[Persona], first: int) -> list[SimulatedAccount]:
    """Create a member for each persona; `first` is the six-digit number of the member with index 0."""
    people = [_build_person(persona, first) for persona in personas]

    async def put(backend: Backend) -> None:
        for start in range(0, len(people), BATCH):
            async with backend.db.transaction() as session:
                await add(backend, session, people[start : start + BATCH])

    system.run_with_backend(put)
    accounts = []
    for persona, person in zip(personas, people, strict=True):
        copy = MemberCopy(f"{person.number}-{persona.demo_member.split('-')[1]}", person.phone)
        accounts.append(SimulatedAccount(copy, person.name.split()[-1], person.email or ""))
    return accounts


def _build_person(persona: Persona, first: int) -> DemoPerson:
    base, _ = persona.demo_member.split("-")
    model = next(person for person in DEMO_PEOPLE if person.number == base)
    count = first + persona.index
    return replace(
        model,
        number=f"{count:06d}",
        name=f"{model.name.split()[0]} {make_surname(count)}",
        phone=f"+15557{count:06d}",
        email=f"member{count}@example.com" if model.email else None,
        user_id=f"member.{count}" if model.user_id else "",
        places=tuple(replace(place, months=min(place.months, MAX_MONTHS)) for place in model.places),
    )


def make_surname(count: int) -> str:
    """A surname that no two members share: the number in syllables."""
    name = ""
    for _ in range(5):
        count, digit = divmod(count, len(SYLLABLES))
        name += SYLLABLES[digit]
    return name.capitalize()


def find_foreign_words(words: Iterable[str], own: SimulatedAccount) -> set[str]:
    """The words that belong to another member."""
    known = (own.base, own.copy.number.replace("-", ""), own.surname, own.email)
    return {word for word in words if word and not any(word in name for name in known)}
