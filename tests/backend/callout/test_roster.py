"""Who is on call, as the office writes it: read as it is, and refused by name where it cannot be."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from backend.callout.roster import OnCallPerson, people_on_duty
from backend.config import ROOT
from backend.coop import Coop, load_coop
from backend.errors import SettingsError
from tests.backend.callout.crew import NIGHT

REST = (ROOT / "coop.toml").read_text(encoding="utf-8")
WITHOUT = REST[: REST.index("[[on_call]]")] + REST[REST.index("[arrangements]") :]


def load(folder: Path, lines: str) -> Coop:
    path = folder / "coop.toml"
    path.write_text(f"{WITHOUT}\n{lines}\n", encoding="utf-8")
    return load_coop(path)


def test_on_call_list_may_be_empty(tmp_path: Path) -> None:
    assert load(tmp_path, "").on_call == ()


def test_people_are_read_in_order(tmp_path: Path) -> None:
    one = '[[on_call]]\nname = "Sam"\ntext = "815-555-0111"\nlanguages = ["es", "en"]\nhours = ["16:30", "08:00"]\n'
    two = '[[on_call]]\nname = "Desk"\nemail = "desk@coop.example"\n'
    sam, desk = load(tmp_path, one + two).on_call
    assert (sam.name, sam.phone, sam.language, sam.hours) == ("Sam", "+18155550111", "es", (time(16, 30), time(8)))
    assert (desk.phone, desk.email, desk.hours) == (None, "desk@coop.example", None)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('[[on_call]]\ntext = "+18155550111"', "on_call 1: name"),
        ('[[on_call]]\nname = "Sam"', "needs a phone in text, an email, or both"),
        ('[[on_call]]\nname = "Sam"\ntext = "the barn"', "on_call 1: text"),
        ('[[on_call]]\nname = "Sam"\nemail = "sam"', "on_call 1: email"),
        ('[[on_call]]\nname = "Sam"\ntext = "+18155550111"\nhours = "nights"', "on_call 1: hours"),
        ('[[on_call]]\nname = "Sam"\ntext = "+18155550111"\nhours = ["08:00", "08:00"]', "on_call 1: hours"),
        ('[[on_call]]\nname = "Sam"\ntext = "+18155550111"\nlanguages = ["fr"]', "on_call 1: languages"),
        ('[[on_call]]\nname = "Sam"\nphone = "+18155550111"', "on_call 1: there is no phone"),
        ('[[on_call]]\nname = "Sam"\ntext = 8155550111', "on_call 1: text"),
        ('[[on_call]]\nname = "A"\ntext = "+18155550111"\n[[on_call]]\nname = "B"\ntext = "8155550111"', "same text"),
        ('[on_call]\nname = "Sam"', "on_call must be a list"),
    ],
)
def test_invalid_entry_is_refused_by_name(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load(tmp_path, lines)


def test_hours_may_go_over_midnight_and_a_gap_leaves_no_one_out() -> None:
    day = OnCallPerson("Day", "+15555550111", None, hours=(time(8), time(16)))
    assert people_on_duty([day, NIGHT], time(23)) == [NIGHT]
    assert people_on_duty([day, NIGHT], time(5, 59)) == [NIGHT]
    assert people_on_duty([day, NIGHT], time(8)) == [day]
    assert people_on_duty([day, NIGHT], time(7)) == [day, NIGHT]
