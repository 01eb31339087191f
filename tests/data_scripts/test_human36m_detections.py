"""Detections that are not where the cameras see the 3D are refused with what separates them, or warned of."""

import h5py
import numpy as np
import pytest
from human36m_files import FIELDS_17, FOLDER, fetched, recording_bytes, world
from readers.human36m import film_recordings, find_recordings, read_fetched, read_videopose3d
from readers.human36m_cameras import field_cameras
from readers.human36m_detections import LAGS, Detections, difference

COCO_ORDER = [10, 9, 9, 9, 9, 11, 14, 12, 15, 13, 16, 4, 1, 5, 2, 6, 3]  # of our joints, those at COCO's places


def shown(frames=120):
    """A walking person in the image, (frames, 17, 2): about 350 pixels tall, arms and legs swing, she walks on."""
    rng = np.random.default_rng(2)
    time, place = np.arange(frames)[:, None] / 50, np.zeros((frames, 17, 2))
    rest = np.stack([rng.uniform(-60, 60, 17), np.linspace(150, -200, 17)], axis=-1)
    place[..., 0] = 400 + 40 * time + 50 * np.sin(2 * np.pi * time + rng.uniform(0, 6, 17))
    place[..., 1] = 500 + 8 * np.sin(4 * np.pi * time)
    return place + rest


WALK = shown()


def compared(x2d, shown):
    """What is found from the 60 frames that are compared."""
    at = np.unique(np.linspace(0, len(shown) - 1, 60).astype(int))
    return difference(x2d, shown[at], at, {2: WALK[at][::-1]})


@pytest.mark.parametrize(
    ("x2d", "what"),
    [
        (np.concatenate([WALK[:1].repeat(9, 0), WALK]), "9 frames late"),
        (np.concatenate([WALK[:1].repeat(9, 0), WALK[:20]]), "9 frames late"),
        (WALK[4:], "4 frames early"),
        (WALK.repeat(2, 0), "every frame twice"),
        (WALK.repeat(3, 0), "150 frames per second"),
        (WALK[np.arange(144) * 5 // 6], "60 frames per second"),
        (WALK / 1000 - 0.5, "no pixels"),
        (WALK / 1000, "no pixels"),
        (WALK * [-1, 1] + [1000, 0], "not where the camera sees the 3D"),
        (WALK[:, COCO_ORDER], "not where the camera sees the 3D"),
        (WALK * 2, "not where the camera sees the 3D"),
        (WALK + [40, -10], "shifted by 40, -10 pixels"),
    ],
)
def test_what_separates_detections_from_the_3d_is_named(x2d, what):
    (found, shifted), _ = compared(x2d, WALK[: len(x2d)])
    assert what in found
    assert shifted == ("shifted" in what)


@pytest.mark.parametrize("noise", [0, 5, 10])
def test_a_detectors_errors_are_no_difference(noise):
    rng = np.random.default_rng(0)
    x2d = WALK + rng.normal(scale=noise, size=WALK.shape)
    x2d[rng.random(120) < 0.1] = 0  # frames in which nobody was found
    found, curve = compared(np.concatenate([x2d, x2d[:20]]), WALK)
    assert found is None and LAGS[int(np.argmin(curve))] == 0
    assert compared(WALK[:3], WALK[:3])[0] is None


def moving(frames):
    """Walks on by 20 mm a frame, arms and legs swing, (frames, 32, 3) in m."""
    time, joints = np.arange(frames)[:, None], world(frames) + 0.0
    joints[..., 0] += 20 * time + 150 * np.sin(time / 8 + np.arange(32))
    return (joints / 1000).astype(np.float32)


def converted(folder, change, actions=("Walking", "Eating", "Photo", "Posing", "Waiting"), **fields):
    """Film S9's recordings with detections that ``change(action, camera, pixels)`` has changed."""
    clips = {action: moving(80 + 4 * k) for k, action in enumerate(actions)}
    found = {}
    for action, joints in clips.items():
        views = [c.image(c.see(joints[:, FIELDS_17] * 1000.0), True) for c in field_cameras("S9")]
        found[action] = [np.asarray(change(action, k, views), np.float32) for k in range(4)]
    np.savez(folder / "in.npz", positions_3d={"S9": clips})
    np.savez(folder / "cpn.npz", positions_2d={"S9": found}, **fields)
    return list(film_recordings(read_videopose3d(folder / "in.npz"), detections=Detections(folder / "cpn.npz")))


@pytest.mark.slow
def test_scores_are_left_out_and_metadata_are_not_needed(tmp_path):
    scored = lambda action, k, views: np.dstack([views[k], np.full(views[k].shape[:2], 0.9)])  # noqa: E731
    sets = converted(tmp_path, scored)
    assert len(sets) == 5 * 4
    plain = list(film_recordings(read_videopose3d(tmp_path / "in.npz"), distortion=True))
    for a, b in zip(sets, plain, strict=True):
        np.testing.assert_allclose(a.x2d[:, 1:], b.x2d[:, 1:], atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda action, k, views: np.concatenate([views[k][:9], views[k]]), "9 frames late .*20 of 20 views"),
        (lambda action, k, views: views[k].repeat(2, 0), "every frame twice"),
        (lambda action, k, views: views[k] / 1000, "no pixels, .* at 50 frames per second, cameras in the order 5413"),
        (lambda action, k, views: views[k ^ 2], r"camera 0: the 2D is what camera 2 sees"),
        (lambda action, k, views: views[k ^ (k < 2)], r"camera 0: the 2D is what camera 1 sees"),
        (lambda action, k, views: views[k] * [1, np.nan], r"camera 0: expected finite pixels, found NaN"),
        (lambda action, k, views: views[k][:, COCO_ORDER], "S9: .*: camera 0: "),
    ],
)
def test_detections_of_something_else_are_refused(tmp_path, change, message):
    with pytest.raises(ValueError, match=rf"cpn\.npz: .*{message}"):
        converted(tmp_path, change)


@pytest.mark.slow
def test_a_single_shifted_recording_is_warned_of(tmp_path):
    """As some of S9's are; if most are, the file is refused."""
    shift = lambda action, k, views: views[k] + [45 * (action == "Waiting"), 0]  # noqa: E731
    with pytest.warns(UserWarning, match=r"S9: Waiting: camera \d: the 2D is shifted by 45, 0 pixels") as told:
        assert len(converted(tmp_path, shift)) == 5 * 4
    assert len(told) == 4
    with pytest.raises(ValueError, match=r"shifted by 0, 60 pixels.*\(20 of 20 views\)"):
        converted(tmp_path, lambda action, k, views: views[k] + [0, 60])


def test_a_recording_that_one_camera_sees_shifted_is_not_called_late(tmp_path):
    """She walks on, so that another time lies nearer to the shifted place."""
    with pytest.warns(UserWarning, match="camera 1: the 2D is shifted by 45, 0 pixels") as told:
        converted(tmp_path, lambda action, k, views: views[k] + [45 * (k == 1), 0], actions=("Walking",))
    assert len(told) == 1


def test_unpacked_archives_and_martinezs_files_are_the_same_recordings(tmp_path):
    place = tmp_path / "cdf" / FOLDER
    place.mkdir(parents=True)
    (place / "WalkingDog 1.cdf").write_bytes(recording_bytes(tmp_path))
    place = tmp_path / "h5" / "S1" / "MyPoses" / "3D_positions"
    place.mkdir(parents=True)
    with h5py.File(place / "WalkDog 1.h5", "w") as file:
        file["3D_positions"] = world().reshape(3, 96).T
    for form in ("cdf", "h5"):
        files, recordings = find_recordings(tmp_path / form)
        (clip,) = recordings
        assert (len(files), clip.subject, clip.name) == (1, "S1", "WalkDog 1")
        np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)
    with h5py.File(place / "WalkDog 1.h5", "w") as file:
        file["3D_positions"] = world().reshape(3, 96)
    with pytest.raises(ValueError, match=r"WalkDog 1\.h5: expected 3D_positions of shape \(96, F\), found \(3, 96\)"):
        list(find_recordings(tmp_path / "h5")[1])


@pytest.mark.parametrize("name", ["Directions-2", "Directions"])
def test_s11s_damaged_recording_is_left_out_of_h36m_fetchs_files(tmp_path, name):
    place = fetched(tmp_path, subject=11) / "S1" / "WalkingDog-1" / "annot.h5"
    for wanted in ("Directions-1", name):
        (tmp_path / "S11" / wanted).mkdir(parents=True)
        (tmp_path / "S11" / wanted / "annot.h5").write_bytes(place.read_bytes())
    place.unlink()
    assert [len(poses) for poses in read_fetched(tmp_path)] == [3] * 4
