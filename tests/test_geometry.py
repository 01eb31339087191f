"""Conventions by known answers and oracles; kind, type, shape and input are kept by every function."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation

from liftkit.geometry import (
    Camera,
    attach_depth,
    flip,
    mirror,
    normalise,
    pose_scale,
    project,
    rotate,
    rotation_x,
    rotation_y,
    turn,
)

CAMERA = Camera(focal=(1100.0, 1200.0), centre=(480.0, 520.0), root=(100.0, -200.0, 5000.0))
# name -> (function, coordinates it takes)
FUNCTIONS = {
    "pose_scale": (pose_scale, 2),
    "normalise": (normalise, 2),
    "rotate": (lambda x: rotate(x, 0.7, -0.2), 3),
    "project": (project, 3),
    "project in perspective": (lambda x: project(x, CAMERA), 3),
    "attach_depth": (lambda x: attach_depth(x, x[..., 0]), 2),
    "flip 2D": (flip, 2),
    "flip 3D": (flip, 3),
    "mirror": (mirror, 3),
}
every_function = pytest.mark.parametrize(("function", "coordinates"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
angles = st.floats(-10, 10)
coordinate = st.floats(-1000, 1000, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
poses_2d = hnp.arrays(np.float64, (5, 2), elements=coordinate)
poses_3d = hnp.arrays(np.float64, (5, 3), elements=coordinate)


def random_poses(*shape, dtype=np.float64):
    return np.random.default_rng(0).normal(scale=300, size=shape).astype(dtype)


@every_function
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_and_numpy_agree_and_keep_kind_and_type(function, coordinates, dtype):
    x = random_poses(3, 17, coordinates, dtype=dtype)
    by_numpy, by_torch = function(x), function(torch.from_numpy(x))
    assert isinstance(by_numpy, np.ndarray) and by_numpy.dtype == dtype
    assert isinstance(by_torch, torch.Tensor) and by_torch.dtype == torch.from_numpy(x).dtype
    np.testing.assert_allclose(by_torch.numpy(), by_numpy, rtol=1e-5, atol=1e-3)


@every_function
@pytest.mark.parametrize("leading", [(), (6,), (2, 3), (1, 6, 1)])
def test_a_batch_is_its_poses_one_by_one(function, coordinates, leading):
    x = random_poses(int(np.prod(leading)), 17, coordinates)
    one_by_one = np.stack([function(pose) for pose in x])
    batch = function(x.reshape(*leading, 17, coordinates))
    assert batch.shape == leading + one_by_one.shape[1:]
    np.testing.assert_allclose(batch.reshape(one_by_one.shape), one_by_one, rtol=1e-12)


@every_function
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_the_input_is_neither_edited_nor_shared(function, coordinates, kind):
    before = random_poses(4, 17, coordinates)
    x = kind(before.copy())
    function(x)[...] = 7.0
    np.testing.assert_array_equal(np.asarray(x), before)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "project in perspective"])
def test_the_device_is_kept(name):
    function, coordinates = FUNCTIONS[name]
    assert function(torch.zeros(2, 17, coordinates, device="meta")).device.type == "meta"


@every_function
def test_gradients_flow(function, coordinates):
    x = torch.from_numpy(random_poses(2, 4, coordinates) / 300).requires_grad_()
    assert torch.autograd.gradcheck(function, x)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "expected"),
    [
        (0, 0, (1, 2, 3)),
        (90, 0, (3, 2, -1)),
        (-90, 0, (-3, 2, 1)),
        (180, 0, (-1, 2, -3)),
        (0, 90, (1, -3, 2)),
        (0, -90, (1, 3, -2)),
        (90, 90, (3, 1, 2)),  # the azimuth comes first
    ],
)
def test_a_right_angle_permutes_the_coordinates(azimuth, elevation, expected):
    turned = rotate(np.array([[1.0, 2.0, 3.0]]), np.radians(azimuth), np.radians(elevation))
    np.testing.assert_allclose(turned, [expected], atol=1e-12)


@pytest.mark.slow
@given(poses_3d, angles, angles)
def test_rotate_is_scipys_rotation_about_fixed_axes(x3d, azimuth, elevation):
    oracle = Rotation.from_euler("yx", [azimuth, elevation]).apply(x3d)
    np.testing.assert_allclose(rotate(x3d, azimuth, elevation), oracle, atol=1e-9)


@given(poses_3d, angles, angles)
def test_azimuths_add_up_and_undo(x3d, first, second):
    np.testing.assert_allclose(rotate(rotate(x3d, first), second), rotate(x3d, first + second), atol=1e-9)
    np.testing.assert_allclose(rotate(rotate(x3d, first), -first), x3d, atol=1e-9)


@pytest.mark.parametrize("rotation", [rotation_x, rotation_y])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_rotation_matrices_are_proper(rotation, kind):
    matrices = np.asarray(rotation(kind(np.linspace(-7, 7, 12).reshape(3, 4))))
    assert matrices.shape == (3, 4, 3, 3)
    np.testing.assert_allclose(matrices @ matrices.swapaxes(-1, -2) - np.eye(3), 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(matrices), 1)


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
@pytest.mark.parametrize("angle_kind", [list, np.array, torch.tensor])
def test_each_pose_may_have_its_own_angle(kind, angle_kind):
    x, azimuth = random_poses(3, 17, 3), [0.1, 1.0, -2.0]
    turned = rotate(kind(x), angle_kind(azimuth), elevation=0.3)
    expected = [rotate(pose, angle, 0.3) for pose, angle in zip(x, azimuth, strict=True)]
    np.testing.assert_allclose(np.asarray(turned), expected, atol=1e-4)  # torch.tensor makes float32 angles


def test_one_pose_is_seen_under_many_angles():
    x = random_poses(17, 3)
    seen = rotate(x, np.array([[0.0], [1.0]]), np.array([0.0, 0.5, 1.0]))
    assert seen.shape == (2, 3, 17, 3)
    np.testing.assert_allclose(seen[1, 2], rotate(x, 1.0, 1.0))


def test_angles_leave_single_precision_alone():
    assert rotate(random_poses(3, 17, 3, dtype=np.float32), np.ones(3)).dtype == np.float32


def test_turn_applies_the_matrix_to_every_joint():
    x, matrices = random_poses(4, 17, 3), Rotation.random(4, rng=1).as_matrix()
    expected = [[matrix @ joint for joint in pose] for matrix, pose in zip(matrices, x, strict=True)]
    np.testing.assert_allclose(turn(x, matrices), expected)


@given(poses_2d, st.floats(1e-2, 1e3), st.tuples(coordinate, coordinate))
def test_normalising_forgets_place_and_size(x2d, size, place):
    np.testing.assert_allclose(normalise(x2d * size + place), normalise(x2d), atol=1e-6)


@given(poses_2d)
def test_a_normalised_pose_is_rooted_and_fills_the_unit_square(x2d):
    flat = normalise(x2d)
    assert (flat[0] == 0).all()
    assert np.abs(flat).max() == (1 if np.ptp(x2d, axis=0).any() else 0)
    np.testing.assert_allclose(flat * pose_scale(x2d) + x2d[0], x2d, rtol=1e-9, atol=1e-9)


def test_each_pose_is_normalised_by_its_own_size():
    x2d = np.array([[[0.0, 0], [2, -1]], [[5.0, 5], [5, 105]]])
    np.testing.assert_array_equal(normalise(x2d), [[[0, 0], [1, -0.5]], [[0, 0], [0, 1]]])
    assert pose_scale(x2d).tolist() == [[[2.0]], [[100.0]]]


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_a_pose_without_size_normalises_to_zero(kind):
    assert (np.asarray(normalise(kind(np.full((3, 17, 2), 8.0)))) == 0).all()


@given(poses_3d)
def test_projecting_without_a_camera_drops_the_depth(x3d):
    np.testing.assert_array_equal(project(x3d), x3d[:, :2])
    np.testing.assert_array_equal(attach_depth(project(x3d), x3d[:, 2]), x3d)


def test_perspective_is_similar_triangles():
    x3d, root = random_poses(2, 17, 3), np.array([[10.0, -20, 4000], [-300, 0, 3000]])
    seen = project(x3d, Camera(focal=(1100.0, 1200.0), centre=(480.0, 520.0), root=root))
    for pose, (left, down, away), image in zip(x3d, root, seen, strict=True):
        for (x, y, z), (u, v) in zip(pose, image, strict=True):
            assert u == pytest.approx(480 + 1100 * (x + left) / (z + away))
            assert v == pytest.approx(520 + 1200 * (y + down) / (z + away))


def test_from_far_away_perspective_becomes_orthographic():
    x3d = random_poses(17, 3)
    far = project(x3d, Camera(focal=1e9, centre=0.0, root=(0.0, 0.0, 1e9)))
    np.testing.assert_allclose(far, project(x3d), atol=1e-2)


@pytest.mark.parametrize("depth", [0.0, -100.0])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_a_joint_behind_the_camera_is_refused(kind, depth):
    x3d = kind(np.array([[0.0, 0, 0], [0, 0, depth - 1000]]))
    with pytest.raises(ValueError, match="in front of the camera"):
        project(x3d, Camera(1000.0, 500.0, (0.0, 0.0, 1000.0)))


def test_a_joint_that_is_barely_in_front_of_the_camera_is_projected():
    seen = project(np.array([[0.0, 0, 0], [3.0, 0, -999.5]]), Camera(1.0, 0.0, (0.0, 0.0, 1000.0)))
    assert seen[1].tolist() == [6, 0]


@given(poses_3d, angles)
def test_flip_and_mirror_are_reflections_half_a_turn_apart(x3d, azimuth):
    np.testing.assert_array_equal(flip(x3d), x3d * [-1, 1, 1])
    np.testing.assert_array_equal(flip(x3d[:, :2]), x3d[:, :2] * [-1, 1])
    np.testing.assert_array_equal(mirror(x3d), x3d * [1, 1, -1])
    np.testing.assert_allclose(rotate(flip(x3d), np.pi), mirror(x3d), atol=1e-9)
    np.testing.assert_allclose(rotate(flip(x3d), azimuth), flip(rotate(x3d, -azimuth)), atol=1e-9)


@given(poses_3d)
def test_a_mirrored_pose_has_the_same_image(x3d):
    np.testing.assert_array_equal(project(mirror(x3d)), project(x3d))


@pytest.mark.parametrize(
    ("x", "found"),
    [
        (np.zeros((17, 4)), r"\(\.\.\., joints, {d}\), found \(17, 4\)"),
        (np.zeros(3), r"found \(3,\)"),
        (torch.zeros(2, 17, 4), r"found \(2, 17, 4\)"),
        (np.zeros((17, 3), int)[:, :0], r"found \(17, 0\)"),
        ([[0.0, 0.0]], "numpy array or a torch tensor, found list"),
        (None, "found NoneType"),
    ],
)
@pytest.mark.parametrize(
    ("function", "name", "coordinates"),
    [(normalise, "x2d", 2), (pose_scale, "x2d", 2), (lambda x: rotate(x, 1.0), "x3d", 3), (project, "x3d", 3)],
)
def test_a_wrong_shape_or_type_says_what_was_expected(function, name, coordinates, x, found):
    with pytest.raises(ValueError, match=f"{name} must.*{found.replace('{d}', str(coordinates))}"):
        function(x)


@pytest.mark.parametrize("x", [np.zeros((17, 2), int), torch.zeros(17, 2, dtype=torch.int64)])
def test_whole_numbers_are_refused(x):
    with pytest.raises(ValueError, match="floating-point numbers, found .*int64"):
        normalise(x)
