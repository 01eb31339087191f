"""liftkit lift: from key points to files that other programs read, and to a page that a browser shows."""

import base64
import csv
import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from formats.bvh import read_points
from typer.testing import CliRunner

from liftkit import H36M_17, PoseSet, Run, load_record, save_poses
from liftkit.cli import app
from liftkit.data.people import person_height
from liftkit.export import LiftedMotion, write_motion
from liftkit.export.viewer import HERE, MOST_FRAMES
from liftkit.keypoints.reading import read_keypoints
from liftkit.poses import load_pose_file
from liftkit.recorded import sample_keypoints

SAMPLE = sample_keypoints()


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.fixture(scope="module")
def lifted():
    """The sample, lifted by the first member of the record."""
    poses = read_keypoints(SAMPLE)[0]
    record = load_record("legs_torso")
    return poses, record.lift(poses.x2d)[record.seeds.index(0)]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lifted")
    for ending in "npz", "csv", "bvh", "gltf", "glb", "html":
        done = run("lift", SAMPLE, "--out", folder / f"out.{ending}", "--fps", 15)
        assert done.exit_code == 0, done.output
        assert "seed 0" in done.output and "58 kept" in done.output
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


def read_gltf(content):
    document = json.loads(content)
    head, data = document["buffers"][0].pop("uri").split(",", 1)
    assert head == "data:application/octet-stream;base64"
    return document, base64.b64decode(data)


def accessor(document, data, number):
    """An accessor's values by the specification alone; its bounds, alignment and extent are checked on the way."""
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


@pytest.mark.parametrize(("ending", "read"), [("gltf", read_gltf), ("glb", read_glb)])
def test_gltf_moves_its_nodes_as_the_prediction_says(written, lifted, ending, read):
    poses, x3d = lifted
    document, data = read((written / f"out.{ending}").read_bytes())
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


def test_gltf_draws_every_bone_once_bound_to_its_joints(written):
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
    names, points, fps = read_points(written / "out.bvh")
    joints = points[:, [names.index(name) for name in H36M_17.names]] * 10  # cm
    assert fps == pytest.approx(15) and len(joints) == poses.frame[-1] - poses.frame[0] + 1
    shown = np.searchsorted(poses.frame, np.arange(poses.frame[0], poses.frame[-1] + 1), side="right") - 1
    scale = 1700 / person_height(x3d)
    np.testing.assert_allclose(joints, x3d[shown] * scale * [1, -1, -1], atol=0.1)
    up = joints[..., 1]
    assert (up[:, H36M_17.index("right_wrist")] > up[:, H36M_17.index("right_shoulder")]).all()


def test_poses_in_mm_keep_their_size(tmp_path):
    x3d = np.random.default_rng(0).normal(scale=300, size=(3, 17, 3)).astype(np.float32)
    x3d -= x3d[:, :1]
    motion = LiftedMotion(PoseSet(x3d[..., :2].copy(), units="mm", frame=[5, 6, 6]), x3d, {}, fps=10)
    np.testing.assert_allclose(motion.metres, x3d * [0.001, -0.001, -0.001], rtol=1e-6)
    np.testing.assert_allclose(motion.seconds, [0, 0.1, 0.2])  # frames that do not rise follow each other
    far = replace(motion, poses=PoseSet(x3d[..., :2].copy(), units="mm", frame=[5, 2_000_000_000, 2_000_000_001]))
    np.testing.assert_allclose(far.seconds, [0, 1, 1.1])
    for wrong in ({"fps": 0}, {"stature": -1}, {"x3d": x3d[:2]}, {"x3d": x3d * np.float32(np.nan)}):
        with pytest.raises(ValueError, match="must be"):
            replace(motion, **wrong)


def test_labels_never_become_formulas(tmp_path):
    x = np.zeros((1, 17, 2), np.float32)
    motion = LiftedMotion(PoseSet(x, subject=["=cmd()"], action=["a,b"]), np.zeros((1, 17, 3), np.float32), {})
    row = list(csv.DictReader(io.StringIO(write_motion(motion, tmp_path / "x.csv").read_text())))[0]
    assert (row["subject"], row["action"]) == ("'=cmd()", "a,b")


def test_a_run_of_ones_own_and_another_seed(tmp_path, lifted):
    poses, _ = lifted
    record = load_record("full")
    record.save(tmp_path / "mine")
    done = run("lift", SAMPLE, "--run", tmp_path / "mine", "--seed", 3, "--out", tmp_path / "x.npz")
    assert done.exit_code == 0 and "the run mine, seed 3" in done.output
    expected = Run.load(tmp_path / "mine").lift(poses.x2d)[3]
    np.testing.assert_array_equal(np.load(tmp_path / "x.npz")["x3d_pred"], expected)


def test_a_pose_file_is_lifted_too(tmp_path, lifted):
    poses, x3d = lifted
    path = save_poses(poses, tmp_path / "poses.npz")
    assert run("lift", path, "--out", tmp_path / "x.npz").exit_code == 0
    np.testing.assert_array_equal(np.load(tmp_path / "x.npz")["x3d_pred"], x3d)


@pytest.mark.parametrize("arguments", [[], ["--check", "--out", "{new}"]])
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(arguments, tmp_path):
    done = run("lift", SAMPLE, *(a.format(new=tmp_path / "x.glb") for a in arguments))
    assert done.exit_code == 0 and "Nothing is written" in done.output and "58 kept" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "nowhere.json: there is no such file"),
        (["{sample}", "--out", "x.obj"], "expected a name that ends in .npz, .csv, .bvh, .gltf, .glb, .html"),
        (["{sample}", "--out", "missing/x.glb"], "there is no folder"),
        (["{sample}", "--out", "{sample}"], "expected a name that ends in"),
        (["{sample}", "--out", "{there}"], "exists already; nothing is overwritten"),
        (["{sample}", "--record", "legs"], "no record of 'legs'; there are five_parts"),
        (["{sample}", "--seed", "9"], "the record of legs_torso has the seeds 0, 1, 2"),
        (["{sample}", "--run", "nowhere"], "is not the folder of a run"),
        (["{sample}", "--size", "big"], "expected WIDTHxHEIGHT"),
        (["{sample}", "--format", "obj"], "unknown format 'obj'; the formats are coco"),
        (["{sample}", "--person", "3"], "there is no person '3'; its tracks are none"),
        (["{sample}", "--fps", "0"], "fps must be a positive number"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message, tmp_path):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    done = run("lift", *(a.format(sample=SAMPLE, there=there) for a in arguments))
    assert done.exit_code == 2 and message in " ".join(done.output.split()), done.output
    assert "Traceback" not in done.output and there.read_text() == "mine"


def test_the_page_is_small_and_holds_at_most_so_many_frames(tmp_path, written):
    code = sum(len((HERE / name).read_bytes()) for name in ("viewer.js", "viewer.css", "viewer.py"))
    assert code < 50_000 and len((written / "out.html").read_bytes()) < 100_000
    count = MOST_FRAMES + 1
    motion = LiftedMotion(PoseSet(np.zeros((count, 17, 2), "f4")), np.zeros((count, 17, 3), "f4"), {})
    with pytest.raises(ValueError, match="at most 5,000 frames, found 5,001"):
        write_motion(motion, tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


def test_help_has_an_example():
    done = run("lift", "--help")
    assert done.exit_code == 0 and "Example" in done.output


def test_options_for_key_points_are_refused_for_a_pose_file(tmp_path, lifted):
    path = save_poses(lifted[0], tmp_path / "poses.npz")
    given = ["--format", "csv", "--size", "10x10", "--aspect", 1, "--threshold", 0.3, "--max-gap", 10]
    done = run("lift", path, *map(str, given), "--person", "1", "--no-follow", "--check")
    assert done.exit_code == 2
    names = "--format, --size, --aspect, --threshold, --max-gap, --person, --follow"
    assert f"Error: {names}: a pose file's poses are complete" in " ".join(done.output.split())
    assert run("lift", path, "--fps", "25", "--stature", "1800", "--check").exit_code == 0
