"""One line is one sender, however its address is written and however many addresses it has."""

from __future__ import annotations

import pytest

from bot.channels.senders import find_network, normalize_address


def test_a_64_of_ipv6_is_one_sender() -> None:
    """The attack: a new address out of one's own 18 quintillion for each guess."""
    own = {normalize_address(f"2001:db8:1:2:{number:x}:{number:x}::{number:x}") for number in range(500)}
    assert own == {"2001:db8:1:2::/64"}
    assert normalize_address("2001:db8:1:3::1") not in own


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:1:2:0:0:0:1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_an_address_is_read_however_it_is_written(written: str, sender: str) -> None:
    assert normalize_address(written) == sender


def test_addresses_of_one_network() -> None:
    assert find_network("192.0.2.7") == find_network("192.0.2.200") != find_network("192.0.3.7")
    assert find_network(normalize_address("2001:db8:1:2::1")) == find_network(normalize_address("2001:db8:1:3::1"))
    assert find_network(normalize_address("2001:db8:2::1")) != find_network(normalize_address("2001:db8:1::1"))
    assert find_network("unknown") == "unknown"
