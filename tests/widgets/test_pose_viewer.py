"""PoseViewer: which rows of a PoseSet make a clip."""

import dataclasses

import numpy as np

from liftkit.poses import PoseSet
from liftkit.widgets.pose_viewer import MOST_FRAMES, Clips


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
