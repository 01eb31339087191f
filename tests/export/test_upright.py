"""The camera's tilt from the people: cameras whose tilt is known."""

import numpy as np
import pytest

from liftkit.data.cameras import Rig, film
from liftkit.data.synthetic import synthetic_motion
from liftkit.export.upright import estimate_tilt, upright

MOTION = synthetic_motion(subjects=2)


@pytest.mark.parametrize("tilt", [-10.0, 0.0, 10.0, 40.0])
def test_the_tilt_of_a_camera_is_found_in_the_people_it_films(tilt):
    assert estimate_tilt(film(MOTION, Rig(tilt=tilt)).x3d) == pytest.approx(tilt, abs=2.5)


def test_a_level_camera_sees_them_as_they_stand_up():
    tilted, level = (film(MOTION, Rig(tilt=tilt)).x3d for tilt in (25.0, 0.0))  # the same cameras otherwise
    np.testing.assert_allclose(upright(tilted, 25.0), level, atol=0.1)
    assert estimate_tilt(upright(tilted, estimate_tilt(tilted))) == pytest.approx(0, abs=1e-3)


def test_of_one_bent_person_it_is_how_far_that_person_bends():
    bent = np.zeros((1, 17, 3))
    bent[0, 8] = [0, -np.cos(np.radians(30)), -np.sin(np.radians(30))]  # the thorax, towards the camera
    assert estimate_tilt(bent) == pytest.approx(30)


def test_frames_without_a_trunk_do_not_count():
    x3d = film(MOTION, Rig(tilt=20.0)).x3d.copy()
    expected = estimate_tilt(x3d[100:])
    x3d[:100, 8] = np.nan
    assert estimate_tilt(x3d) == pytest.approx(expected)
    with pytest.raises(ValueError, match="pelvis and thorax are known, found none; give the tilt"):
        estimate_tilt(x3d[:100])
