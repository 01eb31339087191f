"""The paper's size, small: killed and resumed it gives the same table, and bfloat16 stays where it does no harm."""

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks import paper_size
from benchmarks.paper_size import PLAN, main, planned, product_in_bf16
from liftkit.layers import Linear
from liftkit.networks import Lifter
from liftkit.study import running
from liftkit.training import Trainer

SIZE = dict(width=16, batch=8, device="cpu", seeds=4, members=2, peak_tflops=1e-3)
SPEED = ["poses_per_second", "share_of_peak"]


class Killed(BaseException):
    """Not caught by anything between a step and the command."""


def table(positions, folder, **more) -> pd.DataFrame:
    main(positions, folder=folder, out=folder / "paper_size.csv", **SIZE, **more)
    return pd.read_csv(folder / "paper_size.csv")


@pytest.mark.thorough
def test_killed_and_resumed_it_gives_the_same_table(positions, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(running, "STRIDE", 2)
    monkeypatch.setattr(paper_size, "TRIED", 1)
    whole = table(positions, tmp_path / "whole", steps=4)
    assert len(whole) == 2 * 2 * 4 and set(whole.preset) == {"paper", "as_run"} and set(whole.steps) == {4}
    assert (whole[SPEED] > 0).all(axis=None) and not whole.bf16.any()

    done, step = [], Trainer.step

    def dying(trainer):
        done.append(trainer.steps_done)
        if len(done) == 12 + 11:  # 12 steps measure the speed; 11 later two jobs are done and a third has a checkpoint
            raise Killed
        step(trainer)

    with patch.object(Trainer, "step", dying), pytest.raises(Killed):
        table(positions, tmp_path / "killed", steps=4)
    assert done[-1] == 2 and not (tmp_path / "killed" / "paper_size.csv").exists()
    (checkpoint,) = (tmp_path / "killed" / "paper" / "jobs").glob("*/checkpoint.zip")
    assert checkpoint.stat().st_size
    resumed = table(positions, tmp_path / "killed", steps=4)
    pd.testing.assert_frame_equal(resumed.drop(columns=SPEED), whole.drop(columns=SPEED))


def test_the_steps_fill_the_minutes_and_are_kept(tmp_path):
    tried = {"paper": {"full": (0.5, 1.0), "legs_torso": (0.25, 1.0)}, "as_run": {"full": (0.25, 1.0)}}
    path = tmp_path / "new" / PLAN
    assert planned(path, 10, 2, tried) == 240  # 0.8 x 600 s / (2 groups x 1 s)
    assert planned(path, 99, 1, tried) == 240


def test_bfloat16_is_for_square_layers_in_training_alone():
    lifter, x2d = Lifter("legs_torso", width=64, members=2), torch.rand(2, 5, 17, 2)
    seen, whole = [], Linear.forward

    def spy(layer, h):
        out = product_in_bf16(layer, h)
        seen.append((layer.weight.shape[1] == layer.weight.shape[2], torch.equal(out, whole(layer, h))))
        assert out.dtype == torch.float32
        np.testing.assert_allclose(out.detach(), whole(layer, h).detach(), atol=2**-6)
        return out

    with patch.object(Linear, "forward", spy):
        lifter.train()(x2d)
        assert {square: same for square, same in seen} == {True: False, False: True}
        seen.clear()
        lifter.eval()(x2d)
    assert seen and all(same for _, same in seen)


@pytest.mark.long
def test_it_trains_with_bfloat16(positions, tmp_path):
    trained = table(positions, tmp_path, steps=2, bf16=True)
    assert trained.bf16.all() and trained.message.isna().all() and np.isfinite(trained.pa_mpjpe).all()
