"""Loss terms: cases worked out by hand, and lifters that know the truth."""

import math

import numpy as np
import pytest
import torch
from fake_lifters import FakeLifter, turns_of
from random_networks import random_poses
from scipy.spatial.transform import Rotation

from liftkit.config import TrainConfig
from liftkit.losses import LOSSES, Cycle, adversarial, discriminator_loss, quarter_turns, reprojection
from liftkit.networks import Discriminator, Lifter
from liftkit.priors import DRAWS, get_prior
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17

WEIGHT_OF_ANKLE = {"full": 1 / 16, "legs_torso": 1 / 6, "legs_torso_shared": 1 / 16, "five_parts": 1 / 3}
ANKLE, WRIST = H36M_17.index("right_ankle"), H36M_17.index("left_wrist")


def flat(x2d):
    return 0 * x2d[..., 0]


def about(axis: str, degrees: list[float] | np.ndarray) -> np.ndarray:
    """(N, 3, 3) rotations about "x" or "y", by scipy."""
    return Rotation.from_rotvec(np.outer(degrees, np.eye(3)["xyz".index(axis)]), degrees=True).as_matrix()


def azimuth_turns(degrees: float, batch: int = 1) -> torch.Tensor:
    """(1, 4, B, 3, 3): the random view at a given azimuth, then the quarters."""
    return torch.from_numpy(about("y", [degrees, 90, -90, 180]))[None, :, None].expand(1, 4, batch, 3, 3)


def test_the_table_holds_the_papers_terms_and_weights():
    assert {name: term.weight for name, term in LOSSES.items()} == {
        "adversarial": 1,
        "reprojection": 10,
        "quarter_turns": 3,
    }


def test_discriminator_loss_by_hand_and_with_swapped_labels():
    d_real, d_view = torch.tensor([[1.0, 0.0]] * 2), torch.tensor([[0.5, 0.0]] * 2)
    loss = discriminator_loss(d_real, d_view, torch.tensor([False, True]))
    # (0 + 1) / 2 + (0.25 + 0) / 2, and swapped (1 + 0) / 2 + (0.25 + 1) / 2
    assert loss.tolist() == [0.625, 1.125]


@pytest.mark.parametrize("name", WEIGHT_OF_ANKLE)
def test_a_flat_lifters_consistency_by_hand(name):
    x2d = torch.zeros(1, 2, 17, 2, dtype=torch.float64)
    x2d[0, 0, ANKLE] = torch.tensor([0.6, 0.8])  # the other pose of the batch is all 0
    cycle = Cycle(FakeLifter(flat, name), x2d, azimuth_turns(60, 2))
    # seen from 60 degrees the ankle is at 0.6 cos 60, turned back at 0.6 cos^2 60: off by 0.6 sin^2 60 = 0.45 in x
    weight = WEIGHT_OF_ANKLE[name]
    assert reprojection(cycle).item() == pytest.approx(weight * 0.45**2 / 2 / 2)
    # from +90 and -90 its depth should be -0.6 and 0.6, from 180 it is 0
    assert quarter_turns(cycle).item() == pytest.approx(weight * 2 * 0.36 / 2)


def test_five_parts_weigh_a_joint_by_its_part():
    x2d = torch.zeros(1, 1, 17, 2, dtype=torch.float64)
    x2d[0, 0, [ANKLE, H36M_17.index("head")], 0] = torch.tensor([0.3, 0.5], dtype=torch.float64)
    cycle = Cycle(FakeLifter(flat, "five_parts"), x2d, azimuth_turns(0))
    assert quarter_turns(cycle).item() == pytest.approx(2 * (0.09 / 3 + 0.25 / 4))
    assert reprojection(cycle).item() == 0


def test_a_linear_lifters_quarter_turns_by_hand():
    x2d = torch.zeros(1, 1, 17, 2, dtype=torch.float64)
    x2d[0, 0, WRIST] = torch.tensor([0.5, 0.2])
    cycle = Cycle(FakeLifter(lambda x: 2 * x[..., 0] + x[..., 1], "legs_torso"), x2d, azimuth_turns(0))
    # z = 1.2; from +90 lifted 2 z + y = 2.6, should be -0.5; from -90: -2.2, 0.5; from 180: -0.8, -1.2
    assert cycle.z[0, 0, WRIST] == pytest.approx(1.2)
    assert quarter_turns(cycle).item() == pytest.approx((3.1**2 + 2.7**2 + 0.4**2) / 10)


def test_every_tensor_of_a_cycle_is_what_its_name_says():
    members, batch = 2, 5
    x2d, config = random_poses(members, batch), TrainConfig(prior="paper")
    turns = turns_of(config, members, batch)
    lifter = FakeLifter(lambda x: 0.3 * x[..., 0] - 0.7 * x[..., 1])
    cycle = Cycle(lifter, x2d, turns)
    x3d = np.concatenate([x2d, lifter.depth(x2d)[..., None]], -1)
    np.testing.assert_allclose(cycle.x3d, x3d)
    seen = np.einsum("mvbik,mbjk->mvbji", turns, x3d)
    np.testing.assert_allclose(cycle.x3d_views, seen, atol=1e-12)
    np.testing.assert_allclose(cycle.x2d_views, seen[..., :2], atol=1e-12)
    np.testing.assert_allclose(cycle.x2d_view, seen[:, 0, ..., :2], atol=1e-12)
    again = np.concatenate([seen[:, 0, ..., :2], lifter.depth(seen[:, 0])[..., None]], -1)
    back = np.einsum("mbki,mbjk->mbji", turns[:, 0], again)
    np.testing.assert_allclose(cycle.x2d_back, back[..., :2], atol=1e-12)
    assert cycle.z_views.shape == (members, 4, batch, 17)
    assert [tuple(x.shape) for x in lifter.asked] == [(members, batch, 17, 2), (members, 4, batch, 17, 2)]


def test_quarter_turns_are_the_papers_algebra():
    z = random_poses(1, 3, seed=4)[..., 0]
    x2d = random_poses(1, 3)
    x, y = x2d.unbind(-1)
    lifter = FakeLifter(lambda x: z if x.ndim == 4 else 0 * x[..., 0])
    cycle = Cycle(lifter, x2d, turns_of(TrainConfig(prior="paper"), 1, 3))
    loss = quarter_turns(cycle)
    seen = lifter.asked[1][:, 1:]
    expected = torch.stack([torch.stack([side, y], -1) for side in (z, -z, -x)], dim=1)
    torch.testing.assert_close(seen, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(loss, ((x**2 + x**2 + z**2).sum(-1) / 16).mean(1))


class KnowsHeights:
    """Knows every joint's height above the floor and the camera's tilt; with these, depth follows from y exactly.

    A joint at height h along the world's vertical (0, cos tilt, sin tilt) has y cos(tilt) + z sin(tilt) = h. A
    camera with this tilt sees it so from every azimuth, and a person who stands upright keeps h.
    """

    representation = REPRESENTATIONS["legs_torso"]

    def __init__(self, heights, tilt: float):
        self.heights, self.c, self.s = heights, math.cos(math.radians(tilt)), math.sin(math.radians(tilt))

    def __call__(self, x2d):
        heights = self.heights[:, None] if x2d.ndim == 5 else self.heights
        return (heights - x2d[..., 1] * self.c) / self.s


@pytest.mark.parametrize(
    "config, exact",
    [
        (TrainConfig(prior="gravity", tilt=15), True),
        (TrainConfig(prior="gravity", tilt=5), False),
        (TrainConfig(prior="gravity", tilt=15, tilt_spread=5), False),
        (TrainConfig(prior="paper", elevation=0), False),
    ],
)
def test_a_perfect_lifter_for_a_tilted_camera_is_consistent_about_gravity_alone(config, exact):
    heights, x2d = random_poses(2, 6, seed=3)[..., 0], random_poses(2, 6)
    cycle = Cycle(KnowsHeights(heights, 15), x2d, turns_of(config, 2, 6))
    losses = torch.stack([reprojection(cycle), quarter_turns(cycle)])
    assert (losses < 1e-20).all() if exact else (losses > 0.01).all()


class KnowsPeople:
    """Knows the true poses and where a level camera stands: what it is shown must be a projection of the truth."""

    representation = REPRESENTATIONS["legs_torso"]

    def __init__(self, x3d, rotations):
        self.x3d = x3d
        self.views = np.stack([np.einsum("bik,bjk->bji", r, x3d) for r in rotations])[None]

    def __call__(self, x2d):
        truth = self.views if x2d.ndim == 5 else self.x3d[None]
        np.testing.assert_allclose(x2d, truth[..., :2], atol=1e-12)
        return torch.from_numpy(truth[..., 2])


def test_a_perfect_lifter_for_a_level_camera_is_consistent_under_the_papers_views():
    rng, batch = np.random.default_rng(0), 6
    x3d = rng.uniform(-1, 1, (batch, 17, 3))
    u = rng.random((batch, DRAWS))
    rotations = [about("x", (2 * u[:, 1] - 1) * 10) @ about("y", (2 * u[:, 0] - 1) * 160)]
    rotations += [about("y", [degrees] * batch) for degrees in (90, -90, 180)]
    turns = get_prior("paper")(torch.from_numpy(u)[None], TrainConfig(prior="paper"))
    cycle = Cycle(KnowsPeople(x3d, rotations), torch.from_numpy(x3d)[None, ..., :2], turns)
    assert reprojection(cycle).item() < 1e-20
    assert quarter_turns(cycle).item() < 1e-20


def test_adversarial_by_hand_and_zero_for_a_discriminator_that_is_fooled():
    cycle = Cycle(FakeLifter(flat), random_poses(2, 2), turns_of(TrainConfig(), 2, 2))
    scores = torch.tensor([[1.0, 1.0], [0.0, 0.5]], dtype=torch.float64)
    assert adversarial(cycle, lambda x2d: scores).tolist() == [0, (1 + 0.25) / 2]
    scored = []
    adversarial(cycle, lambda x2d: scored.append(x2d) or scores)
    torch.testing.assert_close(scored[0], cycle.x2d_view)


@pytest.mark.parametrize("name", REPRESENTATIONS)
@pytest.mark.parametrize("term", LOSSES)
def test_a_member_alone_has_the_term_that_it_has_in_an_ensemble(term, name):
    def build(*seeds):
        size = dict(width=16, members=len(seeds), generators=[torch.Generator().manual_seed(s) for s in seeds])
        return Lifter(name, **size).double().train(), Discriminator(**size).double()

    x2d, turns = random_poses(2, 8), turns_of(TrainConfig(), 2, 8)
    together, alone = build(3, 7), build(7)
    both = LOSSES[term](Cycle(together[0], x2d, turns), together[1])
    one = LOSSES[term](Cycle(alone[0], x2d[1:], turns[1:]), alone[1])
    assert both.shape == (2,)
    torch.testing.assert_close(both[1:], one)
    assert both[0] != both[1]


def test_the_papers_prior_weights_by_segment_and_gravity_by_joint():
    assert get_prior("paper").per_segment and not get_prior("gravity").per_segment
