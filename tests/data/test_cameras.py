"""What a rig films is checked against the world it filmed: every camera is recovered from the data alone."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import kstest

from liftkit.data.cameras import RIGS, Motion, Rig, film
from liftkit.skeleton import H36M_17

RIG = RIGS["perspective"]
FRAMES = 3
# A person who faces +z with the arms held out, y up, mm: the left is at +x, the nose in front of the neck.
STANDING = {
    "pelvis": (0, 0, 0),
    "hip": (130, 0, 0),
    "knee": (140, -440, 20),
    "ankle": (140, -880, -20),
    "spine": (0, 240, 0),
    "thorax": (0, 490, 0),
    "neck": (0, 560, 60),
    "head": (0, 680, 40),
    "shoulder": (150, 450, 0),
    "elbow": (430, 440, 0),
    "wrist": (680, 430, 30),
}


def standing():
    sides = {"left": 1, "right": -1}
    joints = []
    for name in H36M_17.names:
        side, _, part = name.rpartition("_")
        joints.append(np.array(STANDING[part], float) * [sides.get(side, 1), 1, 1])
    return np.array(joints)


def motion_of(clips, frames=FRAMES, seed=0):
    """People who stand and wave a little, clip by clip; clip numbers are neither sorted nor dense."""
    count = clips * frames
    wobble = np.random.default_rng(seed).normal(scale=5, size=(count, 17, 3))
    wobble[:, 0] = 0
    numbers = 5 * np.arange(clips)[::-1] + 2
    return Motion(
        joints=(standing() + wobble).astype(np.float32),
        subject=np.repeat([f"s{i % 3}" for i in range(clips)], frames),
        action=np.repeat([f"a{i % 2}" for i in range(clips)], frames),
        clip=np.repeat(numbers, frames),
        frame=np.tile(np.arange(frames), clips),
        split=np.repeat(np.where(np.arange(clips) % 3 == 2, "test", "train"), frames),
        fps=30.0,
        name="waving",
    )


MOTION = motion_of(100)
FILMS = {name: film(MOTION, name, seed=4) for name in RIGS}
# degrees; in perspective a camera 1400 to 1600 mm high, 4 to 5.5 m away, aims at a height of 900 mm
TILTS = {"orthographic": (10, 10), "perspective": (5.2, 9.9), "wide": (-10, 40)}
every_rig = pytest.mark.parametrize("poses", FILMS.values(), ids=FILMS.keys())


def by_view(poses, values, motion=MOTION):
    """(N, ...) in the order of a film as (clips, frames, views, ...)."""
    views = len(np.unique(poses.camera))
    return values.reshape(-1, len(np.unique(motion.frame)), views, *values.shape[1:]).astype(np.float64)


def rotations(poses, motion=MOTION):
    """World to camera, (clips, frames, views, 3, 3), each fitted to one frame by least squares; may reflect."""
    seen = by_view(poses, poses.x3d, motion)
    world = motion.joints.reshape(*seen.shape[:2], 1, 17, 3).astype(np.float64)
    u, _, vh = np.linalg.svd(seen.swapaxes(-1, -2) @ world)
    return u @ vh


def pelvis_places(poses):
    """The pelvis's place in the frame of each camera (clips, views, 3), from pixels alone by linear least squares."""
    uv = by_view(poses, poses.x2d).swapaxes(1, 2) - RIG.centre
    xyz = by_view(poses, poses.x3d).swapaxes(1, 2)
    places = np.empty((*uv.shape[:2], 3))
    for at in np.ndindex(places.shape[:2]):
        image, joints = uv[at].reshape(-1, 2), xyz[at].reshape(-1, 3)
        # image = focal (xy + place_xy) / (z + place_z), once for each of x and y
        rows, known = np.zeros((2, len(image), 3)), np.empty((2, len(image)))
        for axis in 0, 1:
            rows[axis, :, axis] = RIG.focal
            rows[axis, :, 2] = -image[:, axis]
            known[axis] = image[:, axis] * joints[:, 2] - RIG.focal * joints[:, axis]
        places[at] = np.linalg.lstsq(rows.reshape(-1, 3), known.ravel(), rcond=None)[0]
    return places


@every_rig
def test_every_pose_keeps_its_labels(poses):
    assert len(poses) == 4 * len(MOTION.joints)
    assert poses.camera.tolist() == [0, 1, 2, 3] * len(MOTION.joints)
    for field in ("subject", "action", "clip", "frame", "split"):
        assert getattr(poses, field)[::4].tolist() == getattr(MOTION, field).tolist()
        assert getattr(poses, field)[3::4].tolist() == getattr(MOTION, field).tolist()
    assert poses.name == "waving"


@every_rig
def test_every_camera_turns_and_never_reflects(poses):
    matrices = rotations(poses)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-9)
    world = MOTION.joints.reshape(-1, FRAMES, 1, 17, 3)
    np.testing.assert_allclose(by_view(poses, poses.x3d), world @ matrices.swapaxes(-1, -2), atol=1e-2)


@every_rig
def test_a_camera_stands_still_within_a_clip(poses):
    matrices = rotations(poses)
    np.testing.assert_allclose(matrices, np.broadcast_to(matrices[:, :1], matrices.shape), atol=1e-5)


@pytest.mark.parametrize("rig", RIGS)
def test_people_are_upright_and_cameras_look_down_as_far_as_their_rig_says(rig):
    poses = FILMS[rig]
    down = rotations(poses) @ [0, -1, 0]
    tilt = np.degrees(np.arctan2(down[..., 2], down[..., 1]))
    np.testing.assert_allclose(down[..., 0], 0, atol=1e-5)  # no roll
    low, high = TILTS[rig]
    assert low - 1e-3 < tilt.min() < low + 0.8 and high - 1 < tilt.max() < high + 1e-3


@every_rig
def test_who_faces_the_camera_has_the_left_at_image_right(poses):
    at = {name: poses.x3d[:, H36M_17.index(name)] for name in H36M_17.names}
    # Knees are 30 mm ahead of the middle between hips and ankles, at its height, so no tilt moves them; noise 4 mm.
    ahead = sum(at[f"{s}_knee"] - (at[f"{s}_hip"] + at[f"{s}_ankle"]) / 2 for s in ("left", "right"))[:, 2] / 2
    facing, away = ahead < -20, ahead > 20
    left, right = (H36M_17.index(name) for name in ("left_wrist", "right_wrist"))
    leftness = poses.x2d[:, left, 0] - poses.x2d[:, right, 0]
    assert facing.sum() > 100 and (leftness[facing] > 0).all()
    assert away.sum() > 100 and (leftness[away] < 0).all()


@every_rig
def test_the_head_is_above_the_feet_in_the_image(poses):
    head, feet = H36M_17.index("head"), [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]
    assert (poses.x2d[:, head, 1] < poses.x2d[:, feet, 1].min(1)).all()


def azimuths(poses, motion=MOTION):
    """Where each camera stands (clips, views), degrees about the vertical: 0 in front, 90 at the person's left."""
    behind = rotations(poses, motion)[:, 0, :, 2]  # the camera's z axis in the world, from the camera to the person
    return np.degrees(np.arctan2(-behind[..., 0], -behind[..., 2])) % 360


@every_rig
def test_every_azimuth_occurs(poses):
    found = azimuths(poses)
    for camera in range(4):
        assert kstest(found[:, camera] / 360, "uniform").pvalue > 0.01
    assert np.histogram(found, bins=24, range=(0, 360))[0].min() > 0


@every_rig
def test_cameras_stand_evenly_around_up_to_their_jitter(poses):
    found = azimuths(poses)
    apart = (found - np.roll(found, 1, axis=1)) % 360
    apart = np.minimum(apart, 360 - apart)
    assert 44 - 1e-3 < apart.min() < 60
    assert 120 < apart.max() < 136 + 1e-3


def test_without_jitter_cameras_stand_exactly_evenly():
    motion = motion_of(10)
    found = azimuths(film(motion, Rig(views=6, jitter=0.0)), motion)
    np.testing.assert_allclose(np.diff(np.sort(found, axis=1), axis=1), 60, atol=1e-3)


@every_rig
def test_headings_differ_from_clip_to_clip(poses):
    found = azimuths(poses)[:, 0]
    assert len(np.unique(found.round(3))) == len(found)


def test_orthographic_2d_is_the_3d_without_depth():
    poses = FILMS["orthographic"]
    assert poses.units == "mm"
    np.testing.assert_array_equal(poses.x2d, poses.x3d[..., :2])


def test_perspective_pixels_are_the_3d_reprojected():
    poses = FILMS["perspective"]
    assert poses.units == "px"
    x3d = by_view(poses, poses.x3d) + pelvis_places(poses)[:, None, :, None]
    image = 1145 * x3d[..., :2] / x3d[..., 2:] + 500
    np.testing.assert_allclose(by_view(poses, poses.x2d), image, atol=2e-3)


def test_people_stay_in_the_picture():
    assert 0 < FILMS["perspective"].x2d.min() and FILMS["perspective"].x2d.max() < 1000


def cameras_in_the_world(poses):
    """Each camera's place (clips, views, 3) relative to the pelvis and its unit line of sight, world coordinates."""
    matrices = rotations(poses)[:, 0]
    return -np.einsum("cvji,cvj->cvi", matrices, pelvis_places(poses)), matrices[..., 2, :]


def middle_of_the_floor(places, sights):
    """Where the lines of sight of a clip's cameras come nearest to each other (clips, 3)."""
    across = np.eye(3) - sights[..., :, None] * sights[..., None, :]
    return np.linalg.solve(across.sum(1), np.einsum("cvij,cvj->ci", across, places)[..., None])[..., 0]


def test_a_clip_s_cameras_all_look_at_one_place():
    places, sights = cameras_in_the_world(FILMS["perspective"])
    middle = middle_of_the_floor(places, sights)
    offset = middle[:, None] - places
    missed = np.linalg.norm(np.cross(offset, sights), axis=-1)
    np.testing.assert_allclose(missed, 0, atol=2)
    np.testing.assert_allclose(middle[:, 1], 0, atol=2)  # they aim at the height of the pelvis


def test_cameras_are_where_human36m_has_them():
    places, sights = cameras_in_the_world(FILMS["perspective"])
    middle = middle_of_the_floor(places, sights)
    distance = np.linalg.norm((places - middle[:, None])[..., [0, 2]], axis=-1)
    height = places[..., 1] + 900
    assert 4000 - 2 < distance.min() < 4100 and 5400 < distance.max() < 5500 + 2
    assert 1400 - 2 < height.min() < 1410 and 1590 < height.max() < 1600 + 2


def test_people_wander_over_a_disc():
    middle = middle_of_the_floor(*cameras_in_the_world(FILMS["perspective"]))
    radius = np.hypot(middle[:, 0], middle[:, 2])
    assert radius.max() < 700 + 2
    assert kstest((radius / 700) ** 2, "uniform").pvalue > 0.01
    assert kstest(np.arctan2(middle[:, 0], middle[:, 2]) / (2 * np.pi) + 0.5, "uniform").pvalue > 0.01


@pytest.mark.parametrize("rig", RIGS)
def test_a_seed_gives_its_bits_and_no_other_s(rig):
    motion = motion_of(5)
    first, again, other = (film(motion, rig, seed) for seed in (1, 1, 2))
    assert first.x2d.tobytes() == again.x2d.tobytes() and first.x3d.tobytes() == again.x3d.tobytes()
    assert not np.allclose(azimuths(first, motion), azimuths(other, motion), atol=1)


def test_a_name_is_its_rig():
    motion = motion_of(2)
    for name, rig in RIGS.items():
        np.testing.assert_array_equal(film(motion, name).x2d, film(motion, rig).x2d)


def test_a_clip_is_filmed_alike_however_its_frames_are_ordered():
    shuffle = np.random.default_rng(0).permutation(len(MOTION.joints))
    fields = ("joints", "subject", "action", "clip", "frame", "split")
    shuffled = film(dataclasses.replace(MOTION, **{f: getattr(MOTION, f)[shuffle] for f in fields}), RIG, seed=4)
    rows = (4 * shuffle[:, None] + np.arange(4)).ravel()
    np.testing.assert_allclose(shuffled.x2d, FILMS["perspective"].x2d[rows], rtol=1e-6)


def test_filming_leaves_the_motion_alone():
    motion = motion_of(3)
    film(motion, "perspective").x3d[...] = 0
    assert motion.joints.tobytes() == motion_of(3).joints.tobytes()


def test_a_rig_of_one_s_own_obeys_its_numbers():
    motion = motion_of(4)
    poses = film(motion, Rig(views=3, tilt=25.0))
    assert set(poses.camera) == {0, 1, 2}
    down = rotations(poses, motion) @ [0, -1, 0]
    assert down.shape == (4, FRAMES, 3, 3)
    np.testing.assert_allclose(down - [0, np.cos(np.radians(25)), np.sin(np.radians(25))], 0, atol=1e-5)


def test_the_oracle_itself_tells_a_reflection_from_a_turn():
    poses, motion = film(MOTION, seed=4), dataclasses.replace(MOTION, joints=MOTION.joints * np.float32([-1, 1, 1]))
    assert (np.linalg.det(rotations(poses, motion)) < 0).all()
    turned = Rotation.from_euler("y", 30, degrees=True).apply(MOTION.joints.reshape(-1, 3)).reshape(MOTION.joints.shape)
    assert (np.linalg.det(rotations(poses, dataclasses.replace(MOTION, joints=turned))) > 0).all()


def test_an_unknown_rig_lists_the_rigs():
    with pytest.raises(ValueError, match="unknown rig 'fisheye'; the rigs are orthographic, perspective"):
        film(MOTION, "fisheye")


def test_motion_that_is_not_rooted_or_not_finite_is_refused():
    with pytest.raises(ValueError, match="x3d must be relative to the pelvis"):
        film(dataclasses.replace(MOTION, joints=MOTION.joints + 100))
    with pytest.raises(ValueError, match="must be finite"):
        film(dataclasses.replace(MOTION, joints=np.where(MOTION.joints > 670, np.nan, MOTION.joints)))


@pytest.mark.parametrize("broken", [{"views": 0}, {"focal": 0.0}, {"focal": -1145.0}])
def test_a_rig_that_cannot_film_is_refused(broken):
    with pytest.raises(ValueError, match="at least one view and a positive focal length, found Rig"):
        Rig(**broken)
