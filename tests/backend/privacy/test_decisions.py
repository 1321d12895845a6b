"""Every table has a decision about what becomes of its rows."""

from __future__ import annotations

import ast

import pytest

from backend.config import ROOT
from backend.db import Base
from backend.models import list_models
from backend.privacy.decisions import DECISIONS, ENGINE_TABLES
from backend.privacy.periods import MINIMUM_DAYS, RetentionPeriods, parse_periods

MODELS = {model.__name__: model for model in list_models()}
SECRET_COLUMNS = ("hash", "token", "source", "browser", "target", "provider", "password_hash", "digits")
NO_SECRETS = {("OutsideEntry", "source")}
"""How it was paid."""


def test_every_table_has_a_decision() -> None:
    assert set(MODELS) - set(DECISIONS) == set(), "say in backend/privacy/decisions.py what becomes of these tables"
    assert set(DECISIONS) - set(MODELS) == set(), "tables that are gone"


def test_every_table_of_the_engine_is_known() -> None:
    source = ast.parse((ROOT / "engine" / "components" / "tracker_store.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    tables = {
        call.args[0].value  # type: ignore[attr-defined]
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "Table"
    }
    assert tables == set(ENGINE_TABLES)


@pytest.mark.parametrize("name", DECISIONS)
def test_decision_is_whole(name: str) -> None:
    decision, columns = DECISIONS[name], set(MODELS[name].__table__.columns.keys())
    assert bool(decision.export) != bool(decision.left_out), "exported, or a reason why not"
    assert set(decision.export) <= columns
    harmless = {column for model, column in NO_SECRETS if model == name}
    assert not [each for each in decision.export if each not in harmless and any(w in each for w in SECRET_COLUMNS)]
    assert decision.erase == "delete" or decision.kept or decision.owner == "nobody", "what stays needs a reason"
    assert decision.period is None or decision.period in RetentionPeriods.__dataclass_fields__
    assert not decision.age or (decision.age in columns and decision.period)


def test_whose_a_row_is_follows_from_its_columns() -> None:
    needed = {"member": "member_id", "account": "account_id", "conversation": "conversation_id", "login": "login_id"}
    itself = {"Member", "Account", "Conversation", "ActionResult"}
    for name, decision in DECISIONS.items():
        if name not in itself and decision.owner in needed:
            assert needed[decision.owner] in MODELS[name].__table__.columns, name


def test_tables_that_refer_to_a_deleted_one_are_deleted_with_it() -> None:
    """Otherwise an erasure would stop at a foreign key."""
    by_table = {model.__tablename__: name for name, model in MODELS.items()}
    for table in Base.metadata.sorted_tables:
        for foreign in table.foreign_keys:
            target = DECISIONS[by_table[foreign.column.table.name]]
            if target.erase == "delete":
                assert DECISIONS[by_table[table.name]].erase == "delete", f"{table.name} refers to {foreign.column}"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"chats": 30}, "retention.chats is not known; there are: conversations"),
        ({"consents": 365}, "retention.consents must be whole days, 730 or more: Nacha"),
        ({"misses": "400"}, "retention.misses must be whole days, 366 or more"),
        ({"logs": True}, "retention.logs must be whole days, 7 or more"),
    ],
)
def test_wrong_period_is_named(table: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace(".", r"\.")):
        parse_periods(table)


def test_every_period_has_a_least_and_a_default_above_it() -> None:
    defaults = parse_periods({})
    assert set(MINIMUM_DAYS) == set(RetentionPeriods.__dataclass_fields__)
    assert all(getattr(defaults, name) >= least for name, (least, _) in MINIMUM_DAYS.items())
