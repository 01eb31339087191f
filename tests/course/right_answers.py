"""Right answers by hand, in the styles in which students write: loops, lists, torch, pandas, float32, words."""

import math
import statistics

import numpy as np
import pandas as pd
import torch
from scipy import stats
from scipy.spatial.transform import Rotation

from liftkit.representations import Representation, Segment

SIDES = ("left", "right")
NAMES = (
    "pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head left_shoulder "
    "left_elbow left_wrist right_shoulder right_elbow right_wrist"
).split()


def error_by_loops(pred, truth):
    return statistics.fmean(
        math.dist(a, b) for one, other in zip(pred, truth, strict=True) for a, b in zip(one, other, strict=True)
    )


def one_arm_reversed(x3d):
    """All bones of the left arm change their signs, from the shoulder on."""
    other = x3d.copy()
    for joint in (11, 12, 13):
        parent = 8 if joint == 11 else joint - 1
        other[..., joint, 2] = other[..., parent, 2] - (x3d[..., joint, 2] - x3d[..., parent, 2])
    return other


def forearm_reversed(x3d):
    """Only the last bone of the left arm points the other way: the wrist's depth, reflected at the elbow's."""
    other = x3d.copy()
    other[..., 13, 2] = 2 * x3d[..., 12, 2] - x3d[..., 13, 2]
    return other


def view_by_loops(x3d, azimuth):
    def turn(joint, a):
        x, y, z = joint
        return torch.stack([math.cos(a) * x + math.sin(a) * z, y, math.cos(a) * z - math.sin(a) * x])

    return torch.stack([torch.stack([turn(joint, a) for joint in pose]) for pose, a in zip(x3d, azimuth, strict=True)])


def view_by_complex_numbers(x3d, azimuth):
    w = torch.complex(x3d[..., 0], x3d[..., 2]) * torch.polar(torch.ones_like(azimuth), -azimuth)[:, None]
    return torch.stack([w.real, x3d[..., 1], w.imag], dim=-1).float()


def view_by_matrices(x3d, azimuth):
    matrices = torch.tensor(Rotation.from_euler("y", azimuth.numpy()[:, None]).as_matrix())
    return torch.einsum("nij,nkj->nki", matrices, x3d)


def loss_by_loops(d_real, d_view):
    return sum((d - 1) ** 2 for d in d_real) / len(d_real) + sum(d**2 for d in d_view) / len(d_view)


def loss_by_torch(d_real, d_view):
    mse = torch.nn.functional.mse_loss
    return mse(d_real, torch.ones_like(d_real)) + mse(d_view, torch.zeros_like(d_view))


def reprojection_by_einsum(lift, x2d, rotation):
    def seen(poses, turn):
        lifted = torch.cat((poses, lift(poses).unsqueeze(-1)), dim=2)
        return torch.einsum("bij,bkj->bki", turn, lifted)[:, :, :2]

    back = seen(seen(x2d, rotation), torch.linalg.inv(rotation))
    return ((back - x2d) ** 2).sum() / (len(x2d) * 16 * 2)


def reprojection_by_loops(lift, x2d, rotation):
    z = lift(x2d)
    views = torch.stack([(torch.column_stack([p, d]) @ r.T)[:, :2] for p, d, r in zip(x2d, z, rotation, strict=True)])
    z_views = lift(views)
    backs = torch.stack(
        [(torch.column_stack([p, d]) @ r)[:, :2] for p, d, r in zip(views, z_views, rotation, strict=True)]
    )
    return torch.nn.functional.mse_loss(backs[:, 1:], x2d[:, 1:])


def reprojection_of_one_element(lift, x2d, rotation):
    return reprojection_by_einsum(lift, x2d, rotation).reshape(1)


def quarters_in_one_call(lift, x2d):
    x, y = x2d.unbind(-1)
    z = lift(x2d)
    depth = lift(torch.stack([torch.cat([z, -z, -x]), y.repeat(3, 1)], dim=-1))
    return 3 * ((depth - torch.cat([-x, x, -z]))[:, 1:] ** 2).mean()


def quarters_by_loops(lift, x2d):
    x, y, z = x2d[..., 0], x2d[..., 1], lift(x2d)
    total = 0
    for across, depth in ((z, -x), (-z, x), (-x, -z)):
        total = total + torch.nn.functional.mse_loss(lift(torch.stack((across, y), -1))[:, 1:], depth[:, 1:])
    return total


def quarters_by_norms(lift, x2d):
    x, y, z = x2d[..., 0], x2d[..., 1], lift(x2d)
    views = [(z, x), (-z, -x), (-x, z)]
    return sum((lift(torch.stack([a, y], -1)) + b)[:, 1:].norm() ** 2 for a, b in views) / (16 * len(x2d))


def shins_by_loops(x3d):
    answers = []
    for pose in x3d:
        joint = dict(zip(NAMES, pose, strict=True))
        bend = sum(
            np.cross(joint[f"{s}_hip"] - joint[f"{s}_knee"], joint[f"{s}_ankle"] - joint[f"{s}_knee"]) for s in SIDES
        )
        answers.append(bool(bend @ (joint["right_hip"] - joint["left_hip"]) > 0))
    return answers


def shins_by_torch(x3d):
    hip, knee, ankle = (torch.tensor(x3d[:, joints]) for joints in ([1, 4], [2, 5], [3, 6]))
    bend = torch.linalg.cross(hip - knee, ankle - knee).sum(1)
    return (bend * (hip[:, 0] - hip[:, 1])).sum(1) > 0


def shins_by_pandas(x3d):
    return pd.Series(shins_by_loops(x3d)).astype(int)


def count_by_loops(width, blocks):
    total = 32 * width + width + width
    for _ in range(blocks):
        for _ in "ab":
            total += width**2 + 2 * width
    return total + 16 * width + 16


LEGS, COLUMN, ARMS = NAMES[1:7], NAMES[7:11], NAMES[11:]


def three_parts(*names, blocks=2, order=(0, 1, 2)):
    segments = [Segment(name, joints) for name, joints in zip(names, (LEGS, COLUMN, ARMS), strict=True)]
    return lambda: Representation("own", [segments[at] for at in order], blocks=blocks)


def crossing_by_backward(lift, x2d, joint, other):
    x = x2d.clone().requires_grad_()
    lift(x)[:, other].sum().backward()
    return float(torch.hypot(*x.grad[:, joint].T).mean())


def crossing_by_loops(lift, x2d, joint, other):
    lengths = []
    for pose in x2d:
        slope = torch.autograd.functional.jacobian(lambda x: lift(x[None])[0, other], pose)
        lengths.append(math.hypot(*slope[joint].tolist()))
    return np.float32(np.mean(lengths))


def crossing_by_finite_differences(lift, x2d, joint, other):
    x2d = x2d.double()
    steps = torch.zeros(2, *x2d.shape[1:], dtype=torch.double)
    steps[0, joint, 0] = steps[1, joint, 1] = 1e-4
    slopes = [(lift(x2d + step) - lift(x2d - step))[:, other] / 2e-4 for step in steps]
    return [np.hypot(*(slope.numpy() for slope in slopes)).mean()]


def mixed_by_loops(x2d, other):
    mixed = [list(point) for point in x2d]
    for at in range(1, 7):
        mixed[at] = [other[at][k] - other[0][k] + x2d[0][k] for k in (0, 1)]
    return mixed


def mixed_by_torch(x2d, other):
    legs = torch.zeros(17, 1, dtype=torch.bool)
    legs[1:7] = True
    x2d, other = torch.tensor(x2d), torch.tensor(other)
    return torch.where(legs, other - other[0] + x2d[0], x2d)


def mixed_by_pandas(x2d, other):
    table, second = (pd.DataFrame(points, index=NAMES, columns=["x", "y"]) for points in (x2d, other))
    table.loc[LEGS] = second.loc[LEGS] - second.loc["pelvis"] + table.loc["pelvis"]
    return table.astype("float32")


def interval_by_table(values, level):
    # from a printed table of Student's t
    factor = {(5, 0.95): 2.776, (8, 0.95): 2.365, (24, 0.95): 2.069, (5, 0.8): 1.533}[len(values), level]
    half = factor * statistics.stdev(values.tolist()) / math.sqrt(len(values))
    return [statistics.fmean(values) - half, statistics.fmean(values) + half]


def interval_by_torch(values, level):
    values = torch.tensor(values)
    half = stats.t.ppf(1 - (1 - level) / 2, len(values) - 1) * values.std() / len(values) ** 0.5
    return values.mean() - half, values.mean() + half


def interval_by_pandas(values, level):
    column = pd.Series(values)
    return pd.Series(stats.t.interval(level, len(column) - 1, loc=column.mean(), scale=column.sem()))


def never_met_by_loops(train, test):
    legs, arms = zip(*(action.split("+") for action in train), strict=True)
    return [a not in train and a.split("+")[0] in legs and a.split("+")[1] in arms for a in test]


def never_met_by_pandas(train, test):
    known, new = (pd.Series(actions).str.split("+", expand=True) for actions in (train, test))
    return new[0].isin(known[0]) & new[1].isin(known[1]) & ~pd.Series(test).isin(train)


def never_met_as_tensor(train, test):
    return torch.tensor(never_met_by_loops(train, test)).int()


def middle_by_loops(points, score):
    def middle(a, b):
        return [(x + y) / 2 for x, y in zip(a, b, strict=True)]

    lost = [float("nan")] * 2
    left, right, one, other = (points[at] if score[at] >= 0.3 else lost for at in (11, 12, 5, 6))
    pelvis, thorax = middle(left, right), middle(one, other)
    return [pelvis, middle(pelvis, thorax), thorax]


def middle_by_torch(points, score):
    found = torch.tensor(points, dtype=torch.float32)
    found[torch.tensor(score) < 0.3] = torch.nan
    pelvis, thorax = found[[11, 12]].mean(0), found[[5, 6]].mean(0)
    return torch.stack([pelvis, torch.stack([pelvis, thorax]).mean(0), thorax])


def middle_by_pandas(points, score):
    table = pd.DataFrame(points)
    table.loc[score < 0.3] = np.nan
    ends = [table.loc[pair].mean(skipna=False) for pair in ([11, 12], [5, 6])]
    return pd.DataFrame([ends[0], (ends[0] + ends[1]) / 2, ends[1]])


def depends_by_numpy(call, x2d):
    return not np.allclose(call(x2d)[::2].numpy(), call(x2d[::2]).numpy(), atol=1e-4)


def depends_by_pairs(call, x2d):
    pairs = [call(pair) for pair in x2d.split(2)]
    return np.int64((torch.cat(pairs) - call(x2d)).abs().max() > 1e-4)


def depends_by_other_halves(call, x2d):
    other = torch.cat([x2d[:12], 2 * x2d[12:]])
    return [(call(x2d)[:12] - call(other)[:12]).abs().max() > 1e-4]


def fair_by_loops(results, first, second):
    found = []
    for metric in ("pa_mpjpe_reflection", "pa_mpjpe"):
        rows = [row for row in results.to_dict("records") if row["policy"] == "last"]
        one, other = ({row["seed"]: row[metric] for row in rows if row["representation"] == n} for n in (first, second))
        found.append(statistics.fmean(one[seed] - other[seed] for seed in one if seed in other))
    return found


def fair_by_merge(results, first, second):
    last = results.query("policy == 'last'")
    both = last.query("representation == @first").merge(last.query("representation == @second"), on="seed")
    return tuple((both[f"{metric}_x"] - both[f"{metric}_y"]).mean() for metric in ("pa_mpjpe_reflection", "pa_mpjpe"))


def fair_as_tensor(results, first, second):
    return torch.tensor(fair_by_loops(results, first, second), dtype=torch.float32)


RIGHT = {
    "00.1": [
        error_by_loops,
        lambda pred, truth: torch.linalg.norm(torch.tensor(pred - truth), dim=-1).mean(),
        lambda pred, truth: [np.linalg.norm((pred - truth).astype("float32"), axis=-1).mean()],
        lambda pred, truth: pd.DataFrame((pred - truth).reshape(-1, 3)).pow(2).sum(axis=1).pow(0.5).mean(),
    ],
    "00.2": ["A)", ["a"], "The lifter comes out as it was, and so do its errors."],
    "01.1": [
        lambda x3d: np.delete(x3d, 2, axis=-1).tolist(),
        lambda x3d: torch.from_numpy(x3d).float()[..., :2],
        lambda x3d: np.ma.array(x3d[..., :2], mask=False),
        lambda x3d: np.array([x3d[..., 0], x3d[..., 1]], dtype="float32").transpose(*range(1, x3d.ndim), 0),
    ],
    "01.2": [
        one_arm_reversed,
        lambda x3d: torch.tensor(forearm_reversed(x3d.astype("float32"))),
        lambda x3d: forearm_reversed(x3d).tolist(),
    ],
    "02.1": [
        view_by_loops,
        view_by_complex_numbers,
        view_by_matrices,
    ],
    "02.2": [loss_by_loops, loss_by_torch, lambda *scores: loss_by_loops(*scores).double().reshape(1)],
    "03.1": [reprojection_by_einsum, reprojection_by_loops, reprojection_of_one_element],
    "03.2": [quarters_in_one_call, quarters_by_loops, quarters_by_norms],
    "04.1": [shins_by_loops, shins_by_torch, shins_by_pandas],
    "05.1": [12658704 / 53904, "235", np.float32(234.8), [233]],
    "05.2": [
        count_by_loops,
        lambda w, b: torch.tensor(w * (50 + 2 * b * (w + 2)) + 16),
        lambda w, b: [np.int32(32 * w + 2 * w + b * (2 * w * w + 4 * w) + 16 * w + 16)],
    ],
    "06.1": [
        three_parts("legs", "column", "arms"),
        three_parts("down", "middle", "up", blocks=1),
        three_parts("l", "c", "a", order=(2, 0, 1)),
    ],
    "06.2": ["3/64", np.float32(0.047), [0.05], torch.tensor(3 / 64), "4.7 %", pd.Series([3 / 64])],
    "08.1": ["(b)", ("B",), "Yes"],
    "08.2": [crossing_by_backward, crossing_by_loops, crossing_by_finite_differences],
    "09.1": ["1/16", "c.", ["C"], "in 1 of 16"],
    "09.2": ["five_parts_shared", "Five parts shared.", np.array(["five_parts_shared"])],
    "10.1": [mixed_by_loops, mixed_by_torch, mixed_by_pandas],
    "10.2": [{"five_parts"}, "Five parts", pd.Index(["five_parts"])],
    "10.3": ["b)", {"b"}, "B's: nothing moves when the legs are swapped"],
    "07.1": [interval_by_table, interval_by_torch, interval_by_pandas],
    "07.2": [21 / 40, "21/40", "21 of 40", np.float32(0.525), "52.5 %"],
    "07.3": ["D", ["d"], "(d)"],
    "12.1": [never_met_by_loops, never_met_by_pandas, never_met_as_tensor],
    "12.2": [
        {"legs_torso", "five_parts", "five_parts_shared"},
        "legs_torso, five_parts, five_parts_shared",
        ("five parts shared", "legs torso", "five parts"),
    ],
    "11.1": [depends_by_numpy, depends_by_pairs, depends_by_other_halves],
    "11.2": ["b", "(B)", "Only 0: a flat pose."],
    "11.3": [1.035, "1.034", np.float32(1.037)],
    "13.1": [middle_by_loops, middle_by_torch, middle_by_pandas],
    "13.2": ["five_parts_shared", "Five parts shared", ["five-parts-shared"]],
    "13.3": ["B)", ["b"], "The choice of a seed matters little here"],
    "14.1": [
        {"best_seed", "one_alignment", "oracle_checkpoint", "uncorrected_p"},
        "Best seed, one alignment, oracle checkpoint and uncorrected p",
        ("oracle-checkpoint", "Uncorrected p", "best_seed", "one alignment"),
    ],
    "14.2": [fair_by_loops, fair_by_merge, fair_as_tensor],
    "14.3": ["c", ["C)"], "Undecided; the other alignment beside it; and how many seeds a new study would need."],
}
