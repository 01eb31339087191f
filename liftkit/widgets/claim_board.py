"""ClaimBoard: the paper's claims, and what the recorded and the student's own results say about them."""

from __future__ import annotations

from textwrap import wrap

import pandas as pd

from liftkit.recorded import recorded_claims
from liftkit.study import Study
from liftkit.study.claims import NOT_MEASURED, Judgement, judge, titles
from liftkit.study.verdict import CONTRADICTED, SUPPORTED, UNDECIDED
from liftkit.view import Chart, Choice, Controller, Note, Pick, capital
from liftkit.view.charts.svg import ROW, label, root, safe

YOURS = "your results"
CLAIM, CELL, LETTERS = 190, 98, (23, 13)  # pixels: the width of a claim and of a verdict; their letters per line
MARKS = {  # verdict -> its mark and colour
    SUPPORTED: ("✓", "lk-s0"),
    CONTRADICTED: ("✗", "lk-s1"),
    UNDECIDED: ("?", ""),
    "alignments disagree": ("≠", ""),
}
PAPER_SAYS = {  # the number of a claim -> what the paper says
    "1": "Two independent segments, legs and torso, are the best of five representations; the average error on "
    "Human3.6M falls by 20 % against a full-pose model of nearly as many parameters.",
    "2": "A full-pose lifter learns correlations between keypoints that move independently; a segmented one cannot.",
    "3": "Training is more stable: it converges better, and a good optimum is reached more often.",
    "4": "It generalises better: trained on Human3.6M, tested on MPI-INF-3DHP.",
}


def own_claims(study: Study | pd.DataFrame | None, moved: pd.DataFrame | None) -> dict[str, dict[str, Judgement]]:
    """What a student's results say: one column per training set, or one for the movements."""
    if study is None:
        return {} if moved is None else {YOURS: judge(moved=moved)}
    results, references = (study.results, study.references) if isinstance(study, Study) else (study, None)
    if not isinstance(results, pd.DataFrame) or "seed" not in results:
        found = list(results) if isinstance(results, pd.DataFrame) else type(results).__name__
        raise ValueError(f"expected a Study, or its results with one row per seed, found {found}")
    results = results.assign(**{name: "" for name in ("data", "test") if name not in results})
    results = results[results.policy == "last"] if "policy" in results else results
    sets = results.groupby("data", sort=False)
    return {YOURS if len(sets) == 1 else f"{YOURS}: {name}": judge(t, references, moved) for name, t in sets}


class ClaimBoardController(Controller):
    """The paper's claims, one per row, and in each column what some results say about them.

    The words are those of :func:`liftkit.study.claims.judge`, as in the README: supported, contradicted or undecided.

    Args:
        study: your own :class:`~liftkit.Study`, or its results as a table; of several checkpoint policies "last" counts
            (default: only the recorded results are shown).
        moved: your own :func:`~liftkit.dependence_summary` on poses whose legs and torso are independent.

    Raises:
        ValueError: if these are no results with one row per seed, or if a column is missing.
    """

    title = "Claim board: what the paper says, and what the evidence says"

    def __init__(self, study: Study | pd.DataFrame | None = None, moved: pd.DataFrame | None = None):
        super().__init__()
        own = own_claims(study, moved)  # first: if it is no study, that is said at once
        self.judged = recorded_claims() | own
        self.titles = titles(self.judged)
        self.values = {"claim": self.titles[0]}
        self.message = " ".join(self._counts(evidence) for evidence in self.judged)

    def controls(self):
        return [Choice("claim", "Claim", "Its figures are shown beside the board", self.titles)]

    def respond(self, event):
        match event:
            case Pick("board", title):
                self.set("claim", title)

    def word(self, evidence: str, title: str) -> str:
        """The verdict, without the power that may follow it: "supported", or "not measured"."""
        found = self.judged[evidence].get(title)
        return found.word.partition(":")[0].partition(" (")[0] if found else NOT_MEASURED

    def _counts(self, evidence: str) -> str:
        words = [self.word(evidence, title) for title in self.titles]
        counts = [f"{words.count(word)} {word}" for word in (*MARKS, NOT_MEASURED) if word in words]
        return f"{capital(evidence)}: {', '.join(counts)}."

    def panels(self):
        title = self.values["claim"]
        lines = [f"The paper: {PAPER_SAYS[title[0]]}"]
        for evidence, found in self.judged.items():
            told = "{}; {}".format(*found[title]) if title in found else NOT_MEASURED
            lines.append(f"{capital(evidence)}: {told.removesuffix('.')}.")
        recorded = "click a claim for its figures; the recorded results are on CMU's motion"
        return [
            Chart("board", "Claims and evidence", recorded, self._board(), span=6),
            Note("claim", title, text="\n\n".join(lines), span=6),
        ]

    def _board(self) -> str:
        """The table as SVG text: a row's ``data-pick`` is the claim's title."""
        width = CLAIM + CELL * len(self.judged)
        heads = [wrap(evidence, LETTERS[1]) for evidence in self.judged]
        y = ROW * max(map(len, heads)) + 8
        parts = [self._lines(head, CLAIM + (i + 0.5) * CELL, 14, "middle") for i, head in enumerate(heads)]
        for title in self.titles:
            lines = wrap(title, LETTERS[0])
            height = ROW * max(2, len(lines)) + 8
            parts.append(self._row(title, lines, y, width, height))
            y += height
        told = (f"{e}: {', '.join(f'{self.word(e, t)} {t}' for t in self.titles)}" for e in self.judged)
        return root(parts, "; ".join(told), width, y + 2)

    def _row(self, title: str, lines: list[str], y: float, width: float, height: float) -> str:
        bold = ' class="lk-bold"' if title == self.values["claim"] else ""
        cells = [f'<rect class="lk-edge" x="1" y="{y}" width="{width - 2}" height="{height}"/>']
        cells.append(self._lines(lines, 8, y + 16, "start", bold))
        for i, evidence in enumerate(self.judged):
            word = self.word(evidence, title)
            mark, colour = MARKS.get(word, ("–", ""))
            x, box = CLAIM + i * CELL, f'y="{y + 4}" width="{CELL - 6}" height="{height - 8}" rx="4"'
            cells.append(f'<rect class="lk-band {colour}" stroke="none" x="{x}" {box}/>' if colour else "")
            shown, middle = wrap(f"{mark} {word}", LETTERS[1]), y + height / 2 + 4
            cells.append(self._lines(shown, x + CELL / 2 - 3, middle - ROW / 2 * (len(shown) - 1), "middle"))
        hit = f'<rect class="lk-hit" x="1" y="{y}" width="{width - 2}" height="{height}"/>'
        return f'<g data-pick="{safe(title)}">{"".join(cells)}{hit}</g>'

    @staticmethod
    def _lines(lines: list[str], x: float, y: float, anchor: str, more: str = "") -> str:
        return "".join(label(line, x, y + ROW * i, anchor, more) for i, line in enumerate(lines))

    def __str__(self) -> str:
        return ", ".join(self.judged)
