"""Creates the demo members with bills, payments and readings. Dates are relative to the day of creation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.alerts.kinds import PAPERLESS
from backend.alerts.models import AlertSetting
from backend.audit import service as audit
from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing import bills, ledger
from backend.billing.ledger import LedgerLine
from backend.billing.models import Account, Bill, PrepaidAccount
from backend.db import DEMO
from backend.demo.people import DEMO_ACCOUNTS, DEMO_PEOPLE, DemoAccount, DemoMethod, DemoPerson, make_bank_account
from backend.logins import service as logins
from backend.logins.passwords import HASHER
from backend.members.models import Member
from backend.months import add_months, first_of_month
from backend.payments.models import Payment, PaymentMethod
from backend.providers.billing.base import PaymentFact
from backend.usage.bill_comparison import count_days
from backend.usage.models import DailyReading, MeterReading

if TYPE_CHECKING:
    from backend.app import Backend

PAID_AFTER = timedelta(days=11)
BILL_TO_DUE = timedelta(days=20)
READ_TO_BILL = timedelta(days=3)
TEMPERATURES = (21, 26, 38, 50, 61, 71, 75, 73, 65, 53, 39, 27)  # Fahrenheit by month, as in northern Illinois
READING_MONTHS = 24
DAYS_BILLS = 3  # of the newest bills, each day is known
WEEKDAY_WEIGHTS = (92, 90, 95, 93, 98, 118, 114)  # more at the weekend
KWH_BY_MONTH = (980, 890, 760, 610, 580, 840, 1120, 1080, 760, 600, 690, 900)
DEMO_PASSWORD = "lantern birch river"  # noqa: S105 - of the demo members who have a user ID
NEW_ADDRESS_MONTHS = 12  # up to this an address counts as new
BASIC_CENTS, ENERGY_MILLS, TAX_MILLS = 2950, 1135, 32  # mills: hundredths of a cent a kWh


@dataclass
class _Seeding:
    """State shared by the functions below."""

    backend: Backend
    session: AsyncSession
    today: date
    numbers: set[str] = field(default_factory=set)

    def at(self, day: date) -> datetime:
        """10 AM local time of that day, as aware UTC."""
        return datetime.combine(day, time(10), self.backend.coop.zone).astimezone(UTC)

    def new_confirmation(self) -> str:
        """A confirmation number not in use."""
        while (number := confirmation_numbers.random_number()) in self.numbers:
            continue
        self.numbers.add(number)
        return number


async def seed(backend: Backend) -> bool:
    """Create all demo members unless the database has members. Returns whether they were created."""
    async with backend.db.transaction() as session:
        await backend.db.lock_key(session, DEMO)
        if await session.scalar(select(Member.id).limit(1)):
            return False
        await add(backend, session, DEMO_PEOPLE)
    return True


async def find_demo_accounts(backend: Backend) -> list[tuple[str, str, str]]:
    """Those of DEMO_ACCOUNTS that this database has: none after an import of others."""
    query = select(Account.number, Member.phone).join(Member, Account.member_id == Member.id)
    async with backend.db.read_session() as session:
        rows = await session.execute(query.where(Account.number.in_([number for number, _, _ in DEMO_ACCOUNTS])))
        there = {(number, (phone or "")[-4:]) for number, phone in rows}
    return [each for each in DEMO_ACCOUNTS if each[:2] in there]


async def add(backend: Backend, session: AsyncSession, people: Iterable[DemoPerson]) -> None:
    """Create these members with their history. Their numbers must be free."""
    taken = set(await session.scalars(select(Payment.confirmation)))
    seeding = _Seeding(backend, session, backend.today(), taken)
    for person in people:
        await _add_person(seeding, person)


async def _add_person(seeding: _Seeding, person: DemoPerson) -> None:
    session = seeding.session
    member = Member(
        number=person.number,
        name=person.name,
        kind=person.kind,
        phone=person.phone,
        email=person.email_address,
    )
    session.add(member)
    await session.flush()
    await logins.save_holder_proof(session, seeding.backend, member, person.holder_digits)
    if person.user_id:
        await logins.add(session, seeding.backend, member, person.user_id, _password_hash())
    methods = [_build_method(seeding.today, member.id, method) for method in person.methods]
    # past payments need a method, even where none is on file now
    removed = _build_method(seeding.today, member.id, make_bank_account("1111", "tok_bank_6789"), active=False)
    past = methods[0] if methods else removed
    session.add_all([past, *methods])
    await session.flush()
    for place in person.places:
        account = await _add_account(seeding, member, person, place)
        if place.prepaid_daily_cents:
            await _pay_ahead(seeding, account, place)
        else:
            await _add_history(seeding, account, past, person, place)
        _add_autopay(seeding, account, past, person)
        session.add_all(_build_alert_settings(seeding, account, person))
    await session.flush()


@cache
def _password_hash() -> str:
    return HASHER.hash(DEMO_PASSWORD)  # slow on purpose, so once per process


def _build_method(today: date, member_id: int, method: DemoMethod, active: bool = True) -> PaymentMethod:
    years = method.expires_in
    return PaymentMethod(
        member_id=member_id,
        token=method.token,
        kind=method.kind,
        brand=method.brand,
        last4=method.last4,
        exp_month=None if years is None else today.month,
        exp_year=None if years is None else today.year + years,
        active=active,
    )


async def _add_account(seeding: _Seeding, member: Member, person: DemoPerson, place: DemoAccount) -> Account:
    account = Account(
        member_id=member.id,
        separator=place.separator,
        number=f"{person.number}-{place.separator}",
        number_digits=f"{person.number}{place.separator}",
        service_address=place.address,
        status=place.status,
        opened_on=add_months(seeding.today, -(40 if place.months > NEW_ADDRESS_MONTHS else place.months)),
    )
    seeding.session.add(account)
    await seeding.session.flush()
    await audit.record_job_act(
        seeding.session,
        seeding.backend,
        job="demo",
        act="account_created",
        account_id=account.id,
        after={"number": account.number},
    )
    return account


def _add_autopay(seeding: _Seeding, account: Account, method: PaymentMethod, person: DemoPerson) -> None:
    if person.draft:
        seeding.session.add(LegacyDraft(account_id=account.id, method_id=method.id))
    if person.autopay_in is not None:
        runs_on = seeding.today + timedelta(days=person.autopay_in)
        seeding.session.add(AutoPay(account_id=account.id, method_id=method.id, day_of_month=runs_on.day))


def _build_alert_settings(seeding: _Seeding, account: Account, person: DemoPerson) -> Iterator[AlertSetting]:
    """Alerts as imported from a previous portal."""
    for kind, threshold in person.alerts:
        yield AlertSetting(
            account_id=account.id,
            kind=kind,
            by_text=kind != PAPERLESS,
            by_email=True,
            threshold=threshold,
            since=seeding.at(seeding.today),
        )


async def _pay_ahead(seeding: _Seeding, account: Account, place: DemoAccount) -> None:
    """What is left on a prepaid account, without the history that it comes from."""
    seeding.session.add(PrepaidAccount(account_id=account.id, daily_cents=place.prepaid_daily_cents))
    entries = [LedgerLine(ledger.RECEIVABLE, place.due_cents), LedgerLine(ledger.REVENUE, -place.due_cents)]
    await ledger.write_booking(
        seeding.session,
        f"opening:{account.number}",
        entries,
        account_id=account.id,
        at=seeding.at(seeding.today),
        memo="Prepaid balance taken over",
    )


async def _add_history(
    seeding: _Seeding, account: Account, method: PaymentMethod, person: DemoPerson, place: DemoAccount
) -> None:
    """Monthly bills, all paid but the last `unpaid`, whose amounts sum to `due_cents`."""
    newest_due = seeding.today + timedelta(days=person.due_in)
    amounts: list[int] = []  # of the unpaid bills, the oldest first
    if place.unpaid:
        share = place.due_cents // place.unpaid
        amounts = [share] * (place.unpaid - 1) + [place.due_cents - share * (place.unpaid - 1)]
    issued = []
    for back in range(place.months - 1, -1, -1):
        due_on = add_months(newest_due, -back)
        amount = amounts[len(amounts) - 1 - back] if back < len(amounts) else None
        previous_end = add_months(newest_due, -back - 1) - BILL_TO_DUE - READ_TO_BILL
        bill = _build_bill(account, previous_end + timedelta(days=1), due_on, amount)
        issued.append(await bills.issue(seeding.session, bill, at=seeding.at(bill.issued_on)))
        if back >= place.unpaid:
            extra = -place.due_cents if back == 0 and place.due_cents < 0 else 0
            await _add_payment(seeding, account, method, bill, extra)
    seeding.session.add_all(_make_readings(account.id, issued)[: place.months])
    if person.daily_use:
        seeding.session.add_all(_make_days(account.id, issued, seeding.today))


def _build_bill(account: Account, period_start: date, due_on: date, amount_cents: int | None) -> Bill:
    issued_on = due_on - BILL_TO_DUE
    period_end = issued_on - READ_TO_BILL
    usual = KWH_BY_MONTH[period_end.month - 1] * (80 + account.id * 7 % 50) // 100
    kwh = usual * (94 + (period_end.year * 5 + period_end.month * 7) % 13) // 100
    if amount_cents is not None:
        kwh = max(0, (amount_cents - BASIC_CENTS) * 100 // (ENERGY_MILLS + TAX_MILLS) - 5)
    lines = _build_lines(kwh, amount_cents)
    return Bill(
        account_id=account.id,
        number=f"{account.number}-{issued_on:%y%m%d}",
        issued_on=issued_on,
        due_on=due_on,
        period_start=period_start,
        period_end=period_end,
        kwh=kwh,
        amount_cents=sum(line["cents"] for line in lines),
        lines=lines,
    )


def _build_lines(kwh: int, amount_cents: int | None) -> list[dict[str, object]]:
    """The lines of a bill. The power cost adjustment makes them sum to `amount_cents` exactly."""
    energy = (kwh * ENERGY_MILLS + 50) // 100
    tax = (kwh * TAX_MILLS + 50) // 100
    basic = min(BASIC_CENTS, amount_cents) if amount_cents is not None else BASIC_CENTS
    rest = amount_cents - basic - energy - tax if amount_cents is not None else kwh // 5
    return [
        {"label": "Basic service charge", "cents": basic},
        {"label": f"Energy, {kwh} kWh at $0.1135", "cents": energy},
        {"label": "Power cost adjustment", "cents": rest},
        {"label": "Electricity excise tax", "cents": tax},
    ]


async def _add_payment(
    seeding: _Seeding, account: Account, method: PaymentMethod, bill: Bill, extra_cents: int
) -> None:
    """A posted payment of the past, with its booking."""
    day = min(bill.issued_on + PAID_AFTER, seeding.today - timedelta(days=1))
    number = seeding.new_confirmation()
    payment = Payment(
        key=f"demo:{bill.number}",
        confirmation=number,
        account_id=account.id,
        method_id=method.id,
        amount_cents=bill.amount_cents + extra_cents,
        fee_cents=0,
        status="posted",
        channel="portal",
        created_at=seeding.at(day),
        updated_at=seeding.at(day),
        posted_on=day,
    )
    seeding.session.add(payment)
    booked = PaymentFact(payment.key, account.id, payment.amount_cents, 0, seeding.at(day))
    await seeding.backend.billing.payment_posted(seeding.session, booked)


def _make_readings(account_id: int, issued: Iterable[Bill]) -> list[MeterReading]:
    """24 monthly readings: from bills, and for months before them, from the same month a year later, slightly less."""
    by_month = {first_of_month(bill.period_end): bill for bill in issued}
    newest = max(by_month)
    kwh = {month: bill.kwh for month, bill in by_month.items()}
    found = []
    for back in range(READING_MONTHS):
        month = add_months(newest, -back)
        bill = by_month.get(month)
        if month not in kwh:
            kwh[month] = kwh.get(add_months(month, 12), 0) * (88 + _weather(month) * 3) // 100
        found.append(
            MeterReading(
                account_id=account_id,
                month=month,
                kwh=kwh[month],
                days=count_days(bill) if bill else 30,
                avg_temp_f=TEMPERATURES[month.month - 1] + _weather(month) - 4,
            )
        )
    return found


def _make_days(account_id: int, issued: Sequence[Bill], today: date) -> Iterator[DailyReading]:
    """Each day up to yesterday: those of a bill add up to it, those after the newest bill go on as its days do."""
    for bill in issued[-DAYS_BILLS:]:
        days = [bill.period_start + timedelta(days=at) for at in range(count_days(bill))]
        weights, left = [_day_weight(day) for day in days], bill.kwh * 1000
        for day, weight in zip(days[:-1], weights[:-1], strict=True):
            wh = bill.kwh * 1000 * weight // sum(weights)
            left -= wh
            yield DailyReading(account_id=account_id, day=day, wh=wh)
        yield DailyReading(account_id=account_id, day=days[-1], wh=left)
    newest, day = issued[-1], issued[-1].period_end + timedelta(days=1)
    while day < today:
        wh = newest.kwh * 10 * _day_weight(day) // count_days(newest)
        yield DailyReading(account_id=account_id, day=day, wh=wh)
        day += timedelta(days=1)


def _day_weight(day: date) -> int:
    """About 100, deterministic."""
    return WEEKDAY_WEIGHTS[day.weekday()] + (day.toordinal() * 7) % 23 - 11


def _weather(month: date) -> int:
    """0 to 8, deterministic: some months are colder than the same month a year before."""
    return (month.year * 5 + month.month * 7) % 9
