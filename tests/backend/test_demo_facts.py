"""The shipped coop.toml is noticed in a co-op's production, line by line."""

from __future__ import annotations

from dataclasses import replace

from backend.config import ROOT
from backend.coop import load_coop
from backend.demo_facts import find_demo_facts


def test_numbers_and_addresses_that_reach_nobody_are_named() -> None:
    coop = load_coop(ROOT / "coop.toml")
    lines = find_demo_facts(coop)
    named = {line.partition(" is ")[0] for line in lines}
    assert {"phones.office", "phones.outage", "office.email", "facts.liheap_phone"} <= named
    assert any(name.startswith("on_call ") for name in named)
    own = replace(
        coop,
        office_phone="+18157770100",
        transfer_phone="+18157770101",
        outage_phone="+18157770102",
        text_line="+18157770199",
        email="office@rollingbluffs.coop",
        facts={name: {"en": "815-777-0160"} for name in coop.facts},
        on_call=(),
    )
    assert find_demo_facts(own) == []
