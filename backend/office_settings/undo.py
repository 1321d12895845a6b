"""Takes one version's change back and leaves what was changed later. Pure.

A change is made of units: a key of a table (`fees.card`, `hours.monday`), a whole banner or list of chat buttons, or a
subject (`knowledge.late_fee`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from backend.office_settings.state import (
    WHOLE_TABLES,
    State,
    find_changed_subjects,
    find_changes,
    merge_tables,
)

SUBJECT_PREFIX = "knowledge."
ONE_UNIT = frozenset({"banner", "starters"})
"""Tables whose words belong together: one language of them is not taken back alone."""
Tables = Mapping[str, Any]


def list_units(raw: Tables, before: State, after: State) -> list[str]:
    """The units that differ in two states."""
    keys = [each.key for each in find_changes(merge_tables(raw, before), merge_tables(raw, after))]
    units = [section if (section := key.partition(".")[0]) in ONE_UNIT else key for key in keys]
    return [*dict.fromkeys(units), *(SUBJECT_PREFIX + name for name in find_changed_subjects(before, after))]


def list_left(raw: Tables, before: State, changed: State, now: State) -> list[str]:
    """The units of the change from `before` to `changed` that are not back already."""
    not_back = set(list_units(raw, before, now))
    return [unit for unit in list_units(raw, before, changed) if unit in not_back]


def list_changed_later(raw: Tables, changed: State, now: State, units: Collection[str]) -> list[str]:
    """Those of `units` that a later version changed again."""
    later = set(list_units(raw, changed, now))
    return [unit for unit in units if unit in later]


def take_back(raw: Tables, before: State, now: State, units: Collection[str]) -> State:
    """The state `now` with the units as they were in `before`."""
    state = now
    for unit in units:
        if unit.startswith(SUBJECT_PREFIX):
            name = unit.removeprefix(SUBJECT_PREFIX)
            state = (
                state.with_subject(name, before.knowledge[name])
                if name in before.knowledge
                else state.without_subject(name)
            )
        else:
            state = _take_back_value(raw, before, state, unit)
    return state


def _take_back_value(raw: Tables, before: State, now: State, unit: str) -> State:
    section, _, key = unit.partition(".")
    old = merge_tables(raw, before).get(section) or {}
    if section in WHOLE_TABLES:
        table = dict(merge_tables(raw, now).get(section) or {})
        table = _with_key(table, old, key) if key else dict(old)
        if section not in before.tables and table == (raw.get(section) or {}):
            return _without(now, section)
        return State({**now.tables, section: table}, now.knowledge)
    table = _with_key(dict(now.tables.get(section, {})), before.tables.get(section, {}), key)
    return State({**now.tables, section: table}, now.knowledge) if table else _without(now, section)


def _with_key(table: dict[str, Any], old: Mapping[str, Any], key: str) -> dict[str, Any]:
    if key in old:
        return {**table, key: old[key]}
    return {name: value for name, value in table.items() if name != key}


def _without(state: State, section: str) -> State:
    return State({name: table for name, table in state.tables.items() if name != section}, state.knowledge)
