"""Run: lifting in the caller's unit and kind, and the way to a folder and back."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load, save

from liftkit import run as run_module
from liftkit.data.datasets import load_poses
from liftkit.geometry import normalise
from liftkit.recorded import load_record
from liftkit.representations import REPRESENTATIONS, Representation, register
from liftkit.run import Run
from liftkit.training import train

POSES = np.random.default_rng(0).normal(scale=300, size=(120, 17, 2)).astype(np.float32)
FILES = ["history.csv", "run.json", "weights.safetensors"]


def short_run(representation: str = "legs_torso", **config) -> Run:
    quick = dict(width=16, batch=8, steps=3, record_every=1, dropout=0.3)
    return train(representation, POSES, (5, 0), device="cpu", **(quick | config))


@pytest.fixture(scope="module")
def run() -> Run:
    return short_run()


def test_the_repr_says_what_it_is(run):
    assert repr(run) == f"Run('legs_torso', seeds 5, 0, {run.parameter_count:,} parameters per member)"


@pytest.fixture
def folder(run, tmp_path):
    return run.save(tmp_path / "run")


# Lifting.


def test_lifting_gives_every_members_poses_with_x_and_y_as_they_were(run):
    x3d = run.lift(POSES)
    assert x3d.shape == (2, 120, 17, 3)
    np.testing.assert_allclose(x3d[..., :2], np.stack([POSES - POSES[:, :1]] * 2), atol=1e-3)
    assert (x3d[:, :, 0] == 0).all()
    for member in range(2):
        z = run.lifter(normalise(torch.from_numpy(POSES)).expand(2, -1, -1, -1))[member].detach().numpy()
        scale = np.abs(POSES - POSES[:, :1]).max((1, 2), keepdims=True)[..., 0]
        np.testing.assert_allclose(x3d[member, ..., 2], z * scale, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("factor", [0.5, 3.0, 1e-4, 1e6])
def test_a_larger_image_gives_a_larger_pose(run, factor):
    np.testing.assert_allclose(run.lift(POSES * np.float32(factor)) / factor, run.lift(POSES), atol=0.02)


def test_where_the_person_stands_in_the_image_does_not_matter(run):
    np.testing.assert_allclose(run.lift(POSES + np.float32(512)), run.lift(POSES), atol=0.02)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_the_same_kind_and_precision_comes_out(run, dtype):
    poses = POSES.astype(dtype)
    from_numpy, from_torch = run.lift(poses), run.lift(torch.from_numpy(poses))
    assert isinstance(from_numpy, np.ndarray) and from_numpy.dtype == dtype
    assert isinstance(from_torch, torch.Tensor) and from_torch.dtype == torch.from_numpy(poses).dtype
    assert not from_torch.requires_grad
    np.testing.assert_array_equal(from_numpy, from_torch.numpy())


def test_no_poses_give_no_poses(run):
    assert run.lift(POSES[:0]).shape == (2, 0, 17, 3)
    assert run.lift(torch.zeros(0, 17, 2)).shape == (2, 0, 17, 3)


def test_chunks_cannot_be_seen_from_outside(run, monkeypatch):
    whole = run.lift(POSES)
    monkeypatch.setattr(run_module, "CHUNK", 7)
    np.testing.assert_allclose(run.lift(POSES), whole, rtol=1e-4, atol=1e-3)
    monkeypatch.undo()
    many = np.tile(POSES, (40, 1, 1))
    assert len(many) > run_module.CHUNK
    np.testing.assert_allclose(run.lift(many), np.tile(whole, (1, 40, 1, 1)), rtol=1e-4, atol=1e-3)


def test_lifting_changes_neither_its_input_nor_the_run(run):
    poses = POSES.copy()
    first = run.lift(poses)
    assert (poses == POSES).all()
    np.testing.assert_array_equal(run.lift(poses), first)


def test_any_memory_layout_is_lifted_alike(run):
    expected = run.lift(POSES)
    backwards = POSES[::-1]
    backwards.flags.writeable = False
    np.testing.assert_array_equal(run.lift(backwards), expected[:, ::-1])
    np.testing.assert_array_equal(run.lift(np.asfortranarray(POSES)), expected)


def test_a_pose_without_size_lifts_to_the_origin(run):
    assert (run.lift(np.full((3, 17, 2), 7.0))[..., :2] == 0).all()
    assert np.isfinite(run.lift(np.full((3, 17, 2), 7.0))).all()


@pytest.mark.parametrize(
    "x2d, message",
    [
        (POSES[0], r"x2d must have shape \(N, 17, 2\), found \(17, 2\)"),
        (POSES[None], r"x2d must have shape \(N, 17, 2\), found \(1, 120, 17, 2\)"),
        (POSES[:, :16], r"x2d must have shape \(N, 17, 2\), found \(120, 16, 2\)"),
        (np.zeros((4, 17, 3)), r"x2d must have shape \(..., joints, 2\), found \(4, 17, 3\)"),
        (np.zeros((4, 17, 2), int), "x2d must hold floating-point numbers, found int64"),
        (np.where(POSES == POSES.max(), np.inf, POSES), "x2d must be finite, or NaN where .*; found infinity"),
        (torch.full((2, 17, 2), float("nan")), "2 of 2 poses lack joints"),
        (POSES.tolist(), "x2d must be a numpy array or a torch tensor, found list"),
    ],
)
def test_other_poses_are_refused(run, x2d, message):
    with pytest.raises(ValueError, match=message):
        run.lift(x2d)


def test_a_run_knows_its_representation_and_parameters(run):
    assert run.representation == REPRESENTATIONS["legs_torso"]
    assert run.parameter_count == sum(p.numel() for p in run.lifter.parameters()) / 2
    assert run.seeds == (5, 0)


# To a folder and back.


def assert_same_run(loaded: Run, run: Run):
    assert loaded.representation == run.representation
    assert (loaded.seeds, loaded.config, loaded.message) == (run.seeds, run.config, run.message)
    for ours, theirs in ((loaded.lifter, run.lifter), (loaded.discriminator, run.discriminator)):
        ours, theirs = ours.state_dict(), theirs.state_dict()
        assert list(ours) == list(theirs) and all(torch.equal(ours[key], theirs[key]) for key in ours)
    pd.testing.assert_frame_equal(loaded.history, run.history, rtol=1e-12)
    np.testing.assert_array_equal(loaded.lift(POSES), run.lift(POSES))
    assert not loaded.lifter.training and not loaded.discriminator.training


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_what_is_saved_is_loaded_bit_for_bit(name, tmp_path):
    run = short_run(name, prior="paper", weights={"adversarial": 0.15})
    folder = run.save(tmp_path / "new" / "run")
    assert folder == tmp_path / "new" / "run"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert_same_run(Run.load(folder), run)
    assert_same_run(Run.load(str(folder)), run)


def test_a_compact_run_lifts_like_the_whole_one_from_half_of_the_bytes(run, tmp_path):
    whole, compact = run.save(tmp_path / "whole"), run.save(tmp_path / "compact", compact=True)
    sizes = [(folder / "weights.safetensors").stat().st_size for folder in (whole, compact)]
    assert sizes[1] < 0.5 * sizes[0]
    loaded = Run.load(compact)
    np.testing.assert_allclose(loaded.lift(POSES)[..., 2], run.lift(POSES)[..., 2], atol=2)  # of some 900 mm
    assert {p.dtype for p in loaded.lifter.parameters()} == {torch.float32}
    np.testing.assert_array_equal(loaded.select([0]).lift(POSES), loaded.lift(POSES)[1:])


def test_a_registered_representation_loads_where_it_is_not_registered(tmp_path, monkeypatch):
    monkeypatch.setattr("liftkit.representations.REPRESENTATIONS", dict(REPRESENTATIONS))
    left_right = REPRESENTATIONS["left_right"].segments
    register(Representation("mine", left_right, 1, 2, description="joined sides"))
    run = short_run("mine", width=32)
    run.save(tmp_path / "run")
    monkeypatch.undo()
    assert "mine" not in REPRESENTATIONS
    assert_same_run(Run.load(tmp_path / "run"), run)


def test_a_message_and_an_empty_history_are_saved_too(tmp_path):
    run = short_run(steps=0)
    run.message = "interrupted at step 0 – für später"
    loaded = Run.load(run.save(tmp_path / "run"))
    assert loaded.message == run.message
    assert len(loaded.history) == 0 and list(loaded.history) == list(run.history)


def test_saving_again_replaces_the_run(run, folder):
    other = short_run("five_parts")
    other.save(folder)
    assert_same_run(Run.load(folder), other)


def test_a_file_is_no_folder(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ValueError, match="taken must be a folder, found a file"):
        run.save(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ValueError, match=f"run is not the folder of a run: it has no {name}"):
        Run.load(folder)


def without_dimensions(content: bytes) -> bytes:
    return save(load(content) | {"lifter.input_norm.gain": torch.tensor(1.0)})


def edit_about(**changes):
    def edit(content: bytes) -> bytes:
        about = json.loads(content) | changes
        return json.dumps({key: value for key, value in about.items() if value is not None}).encode()

    return edit


def first_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    "name, damage, reason",
    [
        ("run.json", first_half, "JSONDecodeError"),
        ("run.json", lambda content: b"", "JSONDecodeError"),
        ("run.json", lambda content: b"\xff\xfe", "Decode"),
        ("run.json", lambda content: b"[1, 2]", "list"),
        ("run.json", edit_about(seeds=None), "'seeds'"),
        ("run.json", edit_about(colour="red"), "newer liftkit .*unknown fields colour in run.json"),
        ("run.json", edit_about(seeds=[]), "seeds must be one or more different integers"),
        ("run.json", edit_about(config={"width": 0}), "width must be an integer from 1"),
        ("run.json", edit_about(config={"widht": 16}), "unknown fields widht"),
        ("run.json", edit_about(representation={"name": "mine", "segments": [], "blocks": 1}), "no segment owns"),
        ("run.json", edit_about(representation=None), "'representation'"),
        ("weights.safetensors", first_half, ""),
        ("weights.safetensors", lambda content: b"", ""),
        ("weights.safetensors", lambda content: content.replace(b"lifter.blocks.0", b"lifter.blocks.9"), "blocks"),
        ("weights.safetensors", without_dimensions, "zero-dimensional"),
        ("history.csv", lambda content: b"", "No columns"),
        ("history.csv", lambda content: content.replace(b"seed", b"sead"), "it has no column seed"),
        ("history.csv", lambda content: b"\xff\xfe\x00step,seed\n1,2\n", ""),
    ],
)
def test_a_damaged_file_is_named(folder, name, damage, reason):
    path = folder / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"(?s)run[/\\]{name} is damaged.*{reason}"):
        Run.load(folder)


def test_weights_of_another_run_are_refused(folder, tmp_path):
    other = short_run("five_parts").save(tmp_path / "other")
    (folder / "weights.safetensors").write_bytes((other / "weights.safetensors").read_bytes())
    with pytest.raises(ValueError, match="weights.safetensors is damaged"):
        Run.load(folder)


@pytest.mark.slow
def test_members_can_be_taken_out():
    run = load_record("legs_torso_shared")
    x2d = load_poses("synthetic").test.x2d[:50]
    some = run.select([5, 2])
    assert some.seeds == (5, 2) and set(some.history.seed) == {2, 5}
    np.testing.assert_allclose(some.lift(x2d), run.lift(x2d)[[5, 2]], atol=1e-2)
    with pytest.raises(ValueError, match="no member has the seed 9; there are 0, 1"):
        run.select([9])


def test_fields_that_an_older_run_lacks_get_their_defaults(run, folder):
    about = json.loads((folder / "run.json").read_text())
    del about["message"], about["config"]["tilt"], about["representation"]["description"]
    (folder / "run.json").write_text(json.dumps(about))
    loaded = Run.load(folder)
    assert (loaded.config, loaded.message) == (run.config, "") and loaded.representation.description == ""


def test_groups_of_members_with_other_tensors_are_refused(run):
    some = run.tensors()
    other = {name: tensor for name, tensor in some.items() if "outputs" not in name}
    with pytest.raises(ValueError, match="the tensors do not fit legs_torso"):
        Run.from_tensors(run.representation, (1, 2, 3, 4), run.config, [some, other], run.history)
