"""Tables of the blocks of results, against figures worked out by hand."""

import numpy as np
import pandas as pd

from benchmarks.blocks import interval_columns, means, with_interval

TABLE = pd.DataFrame({"name": "full", "seed": range(4), "pa_mpjpe": [1.0, 2, 3, 4], "pa_mpjpe_reflection": 1.0})


def test_the_interval_of_four_seeds_is_students():
    # t(0.975; 3) = 3.1824, and 1, 2, 3, 4 have the standard error 1.2910 / 2
    assert with_interval([1.0, 2.0, 3.0, 4.0], 2) == "2.50 (0.45 to 4.55)"


def test_there_is_no_interval_below_four_seeds():
    assert with_interval([1.0, 2.0, 3.0]) == "2.0 (-)"


def test_a_row_per_group_with_both_alignments_and_the_mirrored_share():
    (row,) = means(TABLE.assign(mirrored=[0.0, 0.5, 0.5, 1.0]), ["name"]).to_dict("records")
    assert (row["name"], row["seeds"], row["PA-MPJPE"]) == ("full", 4, "2.5 (0.4 to 4.6)")
    assert row["reflection"] == "1.0 (1.0 to 1.0)" and row["mirrored %"].startswith("50 (")


def test_the_same_as_numbers():
    (row,) = interval_columns(TABLE, ["name"]).to_dict("records")
    assert (row["pa_mpjpe"], row["pa_mpjpe_reflection_high95"]) == (2.5, 1.0)
    np.testing.assert_allclose([row["pa_mpjpe_low95"], row["pa_mpjpe_high95"]], [0.4457, 4.5543], atol=1e-4)
