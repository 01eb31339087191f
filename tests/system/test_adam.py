"""Adam computes what torch's does, and leaves torch's compiler where it is."""

import subprocess
import sys

import pytest
import torch

from liftkit.system.adam import Adam

TRAIN = """
import sys
from liftkit import load_poses, train
train("legs_torso", load_poses("synthetic"), width=8, batch=8, steps=2)
sys.exit("torch._dynamo" in sys.modules)
"""


def steps(kind, count):
    """Parameters and state after some steps of an optimiser, whose state is saved and loaded on the way."""
    weights = [torch.nn.Parameter(torch.linspace(-1, 1, 6)), torch.nn.Parameter(torch.ones(2, 3))]
    optimiser = kind(weights, lr=0.01, fused=True)
    for step in range(count):
        optimiser.zero_grad()
        sum((weight**2 * (step + 1)).sum() for weight in weights).backward()
        optimiser.step()
        again = kind(weights, lr=0.5, fused=True)
        again.load_state_dict(optimiser.state_dict())
        optimiser = again
    return weights, optimiser.state_dict()


def test_it_is_torchs_to_the_bit_and_the_states_are_those_of_torch():
    ours, torchs = steps(Adam, 5), steps(torch.optim.Adam, 5)
    assert all(torch.equal(a, b) for a, b in zip(ours[0], torchs[0], strict=True))
    assert not ours[0][0].allclose(torch.linspace(-1, 1, 6))
    assert ours[1]["param_groups"] == torchs[1]["param_groups"] and ours[1]["state"].keys() == torchs[1]["state"].keys()
    assert all(torch.equal(ours[1]["state"][n][k], v) for n, one in torchs[1]["state"].items() for k, v in one.items())


@pytest.mark.slow
def test_a_training_imports_no_compiler():
    subprocess.run([sys.executable, "-c", TRAIN], check=True)
