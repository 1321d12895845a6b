"""From which logit on an act is called."""

from __future__ import annotations

import json

from tests.engine.running import code

SHIFTS = """
import json
import numpy as np
from engine.components.act_model import best_shifts
from engine.components.labeled_replies import ACT_NAMES
deny, affirm = ACT_NAMES.index("deny"), ACT_NAMES.index("affirm")
logits = np.full((9, len(ACT_NAMES)), -9.0, np.float32)
truth = np.zeros((9, len(ACT_NAMES)), np.float32)
logits[:, deny] = np.linspace(2, -2, 9)
truth[:5, deny] = 1
high = logits + np.where(np.arange(len(ACT_NAMES)) == deny, 1, 0).astype(np.float32)
low = logits - np.where(np.arange(len(ACT_NAMES)) == deny, 1, 0).astype(np.float32)
print(json.dumps([[float(best_shifts(of, truth)[act]) for act in (deny, affirm)] for of in (high, low)]))
"""


def test_act_thresholds_favor_accuracy_and_keep_a_yes_above_even_odds() -> None:
    (high_no, high_yes), (low_no, low_yes) = json.loads(code(SHIFTS).stdout)
    assert 0.5 < high_no <= 1.0
    assert high_yes == high_no
    assert -1.5 < low_no <= -1.0
    assert low_yes == 0
