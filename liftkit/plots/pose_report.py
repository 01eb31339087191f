"""What a set of poses contains and what may be wrong with it: warnings, numbers, and a page with figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import numpy as np
import pandas as pd
from plotly.offline import get_plotlyjs

from liftkit.correlation.measures import facing
from liftkit.data.people import CHAIN, SHORTEST, TALLEST, upside_down
from liftkit.data.plausible import doubts
from liftkit.plots.data import MEANINGS, data_figures
from liftkit.poses import PoseSet
from liftkit.priors import knees_bend_backwards

UNSTEADY = 0.05  # of a bone's mean length: with more spread in one person it is not a rigid body
ONE_SIDED = 0.05  # of a pair's mean length: people's left and right differ less
SOME = 0.02  # a larger share of poses is worth a warning
FAR_OFF = 1e4  # mm; no joint is farther from the pelvis


@dataclass
class Report:
    """What :func:`examine_poses` found."""

    name: str
    warnings: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)  # title -> text
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)  # by title; liftkit.plots.data draws them

    def warn(self, condition: object, text: str) -> None:
        if condition:
            self.warnings.append(text)

    def __str__(self) -> str:
        warnings = [f"Warning: {text}" for text in self.warnings] or ["No warnings."]
        width = max(map(len, self.facts))
        return "\n".join([self.name, *warnings, *(f"{key:{width}}  {text}" for key, text in self.facts.items())])


def examine_poses(poses: PoseSet) -> Report:
    """Check poses of a valid format for everything that may be wrong with them.

    >>> from liftkit.data.datasets import load_poses
    >>> examine_poses(load_poses("synthetic").select(camera=0)).warnings
    []
    """
    report = Report(repr(poses))
    complete = poses.seen.all(1)
    if lacking := ", ".join(poses.missing):
        text = f"{(~complete).sum()} poses lack joints ({lacking}): they can be lifted, but not trained on"
        report.warn(True, f"{text}; what follows is about the others")
        poses = poses.select(complete) if complete.any() else poses
    of_space = (_bones, _space, _directions) if poses.x3d is not None else ()
    for examine in (_counts, _flat, _meaning, _repeated, _time, *of_space) if complete.any() else (_counts,):
        examine(poses, report)
    return report


def _counts(poses: PoseSet, report: Report) -> None:
    labels = pd.DataFrame({name: getattr(poses, name) for name in ("split", "subject", "action", "clip", "camera")})
    for by in "split", "subject", "action":
        table = labels.groupby(by).agg(poses=("clip", "size"), clips=("clip", "nunique")).reset_index()
        report.tables[f"Poses by {by}"] = table
    count = labels.nunique()
    report.facts["Size"] = (
        f"{len(poses):,} poses; subjects {count['subject']}, actions {count['action']}, clips {count['clip']}, "
        f"cameras {count['camera']}, splits {', '.join(name or '(none)' for name in np.unique(poses.split).tolist())}"
    )
    people = [set(labels.subject[labels.split == split]) for split in ("train", "test")]
    if (both := people[0] & people[1]) and both != {""}:
        report.facts["Splits"] = f"{len(both)} subjects are in train and test: the test has new clips, not new people"
    report.warn(people[0] and not people[1], "there are training poses, but none of the split 'test' to evaluate on")


def _flat(poses: PoseSet, report: Report) -> None:
    """The 2D range, joints that never move, poses that are upside down or have no extent."""
    x2d, names = poses.x2d.astype(float), poses.skeleton.names
    low, high = x2d.min((0, 1)), x2d.max((0, 1))
    unit = "(no unit)" if poses.units == "none" else poses.units
    report.facts["2D range"] = f"x {low[0]:.4g} to {high[0]:.4g}, y {low[1]:.4g} to {high[1]:.4g} {unit}"
    centred = x2d - x2d[:, :1]
    extent = np.ptp(x2d, axis=1)
    aspect = extent[:, 0] / np.maximum(extent[:, 1], 1e-9)
    report.tables["Shape in the picture"] = pd.DataFrame({"width / height": aspect, "height": extent[:, 1]})
    report.facts["Shape"] = f"width / height of a pose: median {np.median(aspect):.2f}"
    flat = int((extent.max(1) == 0).sum())
    report.warn(flat > 0, f"in {flat:,} poses all joints lie on one point")
    moves = (np.ptp(centred, axis=0) > 0).any(-1)
    still = [name for name, moved in zip(names[1:], moves[1:], strict=True) if len(poses) > 1 and not moved]
    report.warn(still, f"joints that never move against the pelvis, so perhaps missing: {', '.join(still)}")
    zero = (poses.x2d == 0).all(-1)[:, 1:].mean()
    report.warn(zero > 0.001, f"{zero:.1%} of the joints are exactly (0, 0), where detectors put missing points")
    down = float(upside_down(x2d).mean())
    report.facts["Upright"] = f"in {1 - down:.1%} of the poses the head is above the lower ankle"
    report.warn(down > SOME, f"{down:.1%} of the poses are upside down; if almost all are, y points up in the source")
    span, size = (high - low).max(), np.median(np.abs(centred).max((1, 2)))
    report.warn(poses.units == "px" and span < 10, f"the unit of the 2D is pixels, but it spans only {span:.3g}")
    wrong_size = poses.units == "mm" and not 100 < size < FAR_OFF
    report.warn(wrong_size, "the unit of the 2D is mm, but poses are not of human size")


def _meaning(poses: PoseSet, report: Report) -> None:
    """Whether the joints make people: a wrong order, exchanged axes, a stretched picture."""
    for text in doubts(poses.x2d)[0]:
        report.warn(not text.startswith("y must") or not report.warnings, text)


def _repeated(poses: PoseSet, report: Report) -> None:
    flat = np.ascontiguousarray(poses.x2d.reshape(len(poses), -1))
    _, index = np.unique(flat.view(f"V{flat.shape[1] * 4}").ravel(), return_inverse=True)
    same = len(poses) - (index.max() + 1)
    report.facts["Repeated"] = f"{same:,} poses have exactly the 2D of another one"
    share = same / len(poses)
    report.warn(share > SOME, f"{share:.1%} of the poses have exactly the 2D of another one")
    leaked = len(set(index[poses.split == "train"]) & set(index[poses.split == "test"]))
    report.warn(leaked > 0, f"{leaked:,} test poses are also training poses: the test is not fair")


def _time(poses: PoseSet, report: Report) -> None:
    """Gaps in the frame numbers of a clip, and jumps between neighbouring frames."""
    order = np.lexsort((poses.frame, poses.camera, poses.clip))
    step = np.diff(poses.frame[order].astype(np.int64))
    same = (np.diff(poses.clip[order]) == 0) & (np.diff(poses.camera[order]) == 0)
    usual = int(np.median(step[same])) if same.any() else 0
    gaps = int((step[same] > usual).sum())
    lengths = pd.Series(poses.clip).value_counts()
    report.tables["Poses per clip"] = pd.DataFrame({"poses": lengths.to_numpy()})
    shown = f"{lengths.min():,}" + (f" to {lengths.max():,}" if lengths.max() > lengths.min() else "")
    report.facts["Clips"] = f"{shown} poses per clip; frames are {usual} apart, with {gaps:,} wider gaps"
    if repeated := int((step[same] == 0).sum()):
        report.warnings.append(f"{repeated:,} poses have the clip, camera and frame of another one")
    x2d = poses.x2d[order].astype(float)
    size = np.maximum(np.ptp(x2d, axis=1).max(-1), 1e-9)
    move = np.linalg.norm(np.diff(x2d - x2d[:, :1], axis=0), axis=-1).max(-1) / size[1:]
    near = same & (step == usual) & (step > 0)
    if near.any() and (share := float((move[near] > 0.5).mean())) > 0.005:
        report.warnings.append(f"in {share:.1%} of neighbouring frames a joint moves by half a person: swapped sides?")


def _bones(poses: PoseSet, report: Report) -> None:
    """Bone lengths by subject, their spread within a subject, and left against right."""
    bones, names = poses.skeleton.bones, poses.skeleton.names
    x3d = poses.x3d.astype(float)
    lengths = np.stack([np.linalg.norm(x3d[:, j] - x3d[:, p], axis=-1) for p, j in bones], axis=1)
    people = pd.DataFrame(lengths, columns=[names[j] for _, j in bones]).groupby(poses.subject)
    mean, spread = people.mean(), people.std(ddof=0) / people.mean().clip(lower=1e-9)
    table = pd.DataFrame({"mm": mean.mean(), "spread in %": 100 * spread.max()})
    report.tables["Bone lengths"] = table.rename_axis("bone").reset_index()
    worst = spread.max().sort_values(ascending=False)
    report.facts["Bones"] = f"within a subject {worst.index[0]} varies most in length: {worst.iloc[0]:.1%} spread"
    if (loose := worst[worst > UNSTEADY]).size:
        named = ", ".join(f"{bone} {value:.0%}" for bone, value in loose.head(5).items())
        report.warnings.append(f"bones vary in length by more than {UNSTEADY:.0%} within one subject: {named}")
    pairs = [(names[a], names[b]) for a, b in poses.skeleton.pairs]
    uneven = {a.removeprefix("left_"): float((mean[a] / mean[b].clip(lower=1e-9) - 1).abs().max()) for a, b in pairs}
    percent = [100 * share for share in uneven.values()]
    report.tables["Left against right"] = pd.DataFrame({"bone": list(uneven), "difference in %": percent})
    if lopsided := [f"{name} {value:.0%}" for name, value in uneven.items() if value > ONE_SIDED]:
        report.warnings.append(f"left and right bones differ in length: {', '.join(lopsided)}")
    height = mean[[joint for joint in CHAIN if joint in mean]].sum(axis=1)
    report.facts["Height"] = f"{height.min():.0f} to {height.max():.0f} mm from ankle to head along the bones"
    if not SHORTEST < height.min() <= height.max() < TALLEST:
        report.warnings.append(f"people should be {SHORTEST:.0f} to {TALLEST:.0f} mm tall: is the unit of the 3D mm?")


def _space(poses: PoseSet, report: Report) -> None:
    """Depths, and knees: shins fold forwards if left and right, or near and far, are swapped."""
    depth = poses.x3d[..., 2]
    report.tables["Depth"] = pd.DataFrame({"mm": np.quantile(depth[:, 1:], np.linspace(0, 1, 201))})
    report.facts["Depth"] = f"{depth.min():.0f} to {depth.max():.0f} mm from the pelvis"
    farthest = np.abs(poses.x3d).max()
    report.warn(farthest > FAR_OFF, f"a joint is {farthest:.3g} mm away from its pelvis")
    report.warn(np.ptp(depth) == 0, "all depths are the same: the 3D is flat")
    wrong = 1 - float(np.mean(knees_bend_backwards(poses.x3d)))
    report.facts["Knees"] = f"in {1 - wrong:.1%} of the poses the shins fold backwards at the knees, as people's do"
    report.warn(wrong > 0.1, f"shins fold forwards at the knees in {wrong:.1%} of the poses: sides or depth swapped?")
    hips, shoulders = (
        poses.x3d[:, poses.skeleton.index(f"left_{part}")] - poses.x3d[:, poses.skeleton.index(f"right_{part}")]
        for part in ("hip", "shoulder")
    )
    twisted = float(((hips * shoulders).sum(-1) < 0).mean())
    report.warn(twisted > SOME, f"hips and shoulders face opposite ways in {twisted:.1%} of the poses: swapped sides?")


def _directions(poses: PoseSet, report: Report) -> None:
    """Which way people face: 0 towards the camera, 90 to the picture's right, 180 away."""
    counts, _ = np.histogram(np.degrees(facing(poses)) % 360, bins=12, range=(0, 360))
    report.tables["Directions"] = pd.DataFrame({"degrees": np.arange(12) * 30 + 15, "poses": counts})
    report.facts["Directions"] = f"people face {int((counts > 0.01 * len(poses)).sum())} of 12 directions"
    empty = int((counts == 0).sum())
    report.warn(len(poses) >= 1000 and empty, f"nobody faces {empty} of 12 directions: a lifter learns no such view")


def report_html(report: Report) -> str:
    """A page of its own, without network: warnings, facts, and figures with what is normal in each."""
    warnings = "".join(f"<li>{escape(text)}</li>" for text in report.warnings)
    warnings = f'<ul class="warn">{warnings}</ul>' if warnings else "<p>None.</p>"
    facts = "".join(f"<tr><th>{escape(key)}</th><td>{escape(text)}</td></tr>" for key, text in report.facts.items())
    body = f"<h1>{escape(report.name)}</h1><h2>Warnings</h2>{warnings}<h2>Facts</h2><table>{facts}</table>"
    for title, figure in data_figures(report.tables).items():
        drawn = figure.to_html(include_plotlyjs=False, full_html=False, config={"displaylogo": False})
        body += f"<h2>{escape(title)}</h2><p>{escape(MEANINGS[title])}</p>{drawn}"
    style = (
        ":root{color-scheme:light dark}"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}"
        ".warn li{color:#b84e00;font-weight:600}th{text-align:left;padding-right:1rem;vertical-align:top}"
    )
    head = f'<meta charset="utf-8"><link rel="icon" href="data:,"><title>{escape(report.name)}</title>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{style}</style><script>{get_plotlyjs()}</script></head>'
        f"<body>{body}</body></html>\n"
    )
