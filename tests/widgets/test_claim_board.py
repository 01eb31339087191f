"""ClaimBoard: verdicts of results made up so that the answer is known, beside the recorded ones."""

import re

import pandas as pd
import pytest
from widget_cells import panel, send

from liftkit.recorded import recorded_claims
from liftkit.study import Study
from liftkit.study.claims import BEATS, BEST, DEPENDS, STABLE
from liftkit.widgets import ClaimBoard

NOISE = [-1.0, -0.5, 0.0, 0.5, 1.0]


def results(full, legs_torso, data="mine", policy="last", seeds=5):
    return pd.DataFrame(
        {"data": data, "test": "mine", "policy": policy, "representation": name, "seed": seed, "mirrored": 0.0}
        | {"pa_mpjpe": mean + NOISE[seed], "pa_mpjpe_reflection": mean + NOISE[seed]}
        for name, mean in (("full", full), ("legs_torso", legs_torso))
        for seed in range(seeds)
    )


def words(board, column="your results"):
    return {title: board.controller.word(column, title) for title in board.controller.titles}


@pytest.mark.slow
def test_without_a_study_the_board_says_what_is_recorded():
    board = ClaimBoard()
    columns = list(recorded_claims())
    assert list(board.controller.judged) == columns == ["views about gravity", "the paper's views"]
    assert words(board, columns[0])[BEATS] == "supported" and words(board, columns[1])[BEST] == "undecided"
    assert words(board, columns[1])[BEATS] == "alignments disagree"
    assert "3 supported, 3 contradicted, 2 undecided." in board.message


@pytest.mark.slow
@pytest.mark.parametrize(("errors", "word"), [((90.0, 60.0), "supported"), ((60.0, 90.0), "contradicted")])
def test_a_students_study_gets_a_column_of_its_own(errors, word):
    oracle = results(*errors[::-1], policy="oracle")  # chosen by 3D error: does not count
    study = Study(pd.concat([results(*errors), oracle]), pd.DataFrame(), {})
    found = words(ClaimBoard(study))
    assert found[BEATS] == word and found[BEST] == found[DEPENDS] == "not measured" and found[STABLE] == "undecided"


@pytest.mark.slow
def test_three_seeds_are_undecided_and_the_note_has_the_figures():
    board = ClaimBoard(results(90.0, 60.0, seeds=3))
    assert words(board)[BEATS] == "undecided"
    text = panel(board.controller, "claim").text  # the full pose's mean over these seeds is 89.5
    assert "Your results: undecided (no interval below 4 seeds); -30.0 mm (-34%)" in text


@pytest.mark.slow
def test_what_was_trained_elsewhere_is_claim_four_and_every_training_set_has_a_column():
    board = ClaimBoard(pd.concat([results(90.0, 60.0), results(80.0, 80.0, data="CMU")]))
    title = "4. generalises better: CMU to mine"
    assert "Your results: CMU: 1 " in board.message and "Your results: CMU: " in panel(board.controller, "claim").text
    assert words(board, "your results: CMU")[title] == "contradicted"
    assert words(board, "your results: mine")[title] == "not measured"


@pytest.mark.slow
def test_movements_alone_fill_the_second_claim():
    moved = pd.DataFrame(
        {"name": name, "what": "movement of the lifted depth", "between": mm, "between_low95": mm, "between_high95": mm}
        for name, mm in (("full", 40.0), ("legs_torso", 0.0))
    )
    board = ClaimBoard(moved=moved)
    assert words(board)[DEPENDS] == "supported" and "1 supported, 7 not measured" in board.message


@pytest.mark.slow
def test_a_click_on_a_claim_shows_its_figures():
    board = ClaimBoard()
    (title,) = re.findall(r'data-pick="(2[^"]*)"', panel(board.controller, "board").svg)
    send(board, "pick", panel="board", key=title)
    note = panel(board.controller, "claim")
    assert board.status["values"]["claim"] == note.title == DEPENDS and "59.9 mm (48.6 to 71.2)" in note.text
    assert 'class="lk-bold">2. the full pose' in panel(board.controller, "board").svg


@pytest.mark.slow
def test_the_page_holds_every_claim_and_needs_no_notebook():
    page = ClaimBoard().page_state()
    assert page["note"] == ""


@pytest.mark.parametrize("given", [3, "a folder", results(1.0, 2.0).drop(columns="seed"), results(1.0, 2.0)[["seed"]]])
def test_what_is_no_table_of_seeds_is_refused(given):
    with pytest.raises(ValueError, match="expected"):
        ClaimBoard(given)
