"""What comes with the package: trained runs (made by ``make records``), a study's results, sample keypoints."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from safetensors.torch import load, save

from liftkit.config import TrainConfig
from liftkit.data.datasets import load_poses
from liftkit.evaluation import baselines
from liftkit.poses import evenly
from liftkit.representations import Representation
from liftkit.run import Run, halved
from liftkit.study.claims import Judgement, difference, judge
from liftkit.study.statistics import compare_pairs, p_text, summarise
from liftkit.system.files import write_atomically

FOLDER = Path(__file__).parent
LIFTER, JUDGE = FOLDER / "lifter", FOLDER / "judge" / "discriminator.safetensors"
REAL_STUDY, MATRIX, SAMPLE = (FOLDER / name for name in ("real_study.csv", "matrix.csv", "sample_keypoints.json"))
SWITCHES = FOLDER / "switches.csv"
REFERENCES, DEPENDENCE = REAL_STUDY.with_stem("real_study_references"), FOLDER / "dependence.csv"
EVIDENCE = {"gravity": "views about gravity", "paper": "the paper's views"}  # prior -> what the claims are judged by
MAX_TEST_POSES = 4096  # on which the stored figures are measured, evenly spaced


def record_names() -> list[str]:
    """The representations that have a recorded run."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def load_record(name: str) -> Run:
    """The recorded run of a representation: an ensemble of lifters trained on the embedded data, with its history.

    >>> load_record("legs_torso").seeds
    (0, 1, 2, 3, 4, 5, 6, 7)
    """
    if name not in record_names():
        raise ValueError(f"no record of {name!r}; there are {', '.join(record_names())}")
    about = record_settings()
    representation = Representation.from_dict(about["representations"][name])
    tensors = load((FOLDER / f"{name}.safetensors").read_bytes())
    history = record_history()
    history = history[history["representation"] == name].reset_index(drop=True)
    config = TrainConfig.from_stored(about["config"])
    return Run.from_tensors(representation, about["seeds"], config, [tensors], history)


def load_lifter() -> Run:
    """The lifter of ``liftkit lift``, made by ``python -m benchmarks.lifter``: for a film of one's own, where the
    records are for the lessons. It knows the statistics of its training poses, so it can say what is unlike them.

    >>> load_lifter().representation.name
    'legs_torso'
    """
    return Run.load(LIFTER)


def judge_lifter() -> Run:
    """The recorded lifter whose poses :func:`load_judge` judges: legs and torso, one seed."""
    return load_record("legs_torso").select([0])


def load_judge() -> Run:
    """A recorded lifter beside a discriminator that tells true from wrong depths.

    ``python -m benchmarks.judge`` trained it against depths that are wrong at random. The recorded runs' own ones, of
    the last training step, no longer do.
    """
    run = judge_lifter()
    run.discriminator.load_state_dict(load(JUDGE.read_bytes()))
    return run


def record_settings() -> dict:
    """How the records were made: config, seeds, representations, versions, hardware, revision."""
    return json.loads((FOLDER / "about.json").read_text(encoding="utf-8"))


def record_results() -> pd.DataFrame:
    """The errors of every recorded member, as :func:`liftkit.evaluate` gives them for ``MAX_TEST_POSES`` test poses."""
    return pd.read_csv(FOLDER / "results.csv")


def record_table(*here: str, against: str = "full") -> pd.DataFrame:
    """The recorded results as text, one row per representation, then the flat pose and chance; those named ``here`` are
    marked.

    Mean PA-MPJPE over seeds in mm with its 95 % interval (Student's t), reflection allowed and forbidden; the
    difference to ``against`` seed by seed (reflection allowed), its interval corrected for the number of rows (Holm),
    p as it is and corrected; the verdict on the claim that it is better by a fifth, the paper's figure; parameters.
    """
    results = record_results().assign(data="synthetic", test="synthetic", seconds=float("nan"))
    names = list(results["representation"].unique())
    if unknown := [name for name in (*here, against) if name not in names]:
        raise ValueError(f"no record of {unknown[0]!r}; there are {', '.join(names)}")
    found = pd.DataFrame(index=pd.Index(names, name="representation"))
    how = f"(95 %, t, n = {results['seed'].nunique()})"
    for title, metric in ((f"PA-MPJPE {how}", "pa_mpjpe_reflection"), ("no reflection", "pa_mpjpe")):
        means = summarise(results, metric).set_index("representation")
        found[title] = [f"{row['mean']:.1f} ({row.low95:.1f} to {row.high95:.1f})" for _, row in means.iterrows()]
    rows = compare_pairs(results, [name for name in names if name != against], against).set_index("first")
    differences = {name: difference(pair, with_p=False) for name, pair in rows.iterrows()}
    found[f"minus {against} (corrected)"] = [differences.get(name, "–") for name in names]
    p = {name: p_text(pair.p, pair.p_holm) for name, pair in rows.iterrows()}
    found["p"] = [p.get(name, "–") for name in names]
    found["better (paper: by a fifth)"] = [rows["verdict"].get(name, "–") for name in names]
    counts = results.groupby("representation")["parameters"].first()
    found["parameters"] = [f"{counts[name]:,}" for name in names]
    found[""] = ["◀ here" if name in here else "" for name in names]
    known = baselines(evenly(load_poses("synthetic").test, MAX_TEST_POSES)).set_index("lifter")
    known = known[["pa_mpjpe_reflection", "pa_mpjpe"]].map("{:.1f}".format).set_axis(found.columns[:2], axis=1)
    return pd.concat([found, known]).fillna({"": ""}).fillna("–").rename_axis("representation")


def record_history() -> pd.DataFrame:
    """The training of every recorded member, one row per recorded step, as :attr:`liftkit.Run.history`."""
    return pd.read_csv(FOLDER / "history.csv")


def real_study_results() -> pd.DataFrame:
    """The results of the study on real motion, as ``python -m benchmarks.real_study`` wrote them.

    One row per ``prior``, representation, seed and checkpoint ``policy``, with the columns of
    :attr:`liftkit.Study.results`.
    """
    return pd.read_csv(REAL_STUDY)


def matrix_results() -> pd.DataFrame:
    """What was trained on what and tested on what, as ``python -m benchmarks.matrix`` wrote it.

    One row per ``prior``, training set (``data``; "broad+cmu" is a mixture), ``test`` set, representation
    ("supervised": the full pose, shown the true depths), seed and ``action``: the errors are means over all "poses", or
    over actions ("macro"). ``flat`` is the error of the flat pose on the test set, reflection allowed.
    """
    return pd.concat(map(pd.read_csv, sorted(FOLDER.glob(f"{MATRIX.stem}_*.csv"))), ignore_index=True)


def switch_results() -> pd.DataFrame:
    """What each difference between the paper and its code does, as ``python -m benchmarks.switches`` wrote it.

    One row per ``switch``, representation and seed, with its errors; without rows as long as nothing is recorded.
    """
    columns = ["switch", "representation", "seed", "pa_mpjpe", "pa_mpjpe_reflection", "mirrored"]
    return pd.read_csv(SWITCHES) if SWITCHES.exists() else pd.DataFrame(columns=columns)


def recorded_claims() -> dict[str, dict[str, Judgement]]:
    """The paper's claims as the recorded results judge them: evidence -> title -> judgement of what was measured.

    Trained on CMU's motion and tested on other people of CMU (claims 1 and 3), trained on synthetic poses and tested on
    CMU (claim 4); claim 2 by the recorded runs on the embedded data, whose legs and torso are independent.
    """
    home, away = real_study_results().query("policy == 'last'"), matrix_results()
    away = away[(away.action == "poses") & (away.test == "cmu") & ~away.data.str.contains("cmu")]
    away = away.assign(data=away.data + " poses", test="CMU")
    references, moved = pd.read_csv(REFERENCES), pd.read_csv(DEPENDENCE).query("data == 'synthetic, coupling 0'")
    found = {}
    for prior, title in EVIDENCE.items():
        rows, flat = (pd.concat([t[t.prior == prior] for t in ts]) for ts in ((home, away), (references,)))
        found[title] = judge(rows, flat, moved if prior == "gravity" else None)
    return found


def sample_keypoints() -> Path:
    """A file of keypoints to try, by data_scripts/sample_keypoints.py: a synthetic person who walks and waves."""
    return SAMPLE


def shrink(run: Run) -> Run:
    """The run with its weights rounded to float16, as it is stored; running averages stay as they are."""
    return Run.from_tensors(run.representation, run.seeds, run.config, [halved(run.tensors())], run.history)


def store(run: Run, folder: Path) -> Path:
    """Write the networks of a shrunk run, half the size of full precision."""
    path = folder / f"{run.representation.name}.safetensors"
    return write_atomically(path, lambda file: file.write(save(halved(run.tensors()))))
