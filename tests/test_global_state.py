"""Training, lifting and evaluating do not depend on torch's global modes, nor on how poses lie in memory."""

from contextlib import ExitStack, contextmanager

import numpy as np
import pandas as pd
import pytest
import torch

from liftkit import Run, TrainConfig, evaluate, intervention, sensitivity, supervised_reference, train

CONFIG = dict(width=16, batch=8, steps=6, record_every=2, knee_every=2, dropout=0.3)


@contextmanager
def default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def default_device():
    torch.set_default_device("meta")
    try:
        yield
    finally:
        torch.set_default_device(None)


MODES = {
    "default dtype": [default_dtype],
    "default device": [default_device],
    "no gradients": [torch.no_grad],
    "inference": [torch.inference_mode],
    "all": [default_dtype, default_device, torch.inference_mode],
}


def results(poses, representation="legs_torso", **config) -> dict[str, np.ndarray]:
    """What a run is made of and gives, as arrays."""
    run = train(representation, poses, (4, 1), device="cpu", **CONFIG | config)
    found = {name: tensor.numpy() for name, tensor in run.tensors().items()}
    found |= {"history": run.history.drop(columns="representation").to_numpy(float), "lifted": run.lift(poses.x2d)}
    found["errors"] = evaluate(run, poses).to_numpy(float)
    found["by joint"] = evaluate(run, poses, by="joint").drop(columns="joint").to_numpy(float)
    found |= {"sensitivity": sensitivity(run, poses).values, "moved": intervention(run, poses, within=()).values}
    shown = supervised_reference(poses, (4, 1), TrainConfig(**CONFIG | config), representation)
    return found | {"shown": shown.lift(poses.x2d)}


def assert_same_bits(found, expected):
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert found[name].dtype == values.dtype, name
        np.testing.assert_array_equal(found[name], values, err_msg=name)


VARIANTS = {
    "plain": {},
    "as run": dict(normalisation="frozen", initialisation="glorot", views="batch", order="stored", prior="paper"),
    "by segment": dict(scale="segment", dropout=0.25, tilt_spread=3.0),
}


@pytest.fixture(scope="module")
def expected():
    return {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "mode, variant", [*((mode, "plain") for mode in MODES), ("all", "as run"), ("all", "by segment")]
)
def test_global_modes_of_torch_change_no_bit(tiny_poses, expected, mode, variant):
    if variant not in expected:
        expected[variant] = results(tiny_poses, **VARIANTS[variant])
    with ExitStack() as stack:
        for enter in MODES[mode]:
            stack.enter_context(enter())
        found = results(tiny_poses, **VARIANTS[variant])
    assert_same_bits(found, expected[variant])


def test_a_run_that_was_loaded_in_inference_mode_has_its_sensitivity(tiny_poses, tmp_path):
    run = train("legs_torso", tiny_poses, device="cpu", **CONFIG)
    run.save(tmp_path / "run")
    with torch.inference_mode():
        loaded = Run.load(tmp_path / "run")
    assert_same_bits({"": sensitivity(loaded, tiny_poses).values}, {"": sensitivity(run, tiny_poses).values})


@pytest.mark.slow
def test_training_leaves_the_global_modes_as_they_were(tiny_poses):
    with default_dtype(), torch.no_grad():
        train("full", tiny_poses, device="cpu", **CONFIG)
        assert torch.get_default_dtype() == torch.float64 and not torch.is_grad_enabled()
    state = torch.get_rng_state()
    results(tiny_poses)
    assert torch.equal(torch.get_rng_state(), state) and torch.is_grad_enabled()


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "every other of a larger array": lambda x: np.repeat(x, 2, axis=0)[::2],
    "transposed": lambda x: np.ascontiguousarray(x.transpose(2, 1, 0)).transpose(2, 1, 0),
    "read backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "torch": torch.from_numpy,
    "torch, not contiguous": lambda x: torch.from_numpy(x).transpose(0, 2).contiguous().transpose(0, 2),
    "torch, strided": lambda x: torch.from_numpy(np.repeat(x, 2, axis=1))[:, ::2],
}


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_memory_order_of_poses_changes_no_bit(tiny_poses, layout):
    x2d = tiny_poses.x2d.copy()
    laid = LAYOUTS[layout](x2d)
    plain, other = (train("five_parts", poses, (4, 1), device="cpu", **CONFIG) for poses in (x2d, laid))
    for name, tensor in plain.tensors().items():
        assert torch.equal(other.tensors()[name], tensor), name
    pd.testing.assert_frame_equal(other.history, plain.history, check_exact=True)
    np.testing.assert_array_equal(np.asarray(other.lift(laid)), plain.lift(x2d))
