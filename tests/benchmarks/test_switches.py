"""One switch at a time from the paper to its code."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch
import typer

from benchmarks import switches
from benchmarks.switches import SWITCHES, main, turns_with_plus_z
from liftkit import recorded
from liftkit.losses import LOSSES, quarter_turns

SIZE = dict(seeds=2, width=16, batch=8, steps=3, processes=1)


def test_the_switches_are_those_of_the_method():
    one_at_a_time = {switch.name for switch in SWITCHES if len(switch.changes) == 1}
    as_run = {"normalisation frozen", "initialisation glorot", "dropout 0.0", "views batch", "order stored"}
    assert one_at_a_time == as_run | {"schedule cosine"}


def test_with_plus_z_the_depth_seen_from_behind_should_be_that_seen_from_the_front():
    x3d = torch.arange(1.0, 7).view(1, 1, 2, 3)  # one pose of two joints: z is 3 and 6
    x, z = x3d[..., 0], x3d[..., 2]
    views = torch.zeros(1, 4, 1, 2, 3)
    views[0, 1, ..., 2], views[0, 2, ..., 2], views[0, 3, ..., 2] = -x[0], x[0], -z[0]
    cycle = SimpleNamespace(x3d_views=views, per_joint=lambda name: torch.tensor([0.5, 0.5]))
    cycle.z_views = torch.stack([z, -x, x, z], dim=1)  # right at the sides, +z from behind
    assert turns_with_plus_z(cycle).tolist() == [0]
    assert quarter_turns(cycle).tolist() == [(6**2 + 12**2) / 2]


@pytest.mark.long
def test_a_table_of_every_seed_and_switch_that_goes_on_where_it_was(positions, tmp_path, no_training, monkeypatch):
    few = [s for s in SWITCHES if s.name in ("paper", "180 degrees +z", "trained on image", "as_run")]
    monkeypatch.setattr(switches, "SWITCHES", few)
    where = dict(folder=tmp_path / "runs", out=tmp_path / "out" / "switches.csv")
    main(positions, **SIZE, **where)
    first = pd.read_csv(where["out"])
    monkeypatch.setattr(recorded, "SWITCHES", where["out"])
    pd.testing.assert_frame_equal(recorded.switch_results(), first)
    assert first.groupby("switch").representation.unique().map(list).to_dict() == {
        "paper": ["full", "legs_torso", "five_parts"],
        "as_run": ["full", "legs_torso", "five_parts"],
        "180 degrees +z": ["five_parts"],
        "trained on image": ["full"],
    }
    assert len(first) == 2 * 8 and first[["pa_mpjpe", "pa_mpjpe_reflection", "mirrored"]].notna().all(axis=None)
    error = first.set_index(["switch", "representation", "seed"]).sort_index().pa_mpjpe
    assert (error["180 degrees +z", "five_parts"] != error["paper", "five_parts"]).all()
    assert LOSSES["quarter_turns"].function is quarter_turns
    no_training()
    main(positions, **SIZE, **where)
    pd.testing.assert_frame_equal(pd.read_csv(where["out"]), first)
    main(positions, switch=["as_run"], **SIZE, **where)  # the rows of others stay, in their order
    pd.testing.assert_frame_equal(pd.read_csv(where["out"]), first)
    with pytest.raises(typer.BadParameter, match="--switch 'nobody' is none of paper, "):
        main(positions, switch=["nobody"], **SIZE, **where)
