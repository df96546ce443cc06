import numpy as np
import pytest
from staged import staged

from ginsen.analysis import forming_level


def levels(count, G=1e-9):
    return [(f"level {k}", 0.1 * k, [G] * 20) for k in range(1, count + 1)]


def test_the_level_of_the_first_step():
    found = forming_level(staged(("before", 0.01, [1e-9] * 10), *levels(31),
                                 ("formed", 0.01, [2e-6] * 10)))
    assert found.formed
    assert found.level == pytest.approx(3.1)
    assert (found.before, found.after) == pytest.approx((1e-9, 2e-6))


def test_a_pair_that_did_not_form_tells_how_far_it_was_taken():
    found = forming_level(staged(("before", 0.01, [1e-9] * 10), *levels(60)))
    assert not found.formed
    assert found.level == pytest.approx(6.0)
    assert np.isnan(found.after)


def test_a_run_that_left_the_pair_alone_has_no_level():
    assert forming_level(staged(("before", 0.01, [1e-3] * 10))) is None
