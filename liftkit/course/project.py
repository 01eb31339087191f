"""A study of one's own: a plan that is older than its results, and a report whose checkable half is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from liftkit.config import check_seeds
from liftkit.course.answers import read_number
from liftkit.course.feedback import MarkdownText
from liftkit.study.statistics import ALIGNMENTS, compare_pairs
from liftkit.study.verdict import SIZE
from liftkit.system.files import reading, write_atomically
from liftkit.view.palette import METRICS

PLAN, RESULTS = "plan.json", "results.csv"
CHECKPOINTS = ("last", "unsupervised")  # an oracle's choice is no result of an unsupervised method
LEAST_SEEDS = 6
DIFFERENCES = {"reflection allowed": ALIGNMENTS[0], "reflection forbidden": ALIGNMENTS[1]}
DIGITS = dict.fromkeys(DIFFERENCES, 1) | {"mirrored": 2, "p_holm": 3}  # after the point, in a report


@dataclass(frozen=True, repr=False)
class Plan:
    """What a study asks and how it will be decided, with the time of writing and of each later change."""

    question: str
    first: Sequence[str]  # the representations of which something is claimed ...
    second: str  # ... against this one
    seeds: Sequence[int]
    rule: str  # what you will conclude from which result, in words
    metric: str = ALIGNMENTS[0]  # the one that decides; both alignments are reported
    size: float = SIZE  # the claimed advantage, as a share of the error of ``second``; 0: better at all
    checkpoint: str = CHECKPOINTS[0]
    written: str = ""  # UTC
    changes: Sequence[Mapping[str, Any]] = ()  # of each later change: its time, and the fields before and after

    def __post_init__(self):
        object.__setattr__(self, "first", [self.first] if isinstance(self.first, str) else list(self.first))
        object.__setattr__(self, "seeds", list(check_seeds(self.seeds)))
        if not self.first or len({*self.first, self.second}) <= len(self.first):
            raise ValueError(f"expected at least two different representations, found {[*self.first, self.second]}")
        if len(self.seeds) < LEAST_SEEDS:
            raise ValueError(f"expected at least {LEAST_SEEDS} seeds, found {len(self.seeds)}")
        if self.checkpoint not in CHECKPOINTS:
            raise ValueError(f"checkpoint must be one of {', '.join(CHECKPOINTS)}, found {self.checkpoint!r}")
        if self.metric not in METRICS:
            raise ValueError(f"metric must be one of {', '.join(METRICS)}, found {self.metric!r}")
        if empty := [name for name in ("question", "rule") if not str(getattr(self, name)).strip(" .")]:
            raise ValueError(f"the plan has no {empty[0]}: write one sentence")

    @property
    def fields(self) -> dict[str, Any]:
        """What was planned, without times."""
        return {name: value for name, value in asdict(self).items() if name not in ("written", "changes")}

    def _repr_markdown_(self) -> str:
        rows = [f"| {name} | {_text(value)} |" for name, value in self.fields.items()]
        for change in self.changes:
            pairs = (f"{name}: {_text(old)} → {_text(new)}" for name, (old, new) in change["fields"].items())
            rows.append(f"| **changed {change['time']}** | {'; '.join(pairs)} |")
        return "\n".join(["| plan | |", "|---|---|", f"| written | {self.written} |", *rows])

    __repr__ = _repr_markdown_


def plan(folder: str | Path, **planned: Any) -> Plan:
    """Write a plan into a folder (made if missing) with its time. Another one later is kept as a change.

    Args:
        planned: the fields of :class:`Plan` without its times. If there are none, the plan that is there is read.

    Raises:
        ValueError: if it lacks something (see :class:`Plan`), or the file is missing or damaged.
    """
    path, new = Path(folder) / PLAN, Plan(**planned) if planned else None
    old = _read(path) if path.exists() or new is None else None
    if new is None or old is not None and new.fields == old.fields:
        return old
    if old is None:
        times = {"written": _now()}
    else:
        fields = {name: (old.fields[name], value) for name, value in new.fields.items() if value != old.fields[name]}
        times = {"written": old.written, "changes": [*old.changes, {"time": _now(), "fields": fields}]}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda file: file.write(json.dumps(new.fields | times, indent=1).encode()))
    return _read(path)


def keep_results(folder: str | Path, results: pd.DataFrame) -> pd.DataFrame:
    """Keep ``results`` (:attr:`liftkit.Study.results`) beside the plan, once, with the time: the rows that it planned.

    Raises:
        ValueError: if there is no plan, if other results are there already, or if a planned seed is missing or is there
            several times.
    """
    planned, path = _read(Path(folder) / PLAN), Path(folder) / RESULTS
    names = [*planned.first, planned.second]
    if "policy" in results:
        results = results[results["policy"] == planned.checkpoint]
    results = results[results["representation"].isin(names) & results["seed"].isin(planned.seeds)]
    for name in names:
        if (count := results.loc[results["representation"] == name, "seed"].nunique()) < len(planned.seeds):
            raise ValueError(f"the plan has {len(planned.seeds)} seeds; the results have {count} of them for {name}")
    if (several := results.duplicated(["representation", "seed"])).any():
        name, seed = results.loc[several, ["representation", "seed"]].iloc[0]
        advice = """choose one of each other column, as by results.query("prior == 'gravity'")"""
        raise ValueError(f"the results have several rows for {name} and seed {seed}: {advice}")
    if not path.exists():
        write_atomically(path, lambda file: results.assign(kept=_now()).to_csv(file, index=False))
    kept, errors = pd.read_csv(path), list(ALIGNMENTS)
    if len(kept) != len(results) or not np.allclose(kept[errors], results[errors]):
        raise ValueError(f"{path} holds other results; a new study takes a new folder and a plan of its own")
    return kept


def template(folder: str | Path) -> MarkdownText:
    """The empty report of a plan, as code to copy and to fill in."""
    planned = _read(Path(folder) / PLAN)
    first, every = (
        "{" + ", ".join(f'"{name}": ...' for name in names) + "}"
        for names in (planned.first, [*planned.first, planned.second])
    )
    blanks = {"seeds": "...", "checkpoint": "...", "parameters": every, "mirrored": every}
    blanks |= dict.fromkeys([*DIFFERENCES, "p_holm", "verdict"], first) | {"figure": "...", "limitation": "..."}
    lines = [f'    "{name}": {blank},' for name, blank in blanks.items()]
    return MarkdownText("\n".join(["```python", "report = {", *lines, "}", "```"]))


def review(folder: str | Path, report: Mapping[str, Any]) -> pd.DataFrame:
    """Check the half of a report that can be checked against the plan and the kept results.

    Args:
        report: the fields that :func:`template` shows. Differences are first minus second in mm, means over seeds.

    Returns:
        One row per check: ``point``, 1 or 0, and ``fault``, what is wrong.
    """
    planned = _read(Path(folder) / PLAN)
    with reading(Path(folder) / RESULTS):
        results = pd.read_csv(Path(folder) / RESULTS)
    last = max([planned.written, *(change["time"] for change in planned.changes)])
    late = "it was written or changed after the results: the report must say why"
    found = {"plan": late * (last > results["kept"].iloc[0])}
    for name, right in _facts(planned, results).items():
        found[name] = _compare(report.get(name), right, DIGITS.get(name, 0))
    drawn = any(hasattr(report.get("figure"), name) for name in ("to_plotly_json", "savefig", "to_html"))
    found["figure"] = "" if drawn else "expected a figure or a widget"
    words = str(report.get("limitation", "")).split()
    found["limitation"] = "" if len(words) >= 5 else "expected a sentence of five words or more"
    return pd.DataFrame({"point": [int(not fault) for fault in found.values()], "fault": found.values()}, list(found))


def _facts(planned: Plan, results: pd.DataFrame) -> dict[str, Any]:
    """What a report must say, by field. Recorded results may lack the parameters."""
    means = results.groupby("representation").mean(numeric_only=True)
    compared = {
        metric: compare_pairs(results, planned.first, planned.second, metric, planned.size).set_index("first")
        for metric in (*ALIGNMENTS, planned.metric)
    }
    facts: dict[str, Any] = {"seeds": len(planned.seeds), "checkpoint": planned.checkpoint}
    facts |= {name: means[name].to_dict() for name in ("parameters", "mirrored") if name in means}
    facts |= {name: compared[metric]["difference"].to_dict() for name, metric in DIFFERENCES.items()}
    return facts | {name: compared[planned.metric][name].to_dict() for name in ("p_holm", "verdict")}


def _compare(answer: Any, right: Any, digits: int) -> str:
    """What is wrong with a part of a report, or ""."""
    if answer is None or answer is ... or isinstance(answer, str) and not answer.strip(" ."):
        return "not filled in"
    if isinstance(right, Mapping):
        if not isinstance(answer, Mapping) or set(answer) != set(right):
            return f"expected one entry for each of {', '.join(right)}"
        faults = {name: _compare(answer[name], one, digits) for name, one in right.items()}
        return "; ".join(f"{name}: {fault}" for name, fault in faults.items() if fault)
    if isinstance(right, str):  # "undecided (power 0.41)" and "alignments disagree: ..." may be cut short
        short = right.split(" (")[0].split(":")[0]
        return "" if str(answer).strip().lower() in (right, short) else f"not {answer!r}, by the plan and these results"
    number = read_number(answer)
    exact = number is not None and abs(number - right) < 0.51 * 10**-digits
    return "" if exact else f"{answer} does not follow from the results, with {digits} digits after the point"


def _read(path: Path) -> Plan:
    if not path.exists():
        raise ValueError(f"{path}: there is no plan yet; write it with plan(folder, question=..., ...)")
    with reading(path):
        return Plan(**json.loads(path.read_text(encoding="utf-8")))


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
