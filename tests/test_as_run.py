"""What the authors' code does when it runs, switch by switch: frozen normalisation, Glorot, one view, stored order."""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn
from trainers import POSES, trainer

from liftkit.config import PRESETS, TrainConfig
from liftkit.geometry import flip, normalise
from liftkit.layers import BatchNormReLU, Linear
from liftkit.networks import Discriminator, Lifter
from liftkit.run import Run
from liftkit.training import Trainer

AS_RUN = dict(
    normalisation="frozen", initialisation="glorot", dropout=0.0, schedule="constant", views="batch", order="stored"
)


def norms(lifter: Lifter) -> list[BatchNormReLU]:
    return [layer for layer in lifter.modules() if isinstance(layer, BatchNormReLU)]


def as_run(representation="legs_torso", **changes) -> Trainer:
    config = TrainConfig.as_run(**dict(width=16, batch=8, steps=40) | changes)
    return Trainer(representation, POSES, (3, 5), config, device="cpu")


def test_the_preset_has_every_switch_and_otherwise_the_papers_numbers():
    config, paper = PRESETS["as_run"](), TrainConfig.paper()
    found = config.to_dict()
    assert {name: found[name] for name in AS_RUN} == AS_RUN
    others = [name for name in found if name not in AS_RUN]
    assert [found[name] for name in others] == [paper.to_dict()[name] for name in others]
    assert paper.scale == "pose" and paper.normalisation == "batch"
    assert TrainConfig.as_run(width=64, views="pose").views == "pose"


@pytest.mark.parametrize("name", ["legs_torso", "five_parts_shared"])
def test_running_statistics_stay_at_0_and_1(name):
    trained = as_run(name).run(6)
    assert len(norms(trained.lifter)) >= 1 + 2
    for norm in norms(trained.lifter):
        assert (norm.mean == 0).all() and (norm.var == 1).all()
        assert not (norm.gain == 1).all() and not (norm.shift == 0).all()  # these are trained


def test_two_forward_passes_in_training_are_identical_and_evaluation_is_the_same_map():
    lifter = as_run().run(4).lifter.train()
    x2d = normalise(torch.from_numpy(POSES[:20])).expand(2, -1, -1, -1)
    first, second = lifter(x2d), lifter(x2d)
    assert torch.equal(first, second) and torch.equal(first, lifter.eval()(x2d))
    torch.testing.assert_close(lifter.train()(x2d[:, :3]), first[:, :3])  # a pose's depth is its own affair
    torch.testing.assert_close(lifter(torch.stack([x2d, -x2d], 1))[:, 0], first)


def test_frozen_normalisation_is_that_of_plain_modules_in_evaluation_with_kerass_epsilon():
    ours, theirs = BatchNormReLU(1, 5, frozen=True).train(), nn.BatchNorm1d(5, eps=1e-3).eval()
    draw = torch.rand(2, 5, generator=torch.Generator().manual_seed(0)) + 0.5
    for gain, shift in (ours.gain, ours.shift), (theirs.weight, theirs.bias):
        gain.data.copy_(draw[0].view_as(gain))
        shift.data.copy_(draw[1].view_as(shift) - 1)
    h = torch.randn(40, 5, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ours(h.T[None], None)[0].T, theirs(h).relu())


@pytest.mark.parametrize("normalisation", ["batch", "frozen"])
def test_parameters_are_the_papers_without_the_biases_before_a_normalisation(normalisation):
    # By hand, in Keras's layers: Dense(a -> b) has a b + b, BatchNormalization has a gain and a shift to train.
    w = 1024
    dense, norm = lambda a, b: a * b + b, 2 * w
    block = 2 * (dense(w, w) + norm)
    full = dense(32, w) + norm + 6 * block + dense(w, 16)
    legs = dense(12, w) + norm + 3 * block + dense(w, 6)
    torso = dense(20, w) + norm + 3 * block + dense(w, 10)
    assert (full, legs + torso) == (12_672_016, 12_675_088)
    before_a_norm = {"full": (1 + 2 * 6) * w, "legs_torso": 2 * (1 + 2 * 3) * w}
    for name, papers in ("full", full), ("legs_torso", legs + torso):
        lifter = Lifter(name, w, normalisation=normalisation, device="meta")
        assert lifter.parameter_count == papers - before_a_norm[name]


def test_glorot_weights_fill_their_bounds_and_biases_are_0():
    trained = as_run("legs_torso_shared", width=256)
    for network in (trained.lifter, trained.discriminator):
        layers = [layer for layer in network.modules() if isinstance(layer, Linear)]
        assert len(layers) >= 8
        for layer in layers:
            outputs, inputs = layer.weight.shape[1:]
            bound = math.sqrt(6 / (inputs + outputs))
            assert 0.97 * bound < layer.weight.abs().max() <= bound
            assert layer.weight.var().item() == pytest.approx(bound**2 / 3, rel=0.15)
            assert layer.bias is None or (layer.bias == 0).all()


def test_a_members_glorot_weights_are_those_that_its_seed_has_alone():
    size = dict(width=16, initialisation="glorot")
    seeded = lambda *seeds: [torch.Generator().manual_seed(seed) for seed in seeds]  # noqa: E731
    together, alone = (Discriminator(members=len(s), generators=seeded(*s), **size) for s in ((4, 7), (7,)))
    assert torch.equal(together.blocks[2].weight[1], alone.blocks[2].weight[0])
    assert not torch.equal(together.blocks[2].weight[0], alone.blocks[2].weight[0])


# Views and order.


def cycles_of_a_step(trained: Trainer) -> list:
    """The cycles that the discriminator's and the lifter's half of a step are given."""
    seen = []
    for half in ("discriminator", "lifter"):
        step = getattr(trained, f"step_{half}")
        setattr(trained, f"step_{half}", lambda cycle, step=step: (seen.append(cycle), step(cycle)))
    trained.step()
    return seen


@pytest.mark.parametrize("prior", ["paper", "gravity"])
def test_one_view_serves_a_batch_and_the_lifters_half_has_another_one(prior):
    trained = trainer(seeds=(0, 1), prior=prior, views="batch", tilt_spread=5.0)
    of_d, of_g = cycles_of_a_step(trained)
    for cycle in (of_d, of_g):
        assert torch.equal(cycle.turns[:, 0], cycle.turns[:, 0, :1].expand(-1, 8, -1, -1))
        assert not torch.allclose(cycle.turns[0, 0, 0], cycle.turns[1, 0, 0], atol=1e-3)
    assert torch.equal(of_d.x2d, of_g.x2d)
    for member in range(2):
        assert not torch.allclose(of_d.turns[member, 0, 0], of_g.turns[member, 0, 0], atol=1e-3)


def test_by_default_each_pose_has_a_view_that_serves_both_halves():
    of_d, of_g = cycles_of_a_step(trainer(seeds=(0, 1)))
    assert of_d is of_g
    assert len(of_d.turns[0, 0].flatten(1).unique(dim=0)) == 8


@pytest.mark.parametrize("batch", [8, 48])
def test_in_stored_order_step_k_takes_the_kth_batch_and_begins_again_at_the_end(batch):
    trained, real = trainer(seeds=(0, 1), order="stored", batch=batch, flip=0.0), normalise(torch.from_numpy(POSES))
    for k in range(6):
        expected = real[torch.arange(k * batch, (k + 1) * batch) % 200]
        cycle = trained.begin_cycle()
        assert torch.equal(cycle.x2d, expected.expand(2, -1, -1, -1))
        trained.finish_step(cycle)


@pytest.mark.slow
def test_stored_order_goes_on_after_a_pause_and_poses_are_still_flipped():
    through, paused = (trainer(order="stored", views="batch", seeds=(0, 1)) for _ in range(2))
    through.run(6)
    state = paused.run(3).state_dict()
    resumed = trainer(order="stored", views="batch", seeds=(0, 1))
    resumed.load_state_dict(state)
    resumed.run(3)
    assert torch.equal(resumed.lifter.outputs[0].weight, through.lifter.outputs[0].weight)
    all_flipped = trainer(order="stored", flip=1.0).begin_cycle().x2d[0]
    assert torch.equal(all_flipped, flip(normalise(torch.from_numpy(POSES[:8]))))


# Stored runs.


@pytest.mark.parametrize("normalisation, scale", [("frozen", "segment"), ("frozen", "pose"), ("batch", "segment")])
def test_a_stored_run_keeps_its_normalisation_and_scale(tmp_path, normalisation, scale):
    run = trainer(seeds=(3, 5), normalisation=normalisation, scale=scale).run(4).to_run()
    loaded = Run.load(run.save(tmp_path / "run"))
    assert loaded.config == run.config and loaded.config.network_options == run.config.network_options
    assert all(norm.frozen == (normalisation == "frozen") for norm in norms(loaded.lifter))
    np.testing.assert_array_equal(loaded.lift(POSES), run.lift(POSES))
    np.testing.assert_array_equal(loaded.select([5]).lift(POSES)[0], run.select([5]).lift(POSES)[0])
    np.testing.assert_allclose(loaded.select([5]).lift(POSES)[0], run.lift(POSES)[1], atol=1e-2)
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    about["config"] |= {"normalisation": "batch" if normalisation == "frozen" else "frozen"}
    (tmp_path / "run" / "run.json").write_text(json.dumps(about))
    assert np.abs(Run.load(tmp_path / "run").lift(POSES) - run.lift(POSES)).max() > 0.05  # so it does matter
