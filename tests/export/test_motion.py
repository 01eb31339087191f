"""Lifted motion as files: arrays, a table, BVH and glTF, each read back by its specification only."""

import csv
import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from formats.bvh import read_points

from liftkit import H36M_17, PoseSet, load_record
from liftkit.data.people import person_height
from liftkit.data.pose_files import load_pose_file
from liftkit.export import LiftedMotion, lift_motion, write_motion
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import sample_keypoints
from liftkit.view.page import script


@pytest.fixture(scope="module")
def lifted():
    """The sample, lifted by the first member of the record."""
    poses = read_keypoints(sample_keypoints())[0]
    return poses, load_record("legs_torso").select([0]).lift(poses.x2d)[0]


@pytest.fixture(scope="module")
def written(tmp_path_factory, lifted):
    folder = tmp_path_factory.mktemp("lifted")
    motion = LiftedMotion(*lifted, {"what": "a prediction"}, fps=15)
    for ending in "npz", "csv", "bvh", "glb", "html":
        write_motion(motion, folder / f"out.{ending}")
    return folder


def test_arrays_are_the_2d_and_the_prediction_and_no_pose_file(written, lifted):
    poses, x3d = lifted
    with np.load(written / "out.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["x2d"], poses.x2d)
        np.testing.assert_array_equal(arrays["x3d_pred"], x3d)
        np.testing.assert_allclose(x3d[..., :2], poses.x2d - poses.x2d[:, :1], atol=1e-3)
        assert arrays["frame"].tolist() == poses.frame.tolist() and str(arrays["units"]) == "px"
        assert tuple(arrays["joint_names"]) == H36M_17.names
        assert "prediction" in json.loads(str(arrays["about"]))["what"]
    with pytest.raises(ValueError, match="not a liftkit pose file"):
        load_pose_file(written / "out.npz")


def test_the_table_holds_the_same_numbers_by_name(written, lifted):
    poses, x3d = lifted
    rows = list(csv.DictReader(io.StringIO((written / "out.csv").read_text())))
    assert [int(row["frame"]) for row in rows] == poses.frame.tolist()
    for j, name in enumerate(H36M_17.names):
        found = [[float(row[f"{name}_{axis}"]) for axis in ("x2d", "y2d", "x", "y", "z")] for row in rows]
        np.testing.assert_allclose(found, np.concatenate([poses.x2d[:, j], x3d[:, j]], 1), rtol=1e-5, atol=1e-4)


def read_glb(content):
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    size, kind = struct.unpack_from("<I4s", content, 12)
    assert kind == b"JSON" and size % 4 == 0
    document = json.loads(content[20 : 20 + size])
    binary, kind = struct.unpack_from("<I4s", content, 20 + size)
    assert kind == b"BIN\0" and 28 + size + binary == len(content)
    return document, content[28 + size :]


def accessor(document, data, number):
    """An accessor's values by the specification only; its bounds, alignment and extent are checked on the way."""
    entry = document["accessors"][number]
    view = document["bufferViews"][entry["bufferView"]]
    kind = {5121: np.uint8, 5123: np.uint16, 5126: np.float32}[entry["componentType"]]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[entry["type"]]
    assert view["byteOffset"] % 4 == 0 and view["byteOffset"] + view["byteLength"] <= len(data)
    assert entry["count"] * width * np.dtype(kind).itemsize == view["byteLength"]
    values = np.frombuffer(data, kind, entry["count"] * width, view["byteOffset"]).reshape(-1, width)
    np.testing.assert_allclose(values.min(0), entry["min"])
    np.testing.assert_allclose(values.max(0), entry["max"])
    return values


def test_glb_moves_its_nodes_as_the_prediction_says(written, lifted):
    poses, x3d = lifted
    document, data = read_glb((written / "out.glb").read_bytes())
    assert document["asset"]["version"] == "2.0" and document["buffers"][0]["byteLength"] == len(data)
    nodes, animation = document["nodes"], document["animations"][0]
    parent = {child: i for i, node in enumerate(nodes) for child in node.get("children", ())}
    assert [node["name"] for node in nodes[:17]] == list(H36M_17.names)
    assert set(document["scenes"][0]["nodes"]) == set(range(len(nodes))) - set(parent)
    placed = np.zeros((len(poses), 17, 3))
    for channel in animation["channels"]:
        node, sampler = channel["target"]["node"], animation["samplers"][channel["sampler"]]
        assert channel["target"]["path"] == "translation"
        times = accessor(document, data, sampler["input"])[:, 0]
        placed[:, node] = accessor(document, data, sampler["output"])
        np.testing.assert_allclose(placed[0, node], nodes[node]["translation"])
    for joint in range(1, 17):  # a parent comes before its child
        placed[:, joint] += placed[:, parent[joint]]
    scale = 1.7 / person_height(x3d)
    np.testing.assert_allclose(placed, x3d * scale * [1, -1, -1], atol=1e-4)
    assert person_height(placed) == pytest.approx(1.7, rel=1e-3)
    assert (np.diff(times) > 0).all() and times[-1] == pytest.approx((poses.frame[-1] - poses.frame[0]) / 15)
    up = placed[..., 1]
    assert (up[:, H36M_17.index("right_wrist")] > up[:, H36M_17.index("right_shoulder")]).all()


def test_glb_draws_every_bone_once_bound_to_its_joints(written):
    document, data = read_glb((written / "out.glb").read_bytes())
    drawn = []
    for primitive in document["meshes"][0]["primitives"]:
        assert primitive["mode"] == 1
        ends = accessor(document, data, primitive["indices"]).ravel().reshape(-1, 2)
        side = document["materials"][primitive["material"]]["name"]
        for parent, joint in ends.tolist():
            assert H36M_17.names[joint].startswith(side) or side == "middle"
            drawn.append((parent, joint))
    assert sorted(drawn) == sorted(H36M_17.bones)
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    bound, weights = (accessor(document, data, attributes[name]) for name in ("JOINTS_0", "WEIGHTS_0"))
    assert bound[:, 0].tolist() == list(range(17)) and weights.tolist() == [[1, 0, 0, 0]] * 17
    skin = document["skins"][0]
    rest = accessor(document, data, attributes["POSITION"])
    inverse = accessor(document, data, skin["inverseBindMatrices"]).reshape(17, 4, 4).swapaxes(1, 2)
    at_rest = np.einsum("jab,jb->ja", inverse, np.column_stack([rest, np.ones(17)]))
    np.testing.assert_allclose(at_rest[:, :3], 0, atol=1e-6)
    assert skin["joints"] == list(range(17))


def test_bvh_reads_back_as_the_prediction_and_holds_the_pose_where_frames_are_missing(written, lifted):
    poses, x3d = lifted
    names, points, fps, *_ = read_points(written / "out.bvh")
    joints = points[:, [names.index(name) for name in H36M_17.names]] * 10  # cm
    assert fps == pytest.approx(15) and len(joints) == poses.frame[-1] - poses.frame[0] + 1
    shown = np.searchsorted(poses.frame, np.arange(poses.frame[0], poses.frame[-1] + 1), side="right") - 1
    scale = 1700 / person_height(x3d)
    np.testing.assert_allclose(joints, x3d[shown] * scale * [1, -1, -1], atol=0.1)
    up = joints[..., 1]
    assert (up[:, H36M_17.index("right_wrist")] > up[:, H36M_17.index("right_shoulder")]).all()


def test_the_mean_of_a_run_is_lifted_and_its_spread_written_in_every_frame(lifted, tmp_path):
    record = load_record("legs_torso")
    poses, depths = lifted[0], record.lift(lifted[0].x2d)[..., 2].astype(float)
    motion = lift_motion(record, poses, fps=15)
    np.testing.assert_allclose(motion.x3d[..., 2], depths.mean(0), atol=1e-3)
    np.testing.assert_allclose(motion.spread, np.sqrt(((depths - depths.mean(0)) ** 2).sum(0) / 7), atol=1e-2)
    assert (motion.about["unit"], motion.distance) == ("px", {})
    rows = list(csv.DictReader(io.StringIO(write_motion(motion, tmp_path / "a.csv").read_text())))
    assert float(rows[7]["left_wrist_spread"]) == pytest.approx(motion.spread[7, H36M_17.index("left_wrist")], rel=1e-5)
    alone = write_motion(lift_motion(record.select([3]), poses), tmp_path / "b.csv")
    assert "spread" not in alone.read_text().splitlines()[0]


def test_a_film_is_turned_upright_by_the_tilt_that_is_given_or_seen(lifted):
    record = load_record("legs_torso")
    seen, given, level = (lift_motion(record, lifted[0], tilt=tilt) for tilt in (None, 20.0, 0.0))
    assert seen.about["the camera's tilt"] == f"{seen.tilt:.0f} degrees, estimated" and 5 < seen.tilt < 15
    assert given.about["the camera's tilt"] == "20 degrees, given"
    np.testing.assert_array_equal(given.x3d, level.x3d)  # the camera's frame stays
    trunk = seen.metres[:, H36M_17.index("thorax")]
    assert np.degrees(np.arctan2(trunk[:, 2].mean(), trunk[:, 1].mean())) == pytest.approx(0, abs=0.5)
    turned = given.metres[:, 5] - level.metres[:, 5] @ [
        [1, 0, 0],
        [0, np.cos(0.349), -np.sin(0.349)],
        [0, np.sin(0.349), np.cos(0.349)],
    ]
    assert np.abs(turned).max() < 0.01


def test_a_film_is_smoothed_if_asked(lifted):
    plain, smooth = (lift_motion(load_record("legs_torso"), lifted[0], fps=15, smooth=s) for s in (False, True))
    assert "smoothed" in smooth.about and "smoothed" not in plain.about
    jitter = [np.linalg.norm(np.diff(m.x3d, 2, axis=0), axis=-1).mean() for m in (plain, smooth)]
    assert jitter[1] < 0.8 * jitter[0]


def test_poses_in_mm_keep_their_size(tmp_path):
    x3d = np.random.default_rng(0).normal(scale=300, size=(3, 17, 3)).astype(np.float32)
    x3d -= x3d[:, :1]
    motion = LiftedMotion(PoseSet(x3d[..., :2].copy(), units="mm", frame=[5, 6, 6]), x3d, {}, fps=10)
    np.testing.assert_allclose(motion.metres, x3d * [0.001, -0.001, -0.001], rtol=1e-6)
    np.testing.assert_allclose(motion.seconds, [0, 0.1, 0.2])  # frames that do not rise follow each other
    far = replace(motion, poses=PoseSet(x3d[..., :2].copy(), units="mm", frame=[5, 2_000_000_000, 2_000_000_001]))
    np.testing.assert_allclose(far.seconds, [0, 1, 1.1])
    for wrong in ({"fps": 0}, {"stature": -1}, {"x3d": x3d[:2]}, {"x3d": x3d + np.float32(np.inf)}):
        with pytest.raises(ValueError, match="must be"):
            replace(motion, **wrong)


def test_labels_never_become_formulas(tmp_path):
    x = np.zeros((1, 17, 2), np.float32)
    motion = LiftedMotion(PoseSet(x, subject=["=cmd()"], action=["a,b"]), np.zeros((1, 17, 3), np.float32), {})
    row = list(csv.DictReader(io.StringIO(write_motion(motion, tmp_path / "x.csv").read_text())))[0]
    assert (row["subject"], row["action"]) == ("'=cmd()", "a,b")


def test_the_page_is_small(written):
    assert len((written / "out.html").read_bytes()) < 100_000 and len(script()) < 50_000
