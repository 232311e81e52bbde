"""Of several records the one that counts."""

from itertools import permutations

from toy import BULK, record

from delith.records import lowest


def test_the_lowest_is_usable_where_one_is_and_what_failed_comes_last():
    failed = record(BULK, 4, float("nan"), 0, problem="failed: out of memory")
    unfinished = record(BULK, 4, -21.0, 1, problem="not converged after 10 steps")
    usable = record(BULK, 4, -20.0, 2)
    for order in permutations([failed, unfinished, usable]):
        assert lowest(order) is usable
    for order in permutations([failed, unfinished]):
        assert lowest(order) is unfinished
