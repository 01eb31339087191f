"""Each reader turns a damaged file into sound poses or a ValueError that names the file, soon, and writes nothing.

`pytest tests/test_mutations.py --mutations 10000 -s` (`make fuzz`) tries 10,000 mutations of each format and prints
how many were refused. A failure names the format and the mutation's number, which is its seed.
"""

import time
import warnings
from random import Random

import numpy as np
import pytest
from damaged_files import FORMATS
from time_limit import SECONDS, within

from liftkit.poses import PoseSet

LONGEST = 2000  # characters of a message


def sound(found: object) -> bool:
    """Whether a reader's result is what it promises: finite coordinates of 17 joints."""
    if isinstance(found, list):
        return all(map(sound, found))
    if isinstance(found, PoseSet):
        return found.x2d.shape[1:] == (17, 2) and len(found) > 0
    joints = getattr(found, "joints", None)
    if joints is not None:
        return bool(np.isfinite(joints).all()) and joints.shape[1:] == (17, 3)
    return isinstance(found, dict) and len(found) > 0


@pytest.mark.thorough
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_read_or_refused(name, tmp_path, monkeypatch, request, record_property):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    case = FORMATS[name](tmp_path / "in")
    assert sound(case.read()), "the file is refused as it is, so damage to it shows nothing"
    there, count = sorted(tmp_path.rglob("*")), request.config.getoption("mutations")
    refused, slowest = 0, 0.0
    for number in range(count):
        what = f"mutation {number} of {name}"
        case.path.write_bytes(case.damage(Random(f"{name} {number}")))
        start = time.perf_counter()
        with warnings.catch_warnings(record=True) as warned, within(SECONDS, what):
            warnings.simplefilter("always")
            try:
                found = case.read()
            except ValueError as error:
                refused += 1
                assert str(error).startswith(str(case.place or case.path)), f"{what}: {error}"
                assert len(str(error)) < LONGEST, f"{what}: {str(error)[:LONGEST]}"
            else:
                assert sound(found), f"{what}: {found}"
        slowest = max(slowest, time.perf_counter() - start)
        warned = [str(warning.message) for warning in warned]
        assert all("the pelvis lay" in message for message in warned), f"{what}: {warned}"
    assert sorted(tmp_path.rglob("*")) == there, "a reader wrote something"
    print(f"{name}: {count:,} mutations, {refused:,} refused, {count - refused:,} read, slowest {slowest:.3f} s")
    record_property("mutations", count)
    assert refused > count // 20
