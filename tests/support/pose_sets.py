"""Whether two sets of poses are the same, and arrays that no set may hold."""

import numpy as np

from liftkit.poses import LABELS

FIELDS = ["x2d", "x3d", *LABELS]


def arrays_of(poses):
    return {field: getattr(poses, field) for field in FIELDS if getattr(poses, field) is not None}


def assert_same(found, expected):
    assert (found.units, found.name, found.skeleton) == (expected.units, expected.name, expected.skeleton)
    assert arrays_of(found).keys() == arrays_of(expected).keys()
    for field, array in arrays_of(expected).items():
        np.testing.assert_array_equal(getattr(found, field), array)
        assert getattr(found, field).dtype.kind == array.dtype.kind


def with_nan(shape, value=np.nan):
    array = np.zeros(shape)
    array[1, 2, 0] = value
    return array
