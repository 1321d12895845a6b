"""Where an act's half is set."""

from __future__ import annotations

import json

from tests.engine.running import code

SHIFTS = """
import json
import numpy as np
from engine.components.act_model import best_shift
logits = np.linspace(2, -2, 9)
sure = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0])
mixed = np.array([1, 1, 1, 0, 0, 1, 1, 0, 0])
print(json.dumps([best_shift(logits, sure), best_shift(logits, mixed), best_shift(logits, mixed, 0.5),
                  best_shift(logits, sure * 0)]))
"""


def test_a_half_lies_where_most_is_told_rightly() -> None:
    parted, balanced, careful, unknown = json.loads(code(SHIFTS).stdout)
    assert parted == -0.25
    assert balanced == -1.25
    assert careful == 0.75  # a false call weighs more
    assert unknown == 0
