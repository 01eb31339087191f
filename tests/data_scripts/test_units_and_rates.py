"""Units, rates and numbers as files have them are read, or said and asked for."""

from functools import partial

import numpy as np
import pytest
from motion_files import amc, asf
from motion_people import check, person, read
from scripts import call_script

from liftkit.data.datasets import load_poses

cmu = partial(call_script, "cmu")


def test_decimal_commas_and_decimetres(tmp_path):
    check(read(tmp_path, person().replace(b".", b",")))
    check(read(tmp_path, person(unit=100)))
    with pytest.raises(ValueError, match="a word among them: '0,5'"):
        read(tmp_path, person().replace(b"OFFSET 0.000000", b"OFFSET 0,5", 1))


def test_a_frame_time_of_0_needs_a_rate(tmp_path):
    content = person().replace(b"Frame Time: 0.0333333", b"Frame Time: 0")
    with pytest.raises(ValueError, match="frame time is 0 seconds; .*--source-fps"):
        read(tmp_path, content)
    assert read(tmp_path, content, fps=25.0).fps == 25
    done = cmu("bvh", tmp_path / "walk.bvh", "--source-fps", 60, "--fps", 30, "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    assert len(load_poses(tmp_path / "out.npz")) == 4 * 4


@pytest.mark.slow
def test_acclaim_files_say_their_rate_unit_and_axes_or_it_is_said_for_them(tmp_path):
    head = ":FULLY-SPECIFIED\n:DEGREES\n"
    (tmp_path / "1.asf").write_bytes(asf())
    (tmp_path / "1_01.amc").write_bytes(amc([{}] * 8, head=head).replace(b":DEG", b":SAMPLES-PER-SECOND 60\n:DEG"))
    words = ["asf", tmp_path / "1.asf", tmp_path / "1_01.amc"]
    done = cmu(*words, "--out", tmp_path / "a.npz")
    assert done.exit_code == 0 and "Note" not in done.stdout, done.output
    assert len(load_poses(tmp_path / "a.npz")) == 4 * 4
    (tmp_path / "1_01.amc").write_bytes(amc([{}] * 8))
    done = cmu(*words, "--out", tmp_path / "b.npz")
    assert "Note: 1_01: 120 frames per second are assumed" in done.stdout
    assert len(load_poses(tmp_path / "b.npz")) == 4 * 2
    bare = asf().replace(b"  length 0.45\n", b"").replace(b"  XYZ", b"")
    (tmp_path / "1.asf").write_bytes(bare)
    done = cmu(*words, "--out", tmp_path / "c.npz", "--source-fps", 120)
    assert "no unit; CMU (inch / 0.45) by the person's height" in done.stdout
    assert "an axis without an order is taken as XYZ" in done.stdout
    np.testing.assert_allclose(load_poses(tmp_path / "c.npz").x3d, load_poses(tmp_path / "b.npz").x3d, atol=1e-2)
    done = cmu(*words, "--out", tmp_path / "d.npz", "--scale", 25.4 / 0.45)
    np.testing.assert_allclose(load_poses(tmp_path / "d.npz").x3d, load_poses(tmp_path / "b.npz").x3d, atol=1e-2)
    commas = amc([{}] * 8).replace(b"\nroot 0 0 0", b"\nroot 0,5 0 0")
    (tmp_path / "1_01.amc").write_bytes(commas)
    done = cmu(*words, "--out", tmp_path / "e.npz")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("seconds", ["8.33", "33.3", "2", "nan", "-0.03"])
def test_a_frame_time_that_is_none_needs_a_rate(tmp_path, seconds):
    content = person().replace(b"Frame Time: 0.0333333", b"Frame Time: " + seconds.encode())
    with pytest.raises(ValueError, match="frame time is .* --source-fps|source-fps"):
        read(tmp_path, content)


def test_a_rate_of_0_is_refused(tmp_path):
    (tmp_path / "walk.bvh").write_bytes(person())
    done = cmu("bvh", tmp_path / "walk.bvh", "--source-fps", 0, "--out", tmp_path / "out.npz")
    assert done.exit_code == 2 and "--source-fps" in done.stderr


def test_a_unit_may_be_named(tmp_path):
    check(read(tmp_path, person(), scale="cm"))
    with pytest.raises(ValueError, match="--scale must be auto, mm, cm, .*found 'cubit'|found cubit"):
        read(tmp_path, person(), scale="cubit")


def test_a_decimal_comma_in_the_frame_time_alone(tmp_path):
    check(read(tmp_path, person().replace(b"Time: 0.0333333", b"Time: 0,0333333")))


@pytest.mark.parametrize(("said", "frames"), [("60", 4), ("sixty", 0), ("0", 0)])
def test_the_rate_of_an_amc_stands_anywhere_before_its_frames(tmp_path, said, frames):
    comments = "# a comment\n" * 600
    (tmp_path / "1.asf").write_bytes(asf().replace(b"length 0.45", b"length 0,45"))
    text = amc([{}] * 8).replace(b":DEG", f"{comments}:SAMPLES-PER-SECOND {said}\n:DEG".encode())
    (tmp_path / "1_01.amc").write_bytes(text)
    done = cmu("asf", tmp_path / "1.asf", tmp_path / "1_01.amc", "--out", tmp_path / "a.npz")
    if frames:
        assert len(load_poses(tmp_path / "a.npz")) == 4 * frames
    else:
        assert done.exit_code == 2 and f":SAMPLES-PER-SECOND is {said.upper()}; give" in done.stderr
