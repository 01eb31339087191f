"""Networks as a browser evaluates them: equal to torch on the same weights, whatever the representation."""

import json
import subprocess

import numpy as np
import pytest
import torch
from random_networks import stirred

from liftkit.config import TrainConfig
from liftkit.networks import Discriminator, Lifter
from liftkit.recorded import load_record, shrink
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.view import page
from liftkit.view.networks import discriminator_data, lifter_data
from tests.view.test_js import NODE, needs_node

pytestmark = needs_node
KINDS = [(scale, norm) for scale in ("segment", "pose") for norm in ("batch", "frozen")]
HANDS = ("left_wrist", "right_wrist")
OWN = Representation(  # what none of liftkit's has: joints out of order, seen by both, and a shared block
    "hands_apart",
    (Segment("hands", ("head", *HANDS), HANDS[::-1]),
     Segment("rest", H36M_17.names[1:], tuple(name for name in H36M_17.names[1:] if name not in HANDS))),
    blocks=2, shared_blocks=1,
)  # fmt: skip


@pytest.fixture
def own():
    register(OWN)
    yield
    del REPRESENTATIONS[OWN.name]


def made(representation: str, scale: str, normalisation: str) -> Run:
    """A run of two members whose numbers all differ, rounded to float16."""
    config = TrainConfig(width=32, scale=scale, normalisation=normalisation)
    lifter, discriminator = Lifter(representation, 32, 2, **config.network_options), Discriminator(32, 2)
    for net in (lifter, discriminator):
        stirred(net).float()
    return shrink(Run(lifter, discriminator, (0, 1), config, load_record("full").history[:0]))


def poses(count: int = 6, gaps: bool = False) -> np.ndarray:
    x2d = np.random.default_rng(1).uniform(-1, 1, (count, 17, 2)).astype(np.float32)
    x2d[:, 0] = 0
    x2d[:, 5] = 1  # so that each is on the lifter's scale
    for pose, joint in enumerate([3, 8, 0, 13] if gaps else []):
        x2d[pose, joint] = np.nan
    return x2d


def evaluated(function: str, data: list[dict], x2d: np.ndarray, folder) -> np.ndarray:
    """What node makes of networks and poses: (networks, poses, ...)."""
    given = {"data": data, "poses": np.where(np.isfinite(x2d), x2d, None).reshape(len(x2d), -1).tolist()}
    (folder / "given.json").write_text(json.dumps(given))
    (folder / "lifter.mjs").write_text((page.HERE / "lifter.js").read_text())
    (folder / "evaluate.mjs").write_text(
        f'import {{ network, {function} }} from "./lifter.mjs";\nimport {{ readFileSync }} from "node:fs";\n'
        'const { data, poses } = JSON.parse(readFileSync("given.json"));\n'
        "const each = (net) => poses.map((x) => { \n"
        f"  const found = {function}(net, x.map((value) => value ?? NaN));\n"
        "  return found.length ? [...found] : found; });\n"
        "console.log(JSON.stringify(data.map((one) => each(network(one)))));\n"
    )
    done = subprocess.run([NODE, "evaluate.mjs"], capture_output=True, text=True, timeout=120, cwd=folder)
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout), float)


@pytest.mark.slow
@pytest.mark.usefixtures("own")
def test_depths_equal_torchs_in_every_representation_scale_and_normalisation(tmp_path):
    runs = [made(name, *kind) for name in REPRESENTATIONS for kind in KINDS]
    assert len(runs) == 28 and {run.representation.name for run in runs} > {"hands_apart", "five_parts_shared"}
    data = [lifter_data(run, member) for run in runs for member in (0, 1)]
    assert all(one["half"] for one in data)
    with torch.no_grad():
        flat = torch.from_numpy(poses()).expand(2, 6, 17, 2)
        expected = torch.cat([run.lifter(flat) for run in runs]).numpy()
    found = evaluated("depths", data, poses(), tmp_path)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(expected[..., 1:]) > 0.5 and len(np.unique(expected.round(4))) > 1000


@pytest.mark.slow
@pytest.mark.usefixtures("own")
def test_depths_of_joints_that_were_not_seen_are_missing_as_in_a_run(tmp_path):
    runs = [made(name, scale, "batch") for name in REPRESENTATIONS for scale in ("segment", "pose")]
    found = evaluated("depths", [lifter_data(run, 1) for run in runs], poses(gaps=True), tmp_path)
    with pytest.warns(UserWarning, match="lack joints"):
        expected = np.stack([run.lift(poses(gaps=True))[1, ..., 2] for run in runs])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    part_known = np.isfinite(expected[..., 1:]).any(-1) & np.isnan(expected).any(-1)
    assert 0 < part_known.sum() < part_known.size


def test_scores_equal_torchs(tmp_path):
    run = made("full", "pose", "batch")
    with torch.no_grad():
        expected = run.discriminator(torch.from_numpy(poses()).expand(2, 6, 17, 2)).numpy()
    found = evaluated("score", [discriminator_data(run, member) for member in (0, 1)], poses(), tmp_path)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_a_recorded_run_is_exact_at_half_the_size_and_full_precision_is_kept(tmp_path):
    run = load_record("legs_torso")
    data = lifter_data(run, 5)
    assert data["half"] and len(data["content"]) < 160_000
    expected = run.lift(poses())[5, ..., 2]
    np.testing.assert_allclose(evaluated("depths", [data], poses(), tmp_path)[0], expected, atol=1e-5)
    run.lifter.inputs[0].weight.data[5, 0, 0] += 1e-5  # no longer a number of 16 bits
    assert not lifter_data(run, 5)["half"] and lifter_data(run, 4)["half"]
    expected = run.lift(poses())[5, ..., 2]
    found = evaluated("depths", [lifter_data(run, 5)], poses(), tmp_path)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
