"""What points mean: their order, axes and sides are checked against people; a wrong meaning is refused or warned of."""

import numpy as np
import pytest
from keypoint_files import FACE, FACING, HEAD_TOP, HEIGHT, WIDTH, flat, frames, points, table, write

from liftkit.data.plausible import doubts
from liftkit.keypoints.names import COCO, OPENPOSE_18, tidy
from liftkit.keypoints.reading import read_keypoints
from liftkit.skeleton import H36M_17

# By hand: each order as its detector documents it, in short names.
SHORT = {
    "h36m": "root rhip rknee rankle lhip lknee lankle spine thorax neck head lshoulder lelbow lwrist "
    "rshoulder relbow rwrist",
    "body_25b": "nose leye reye lear rear lshoulder rshoulder lelbow relbow lwrist rwrist lhip rhip lknee rknee "
    "lankle rankle thorax top lfoot lfoot lfoot rfoot rfoot rfoot",
    "kinect25": "root spine thorax face lshoulder lelbow lwrist lhand rshoulder relbow rwrist rhand lhip lknee "
    "lankle lfoot rhip rknee rankle rfoot thorax lhand lhand rhand rhand",
    "aic": "rshoulder relbow rwrist lshoulder lelbow lwrist rhip rknee rankle lhip lknee lankle top thorax",
}
USUAL = "rankle rknee rhip lhip lknee lankle root thorax neck top rwrist relbow rshoulder lshoulder lelbow lwrist"
AT = {f"{side[0]}{part}": FACING[f"{side}_{part}"] for side, part in (n.split("_") for n in FACING if "_" in n)}
AT |= {"root": (500, 450), "thorax": (500, 280), "spine": (500, 365), "neck": (500, 215), "top": HEAD_TOP, "face": FACE}
AT |= {
    "nose": (500, 200),
    "head": HEAD_TOP,
    "lfoot": (540, 690),
    "rfoot": (460, 692),
    "lhand": (567, 470),
    "rhand": (423, 100),
}


def numbered(path, names):
    """x0, y0, x1, ...: nothing says what the points are."""
    names = names.split()
    header = [f"{axis}{k}" for k in range(len(names)) for axis in "xy"]
    return table(path, "numbered.csv", header, lambda f: np.add([AT[name] for name in names], (2 * f, 0)).ravel())


def limbs(poses):
    return {n: poses.x2d[0, H36M_17.index(n)].tolist() for n in H36M_17.names if n in FACING}


@pytest.mark.parametrize("order", SHORT)
def test_another_order_is_refused_by_its_name_and_read_by_the_option(order, tmp_path):
    path = numbered(tmp_path, SHORT[order])
    with pytest.raises(ValueError, match=f"in the order {order} they do: give --order {order}"):
        read_keypoints(path)
    poses, usage = read_keypoints(path, order=order)
    assert limbs(poses) == {name: list(FACING[name]) for name in limbs(poses)} and not usage.warnings


def test_an_order_of_ones_own_is_given_by_names(tmp_path):
    backwards = SHORT["h36m"].split()[::-1]
    path = numbered(tmp_path, " ".join(backwards))
    poses, _ = read_keypoints(path, order=",".join(backwards))
    assert limbs(poses) == {name: list(FACING[name]) for name in limbs(poses)}
    with pytest.raises(ValueError, match="unknown order 'alpha'.* body_25b"):
        read_keypoints(path, order="alpha")
    with pytest.raises(ValueError, match="names 3 keypoints, but people have 17"):
        read_keypoints(path, order="nose,left_eye,right_eye")


def test_the_only_order_of_so_many_points_needs_no_option(tmp_path):
    poses, usage = read_keypoints(numbered(tmp_path, USUAL))
    assert limbs(poses)["left_wrist"] == list(FACING["left_wrist"]) and not usage.warnings


def test_a_wrong_order_that_is_given_is_warned_of(tmp_path):
    usage = read_keypoints(numbered(tmp_path, SHORT["h36m"]), order="coco")[1]
    assert any("--order h36m" in warning for warning in usage.warnings)


SWAPPED = [COCO.index(name) for name in COCO if name.endswith(("hip", "knee", "ankle"))]


def legs_swapped(p):
    p[SWAPPED] = p[np.reshape(SWAPPED, (3, 2))[:, ::-1].ravel()]
    return p


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda p: p[:, [1, 0, 2]], "x and y seem to be exchanged"),
        (lambda p: p * [1, -1, 1] + [0, 900, 0], "y must point down"),
        (lambda p: p[:, [1, 0, 2]] * [-1, 1, 1] + [900, 0, 0], "turned by 90 degrees"),
        (lambda p: p * [3.2, 1, 1], "times as wide as people"),
        (legs_swapped, "left and right seem to be exchanged"),
        (lambda p: p, None),
    ],
)
def test_exchanged_axes_and_sides_are_named(change, word, tmp_path):
    path = table(
        tmp_path, "t.csv", [f"{n}_{a}" for n in COCO for a in "xyc"], lambda f: change(points(COCO, f)).ravel()
    )
    warnings = read_keypoints(path)[1].warnings
    assert [word in warning for warning in warnings] == ([True] if word else [])


@pytest.mark.slow
def test_people_who_do_all_kinds_of_things_are_not_doubted():
    """The generator's other seed, seen by a camera with perspective: not the poses that the check is made of."""
    from liftkit.data.cameras import film
    from liftkit.data.synthetic import synthetic_motion

    poses = film(synthetic_motion(5, movements="basic", subjects=2, frames=6), "perspective")
    clips = [poses.x2d[(poses.clip == clip) & (poses.camera == 0)] for clip in np.unique(poses.clip)]
    doubted = [doubts(clip)[0] for clip in clips]
    assert len(clips) > 20 and sum(map(bool, doubted)) <= 0.05 * len(clips)
    assert all("y must" in text for clip in clips for text in doubts(clip * [1, -1])[0])


@pytest.mark.slow
def test_of_films_stretched_to_16_to_9_those_from_the_front_are_doubted_and_no_true_one_is():
    """People who also sit, kneel and crouch, filmed from everywhere: about half from the front or the back."""
    from liftkit.data.cameras import film
    from liftkit.data.synthetic import synthetic_motion

    poses = film(synthetic_motion(5, movements="broad", subjects=2, frames=6), "perspective", seed=3)
    clips = [poses.x2d[(poses.clip == clip) & (poses.camera == 0)] for clip in np.unique(poses.clip)[::12]]
    wide = [[any("wide" in text for text in doubts(clip * [k, 1])[0]) for clip in clips] for k in (1, 16 / 9)]
    assert len(clips) > 60 and not any(wide[0]) and np.mean(wide[1]) > 0.3


def test_landmarks_in_metres_are_3d_already(tmp_path):
    metres = lambda f: ((points(COCO, f)[:, :2] - [500 + 2 * f, 450]) / 400).ravel()  # noqa: E731
    path = table(tmp_path, "world.csv", [f"{n}_{a}" for n in COCO for a in "xy"], metres)
    with pytest.raises(ValueError, match="world landmarks.* 3D already"):
        read_keypoints(path, size=(WIDTH, HEIGHT))


@pytest.mark.parametrize("key", ["pose_world_landmarks", "worldLandmarks", "keypoints3D", "landmarks_3d"])
def test_a_file_of_landmarks_in_metres_only_is_not_called_unknown(key, tmp_path):
    one = lambda f: {"frame": f, key: [{"x": 0.1, "y": -0.2, "z": 0.3, "visibility": 1.0}] * 33}  # noqa: E731
    with pytest.raises(ValueError, match=f"{key}.* 3D already"):
        read_keypoints(frames(tmp_path, "a.json", one))


def test_a_number_in_front_of_x_is_the_points_own(tmp_path):
    listed = lambda f: [[k, x, y] for k, (x, y, _) in enumerate(points(COCO, f).tolist(), start=1)]  # noqa: E731
    poses, usage = read_keypoints(frames(tmp_path, "a.json", listed))
    assert limbs(poses)["left_knee"] == list(FACING["left_knee"]) and "counts 0, 1, 2" in str(usage)


@pytest.mark.parametrize("score", "likelihood vis prob p presence conf v score confidence c visibility".split())
@pytest.mark.parametrize("title", ["{name}_{axis}", "{axis}_{number}"])
def test_scores_are_found_by_their_usual_names(score, title, tmp_path):
    header = [title.format(name=n, number=k, axis=a) for k, n in enumerate(COCO) for a in ("x", "y", score)]

    def row(f):
        p = points(COCO, f)
        p[COCO.index("left_wrist")] = (1, 1, 0.1) if f == 1 else p[COCO.index("left_wrist")]
        return p.ravel()

    poses, usage = read_keypoints(table(tmp_path, "t.csv", header, row))
    assert usage.interpolated_points == 1 and "no scores" not in str(usage)
    np.testing.assert_allclose(poses.x2d[1, H36M_17.index("left_wrist")], np.add(FACING["left_wrist"], (2, 0)))


def test_where_there_are_no_scores_it_is_said(tmp_path):
    path = table(tmp_path, "t.csv", [f"{n}_{a}" for n in COCO for a in "xy"], lambda f: points(COCO, f)[:, :2].ravel())
    assert "no scores found" in str(read_keypoints(path)[1])
    with pytest.raises(ValueError, match="scores from 0 to 1 .* from 90 to 90"):
        read_keypoints(frames(tmp_path, "a.json", lambda f: {"frame": f, "pose": points(COCO, f, 90).tolist()}))


def test_scores_that_are_all_0_are_none(tmp_path):
    path = frames(tmp_path, "a.json", lambda f: {"image_id": f, "keypoints": points(COCO, f, 0).ravel().tolist()})
    with pytest.raises(ValueError, match="scores of all points are 0.*--threshold 0"):
        read_keypoints(path)
    assert read_keypoints(path, threshold=0)[1].kept == 3


def test_short_names_are_understood():
    """Spellings of OpenPose, Kinect, VideoPose3D, MediaPipe and of tables; the right column by hand."""
    spelt = dict(LShoulder="left_shoulder", ShoulderLeft="left_shoulder", rknee="right_knee", MOUTH_LEFT="left_mouth")
    spelt |= {"Neck/Nose": "neck", "top_head": "head_top", "l_sho": "left_shoulder", "rightElbow": "right_elbow"}
    spelt |= {"PoseLandmark.LEFT_HEEL": "left_heel", "hip.R": "right_hip", "SpineBase": "pelvis", "kp_nose": "nose"}
    assert {name: tidy(name) for name in spelt} == spelt


def test_points_without_names_say_so_in_openposes_files_too(tmp_path):
    content = {"people": [{"pose_keypoints_2d": flat(OPENPOSE_18, 0)}]}
    assert read_keypoints(write(tmp_path / "a.json", content))[1].format == "openpose"
