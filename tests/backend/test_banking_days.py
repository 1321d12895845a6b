"""Banking days against the Federal Reserve's published holidays."""

from datetime import date

import pytest

from backend.autopay.schedule import first_run_day
from backend.banking_days import add_banking_days, federal_holidays
from backend.config import ROOT
from backend.coop import load_coop

FEDERAL_RESERVE_2026 = {
    date(2026, 1, 1),
    date(2026, 1, 19),
    date(2026, 2, 16),
    date(2026, 5, 25),
    date(2026, 6, 19),
    date(2026, 9, 7),
    date(2026, 10, 12),
    date(2026, 11, 11),
    date(2026, 11, 26),
    date(2026, 12, 25),
}


def test_the_holidays_of_a_year_with_one_on_a_saturday() -> None:
    assert federal_holidays(2026) - {date(2026, 7, 4)} == FEDERAL_RESERVE_2026


def test_sunday_holiday_is_observed_on_monday() -> None:
    assert date(2027, 7, 5) in federal_holidays(2027)
    assert date(2023, 1, 2) in federal_holidays(2023)


@pytest.mark.parametrize(
    ("posted", "returned"),
    [
        (date(2026, 11, 16), date(2026, 11, 18)),  # Monday to Wednesday
        (date(2026, 11, 20), date(2026, 11, 24)),  # Friday over the weekend
        (date(2026, 11, 22), date(2026, 11, 24)),  # Sunday
        (date(2026, 11, 25), date(2026, 11, 30)),  # over Thanksgiving and the weekend
        (date(2026, 7, 2), date(2026, 7, 6)),  # a Saturday holiday takes no weekday with it
        (date(2026, 12, 31), date(2027, 1, 5)),  # over New Year
    ],
)
def test_two_banking_days_after(posted: date, returned: date) -> None:
    assert add_banking_days(posted, 2) == returned


def test_co_op_holiday_is_not_a_banking_day_for_it() -> None:
    coop = load_coop(ROOT / "coop.toml")
    assert add_banking_days(date(2026, 11, 25), 1) == date(2026, 11, 27), (
        "the banks are open the day after Thanksgiving"
    )
    assert add_banking_days(date(2026, 11, 25), 1, coop.holiday_name) == date(2026, 11, 30)
    assert first_run_day(date(2026, 11, 25), coop) == date(2026, 12, 1)
    assert first_run_day(date(2027, 12, 30), coop) == date(2028, 1, 4), "New Year's Day is kept on the Friday before"
