"""PoseViewer: which rows of a PoseSet make a clip, errors by frame, the truth and all seeds behind, pictures."""

import dataclasses

import numpy as np
import pytest
from widget_cells import panel

from liftkit import H36M_17, load_lifter, load_poses, load_record
from liftkit.metrics import align_scale, mpjpe
from liftkit.poses import PoseSet
from liftkit.widgets import PoseViewer
from liftkit.widgets.pose_viewer import MOST_FRAMES, Clips, PoseViewerController


def test_clips_have_names_and_rows(tiny_poses):
    clips = Clips(tiny_poses)
    assert clips.names == ("sit, ann", "walk, ann", "sit, bob", "walk, bob", "sit, cem", "walk, cem")
    assert clips.cameras == ("0", "1")
    assert clips.rows("walk, ann", "1").tolist() == [5, 7]
    assert clips.rows("walk, ann", "0").tolist() == [4, 6]


def test_rows_follow_the_frames(tiny_poses):
    clips = Clips(dataclasses.replace(tiny_poses, frame=tiny_poses.frame[::-1].copy()))
    assert clips.rows("walk, ann", "0").tolist() == [6, 4]


def test_a_camera_that_did_not_see_a_clip_gives_way(tiny_poses):
    clips = Clips(dataclasses.replace(tiny_poses, camera=(tiny_poses.clip > 0).astype(int)))
    assert clips.rows("sit, ann", "1").tolist() == [0, 1, 2, 3]


def test_names_that_come_twice_get_their_clips_number(tiny_poses):
    clips = Clips(dataclasses.replace(tiny_poses, action=np.full(24, "walk")))
    assert clips.names[:2] == ("walk, ann, clip 0", "walk, ann, clip 1")


def test_a_long_clip_is_cut(tiny_poses):
    poses = tiny_poses.select(np.zeros(MOST_FRAMES + 5, int))
    assert len(Clips(poses).rows("sit, ann", "0")) == MOST_FRAMES


def test_clips_without_an_action_are_named_by_the_person_or_else_by_the_set():
    x2d = np.random.default_rng(0).normal(size=(2, 17, 2)).astype("float32")
    assert Clips(PoseSet(x2d, action=["walk"] * 2, subject=["ann"] * 2)).names == ("walk, ann",)
    assert Clips(PoseSet(x2d, subject=["ann"] * 2)).names == ("ann",)
    assert Clips(PoseSet(x2d, name="film")).names == ("film",)


def moved(poses, mm):
    """The truth, each joint but the root moved by ``mm`` times the number of its pose."""
    wrong = poses.x3d.copy()
    wrong[:, 1:, 2] += mm * np.arange(len(poses))[:, None]
    return wrong


def test_the_caption_is_the_error_of_the_frame_that_is_shown(tiny_poses):
    viewer = PoseViewer(tiny_poses, {"wrong": moved(tiny_poses, 17.0)})
    viewer.set("fit", "size")
    rows, wrong = viewer.controller.rows, moved(tiny_poses, 17.0)
    errors = [mpjpe(align_scale(wrong[row], tiny_poses.x3d[row]), tiny_poses.x3d[row]) for row in rows]
    shown = panel(viewer.controller, "lifted_0")
    assert len(rows) == 2 and [note.split(" mm")[0] for note in shown.notes] == [f"{error:.0f}" for error in errors]
    assert shown.caption == shown.notes[0] and f"{np.mean(errors):.0f} mm in the clip" in shown.caption
    viewer.set("frame", 1)
    assert panel(viewer.controller, "lifted_0").caption == shown.notes[1]
    assert viewer.scene["panels"][2]["notes"] == list(shown.notes)


def test_the_truth_stands_behind_the_prediction_frame_by_frame(tiny_poses):
    viewer = PoseViewer(tiny_poses, {"flat": tiny_poses.x3d * [1, 1, 0]})
    truth, fixed = viewer.scene["panels"][1], viewer.scene["panels"][2]
    assert fixed["ghosts"] == truth["frames"] and viewer.panel_lifted_0["ghost"] is None
    viewer.set("overlay", False)
    assert "ghosts" not in viewer.scene["panels"][2]


def test_all_seeds_are_translucent_skeletons_and_the_title_says_which(tiny_poses):
    poses = load_poses("synthetic").test
    poses = poses.select(np.flatnonzero((poses.clip == poses.clip[0]) & (poses.camera == poses.camera[0]))[:2])
    viewer = PoseViewer(poses, {"full": load_record("full")})
    assert (
        panel(viewer.controller, "lifted_0").title == "full: seed 0"
        and panel(viewer.controller, "lifted_0").fan is None
    )
    one = panel(viewer.controller, "lifted_0")
    viewer.set("seed", "all")
    every = panel(viewer.controller, "lifted_0")
    assert every.title == "full: all 8 seeds" and every.fan.shape == (2, 8, 17, 3)
    np.testing.assert_allclose(every.fan[:, 0], one.joints, atol=1e-3)
    np.testing.assert_allclose(every.joints, every.fan.mean(1), atol=1e-3)
    assert [len(fan) for fan in viewer.scene["panels"][2]["fans"]] == [8, 8]


def test_runs_without_a_seed_in_common_are_shown_by_the_first_of_each(tiny_poses):
    run = load_record("full")
    control = PoseViewerController(tiny_poses, {"mine": run.select([2, 3]), "yours": run.select([5])})
    for key, title, seed in (("lifted_0", "mine: seed 2", 2), ("lifted_1", "yours: seed 5", 5)):
        found, lifted = panel(control, key), run.lift(tiny_poses.x2d[control.rows])[seed]
        assert found.title == title
        np.testing.assert_allclose(found.joints, align_scale(lifted, tiny_poses.x3d[control.rows]), atol=0.1)


def pixels(height=100, width=200):
    """Keypoints in pixels of a picture, two poses of one clip."""
    x2d = np.random.default_rng(0).uniform(20, 80, size=(2, 17, 2)).astype("float32")
    return PoseSet(x2d, clip=[0, 0], frame=[0, 1], units="px"), np.zeros((height, width, 3), np.uint8)


def test_a_film_without_truth_is_lifted_by_the_lifter_that_ships_unless_something_else_is_said(tiny_poses):
    film = dataclasses.replace(tiny_poses, x3d=None)
    viewer = PoseViewerController(film)
    given, lifted = viewer.panels()
    run = load_lifter()
    assert lifted.title == "liftkit's lifter: seed 0"
    np.testing.assert_allclose(lifted.joints, run.lift(film.x2d[viewer.rows])[0], rtol=1e-4, atol=1e-3)
    assert viewer.seeds == tuple(map(str, run.seeds))
    hidden = film.x2d.copy()
    hidden[0, H36M_17.index("left_wrist")] = np.nan
    for other in (PoseViewerController(film, {}), PoseViewerController(dataclasses.replace(film, x2d=hidden))):
        assert [panel.key for panel in other.panels()] == ["x2d"]
    assert [panel.key for panel in PoseViewerController(tiny_poses).panels()] == ["x2d", "truth"]


def test_a_picture_lies_where_its_pixels_are():
    poses, image = pixels()
    viewer = PoseViewer(poses, pictures=image)
    shown, pose = viewer.panel_x2d["picture"], panel(viewer.controller, "x2d")
    (x, y, width, height), (middle, reach) = shown["box"], pose.extent
    assert shown["frame"] is None and shown["src"].startswith("data:image/png;base64,")
    place = lambda u, v: (np.array([u, v]) - middle) / reach  # noqa: E731
    np.testing.assert_allclose([x, y], place(0, 0), atol=1e-3)
    np.testing.assert_allclose([x + width, y + height], place(200, 100), atol=1e-3)
    assert "<image" in viewer.svg()


def test_of_several_pictures_the_one_of_the_resting_frame_is_sent():
    poses, image = pixels()
    viewer = PoseViewer(poses, pictures=[image, image + 9])
    first = viewer.panel_x2d["picture"]
    viewer.set("frame", 1)
    assert (first["frame"], viewer.panel_x2d["picture"]["frame"]) == (0, 1)
    assert first["src"] != viewer.panel_x2d["picture"]["src"]


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ([np.zeros((9, 9))] * 3, "one picture, or 2 for as many poses, found 3"),
        (np.zeros((9, 9)), "0 of 17 within 9 x 9"),
        (np.full((100, 200), 7.0), "from 0 to 1, found 7"),
        (np.full((100, 200, 4), np.nan), "expected a picture"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(pictures, words):
    with pytest.raises(ValueError, match=words):
        PoseViewer(pixels()[0], pictures=pictures)


def test_predictions_that_do_not_fit_are_refused(tiny_poses):
    with pytest.raises(ValueError, match="runs by title, such as {'mine': run}, found Run"):
        PoseViewer(tiny_poses, load_record("full"))
    with pytest.raises(ValueError, match=r"flat: expected a Run or poses of shape \(24, 17, 3\), found \(3, 17, 3\)"):
        PoseViewer(tiny_poses, {"flat": np.zeros((3, 17, 3))})
