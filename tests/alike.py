"""What makes two records the same."""

from dataclasses import asdict, fields

import numpy as np

from delith.records import Record


def assert_same(one: Record, other: Record) -> None:
    for name in (f.name for f in fields(Record)):
        left, right = getattr(one, name), getattr(other, name)
        if name in ("atoms", "start"):
            assert left == right  # numbers, positions, cell, pbc, to the last bit
            assert left.arrays.keys() == right.arrays.keys()
            for array in left.arrays:
                np.testing.assert_array_equal(left.arrays[array], right.arrays[array])
        elif name == "host":
            assert asdict(left) == asdict(right)
        else:
            np.testing.assert_equal(left, right, err_msg=name)
