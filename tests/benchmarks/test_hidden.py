"""Hidden limbs: independent segments lose only what is hidden."""

import pandas as pd
import pytest

from benchmarks import blocks, hidden


@pytest.mark.slow
def test_the_torso_of_independent_segments_does_not_move_and_that_of_a_whole_pose_does(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "TEST_POSES", 32)
    monkeypatch.setattr(hidden, "record_names", lambda: ["full", "legs_torso", "five_parts"])
    hidden.main(tmp_path / "hidden.csv")
    table = (
        pd.read_csv(tmp_path / "hidden.csv")
        .groupby(["representation", "hidden", "given"])[["lifted", "moved_mm"]]
        .mean()
    )
    legs_torso, five = (table.loc[name, "left shin", "not seen"] for name in ("legs_torso", "five_parts"))
    assert (
        legs_torso.lifted == pytest.approx(10 / 14, abs=1e-4) and legs_torso.moved_mm < 1e-3
    )  # the torso's 10 of 14 joints
    assert five.lifted == pytest.approx(13 / 14, abs=1e-4)
    whole = table.loc["full"]
    assert whole.loc["both legs", "not seen"].lifted == 0 and whole.loc["both legs", "guessed"].moved_mm > 10
    assert len(hidden.summary(pd.read_csv(tmp_path / "hidden.csv"))) == 3
