"""The words on the paper's claims, on results made up so that the answer is known."""

import pandas as pd
import pytest

from benchmarks.claims import claims
from benchmarks.real_study import compared, figures, summarised
from liftkit.representations import PAPER

SEEDS = range(8)
NOISE = [-1.0, -0.5, -0.25, 0.0, 0.0, 0.25, 0.5, 1.0]


def judge(means, spread=1.0, mirror=None, moved=(50.0, 0.0)):
    """The claims' table where every representation has a mean error; ``mirror``: errors with reflection forbidden."""
    rows = [
        {"prior": prior, "data": data, "test": "cmu", "policy": "last", "representation": name, "seed": seed}
        | {"pa_mpjpe_reflection": means[name] + noise * (spread if name == "full" else 1.0)}
        | {"mirrored": 0.0, "parameters": 1, "seconds": 1.0}
        for prior in ("gravity", "paper")
        for data in ("cmu", "broad")
        for name in PAPER
        for seed, noise in zip(SEEDS, NOISE if name == "full" else NOISE[::-1], strict=True)
    ]
    results = pd.DataFrame(rows)
    forbidden = results.representation.map(mirror or means) + results.pa_mpjpe_reflection % 1
    results = results.assign(pa_mpjpe=forbidden)
    references = pd.DataFrame(
        {"prior": prior, "data": data, "test": "cmu", "lifter": "flat", "representation": "", "pa_mpjpe": 100.0}
        | {"pa_mpjpe_reflection": 100.0}
        for prior in ("gravity", "paper")
        for data in ("cmu",)
    )
    matrix = results.query("prior == 'gravity'").assign(action="poses")
    results = results[results.data == "cmu"]
    summaries, pairs = summarised(results, references), compared(results)
    what = {"what": "movement of the lifted depth", "data": "synthetic, coupling 0"}
    dependence = pd.DataFrame(
        what | {"name": name, "between": mean, "between_low95": mean * 0.9, "between_high95": mean * 1.1}
        for name, mean in zip(("full", "legs_torso"), moved, strict=True)
    )
    table = claims(results, summaries, pairs, dependence, matrix).set_index("claim")
    assert table["the paper's views"].iloc[-1] == "not measured"
    return [cell.partition(":")[0].strip("*") for cell in table["views about gravity"]], figures(
        summaries, pairs, references
    )


BEHIND = {"legs_torso_shared": 90.0, "five_parts": 90.0, "five_parts_shared": 90.0}


def test_a_clear_winner_is_supported_everywhere():
    words, _ = judge({"full": 90.0, "legs_torso": 60.0} | BEHIND, spread=6.0)
    assert words == ["supported"] * 5


def test_a_clear_loser_is_contradicted():
    words, table = judge({"full": 60.0, "legs_torso": 80.0} | BEHIND, spread=0.1)
    assert words == ["contradicted", "contradicted", "supported", "contradicted", "contradicted"]
    row = table.query("representation == 'legs_torso' and prior == 'gravity'").iloc[0]
    assert row["of flat"] == "0.80" and row["reached"] == "0 of 8" and row["mirrored"] == "no seed"


def test_no_difference_contradicts_a_fifth_but_decides_nothing_on_the_best():
    words, _ = judge({"full": 70.0, "legs_torso": 70.0, "five_parts": 70.0} | {k: 90.0 for k in list(BEHIND)[::2]})
    assert words[0] == "contradicted" and words[1] == "undecided" and words[3].startswith("undecided (power 0.")


def test_alignments_that_disagree_are_said_first():
    means = {"full": 90.0, "legs_torso": 60.0} | BEHIND
    words, _ = judge(means, mirror=means | {"legs_torso": 120.0})
    assert words[0].startswith("alignments disagree") and words[4].startswith("alignments disagree")


@pytest.mark.parametrize(("moved", "word"), [((50.0, 0.0), "supported"), ((50.0, 49.0), "undecided")])
def test_the_dependence_of_the_full_pose_is_beyond_that_of_legs_and_torso(moved, word):
    assert judge({"full": 90.0, "legs_torso": 60.0} | BEHIND, moved=moved)[0][2] == word
