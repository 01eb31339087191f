"""What widgets are made of: controls, panels, words, clips, pages and pictures, without a kernel or a browser."""

import dataclasses
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from widget_cells import samples

from liftkit.data.body import draw_bodies, place_joints, standing_angles
from liftkit.geometry import rotate
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17
from liftkit.view.alt_text import describe
from liftkit.view.controller import Controller, Press, Set, Tick
from liftkit.view.controls import Button, Choice, Slider, TextField, Toggle
from liftkit.view.page import page_html
from liftkit.view.panels import UNIT, Chart, Note, Panel, Pose
from liftkit.view.still import picture_svg
from liftkit.widgets.pose_viewer import MOST_FRAMES, Clips

EVIL = "<script>alert('x')</script> & \"y\""


def person(**angles) -> np.ndarray:
    """(17, 3) somebody who faces the camera, in mm, y down, z away; angles as in liftkit.data.body."""
    placed = standing_angles() | {name: np.array([value], float) for name, value in angles.items()}
    return place_joints(placed, draw_bodies(np.random.default_rng(0), 1))[0].astype(float) * [1, -1, -1]


class Plain(Controller):
    """A controller with one control of each kind."""

    def __init__(self):
        super().__init__()
        self.values = {"some": "a", "much": 1, "on": False, "called": "x"}
        self.heard = []

    def controls(self):
        numbers = Slider("much", "Much", minimum=0, maximum=9)
        some = Choice("some", "Some", options=("a", "b"))
        return [some, numbers, Toggle("on", "On"), TextField("called", "Called"), Button("go", "Go")]

    def respond(self, event):
        if event == Set("much", 7):
            raise RuntimeError("no seven")
        self.heard.append(event)


class TestControls:
    def test_a_choice_takes_its_options_alone(self):
        control = Choice("cut", "Cut", options=("full", "halves"))
        assert [control.check(value) for value in samples(control)] == ["full", "halves"]
        with pytest.raises(ValueError, match="Cut: expected one of full, halves, found 'none'"):
            control.check("none")

    @pytest.mark.parametrize(
        ("low", "high", "step", "expected"),
        [(0, 10, 1, (0, 5, 10)), (0, 1, 0.25, (0, 0.5, 1)), (-3, 4, 2, (-3, 1, 4)), (1, 1, 1, (1, 1, 1)),
         (0, 1, 1, (0, 0, 1)), (0, 1, 0.3, (0, 0.6, 1)), (5, 6, 10, (5, 5, 6))],
    )  # fmt: skip
    def test_a_sliders_samples_are_its_ends_and_a_middle_on_its_steps(self, low, high, step, expected):
        control = Slider("much", "Much", minimum=low, maximum=high, step=step)
        assert samples(control) == pytest.approx(expected)
        for value in samples(control):
            assert control.check(value) == pytest.approx(value)

    def test_a_slider_gives_whole_numbers_where_its_steps_are_whole(self):
        whole, parts = Slider("a", "A", maximum=9), Slider("b", "B", maximum=9, step=0.5)
        assert (whole.check(3.0), type(whole.check(3.0))) == (3, int)
        assert (parts.check(3), type(parts.check(3))) == (3.0, float)

    @pytest.mark.parametrize("value", [-1, 10, np.nan, np.inf, True, "3", None])
    def test_a_slider_refuses(self, value):
        with pytest.raises(ValueError, match="^Much: expected .*, found"):
            Slider("much", "Much", maximum=9).check(value)

    @pytest.mark.parametrize("value", [0, 1, "true", None])
    def test_a_toggle_refuses(self, value):
        assert [Toggle("on", "On").check(value) for value in samples(Toggle("on", "On"))] == [False, True]
        with pytest.raises(ValueError, match="On: expected true or false, found"):
            Toggle("on", "On").check(value)

    def test_a_text_takes_what_fits(self):
        control = TextField("called", "Called", longest=9)
        assert [len(control.check(value)) for value in samples(control)] == [1, 4, 9]
        assert control.check("  two words ".strip()) == control.check("  two words ") == "two words"
        assert control.check("<b>") == "<b>"  # shown as text

    @pytest.mark.parametrize("value", ["", "   ", "a" * 10, "a\nb", "\x00", 3, None])
    def test_a_text_refuses(self, value):
        with pytest.raises(ValueError, match="^Called: expected .*found"):
            TextField("called", "Called", longest=9).check(value)

    def test_a_pattern_holds_for_the_whole_text(self):
        control = TextField("called", "Called", "small letters", pattern="[a-z]+")
        assert all(control.check(value) == value for value in samples(control))
        with pytest.raises(ValueError, match="expected small letters, found 'a1'"):
            control.check("a1")

    def test_what_the_browser_is_told_is_plain(self):
        told = [control.state() for control in Plain().controls()]
        assert [one["kind"] for one in told] == ["choice", "slider", "toggle", "textfield", "button"]
        assert json.loads(json.dumps(told[1]))["maximum"] == 9


class TestController:
    def test_messages_change_values_and_call_answers(self):
        plain = Plain()
        plain.handle({"kind": "set", "name": "much", "value": 3})
        plain.handle({"kind": "press", "name": "go"})
        plain.handle({"kind": "tick"})
        plain.running = True
        plain.handle({"kind": "tick"})
        assert plain.heard == [Set("much", 3), Press("go"), Tick()]

    def test_a_value_whose_answer_failed_is_taken_back(self):
        plain = Plain()
        with pytest.raises(RuntimeError):
            plain.set("much", 7)
        assert plain.values["much"] == 1

    @pytest.mark.parametrize(
        ("message", "trouble"),
        [({"kind": "set", "name": "go", "value": 1}, "is a button"),
         ({"kind": "press", "name": "on"}, "is not a button"),
         ({"kind": "set", "name": "more", "value": 1}, "unknown control 'more'; there are some, much, on, called, go"),
         ({"kind": "eat"}, "found .*'eat'"), ({}, "found {}"), ({"kind": "set", "name": "on"}, "with its fields")],
    )  # fmt: skip
    def test_a_message_that_makes_no_sense(self, message, trouble):
        with pytest.raises(ValueError, match=trouble):
            Plain().handle(message)


class TestPanels:
    @pytest.mark.parametrize("size", [2, 3])
    def test_numbers_lie_in_the_panel_and_place_takes_them_back(self, size):
        joints = person()[:, :size]
        panel = Pose("p", "P", joints=joints)
        numbers = np.array(panel.dynamic_state()["joints"]).reshape(17, size)
        assert np.abs(numbers[:, :2]).max() <= UNIT
        _, reach = panel.extent
        for joint, (x, y) in zip(joints, numbers[:, :2] / UNIT, strict=True):
            np.testing.assert_allclose(panel.place(x, y), joint[:2], atol=reach / UNIT)

    def test_a_turned_pose_stays_in_its_panel(self):
        joints = person(shoulder_elevation=[90, 90])
        middle, reach = Pose("p", "P", joints=joints).extent
        for azimuth in np.linspace(0, 6, 20):
            assert np.abs(rotate(joints - middle, azimuth)[:, :2]).max() < reach

    def test_a_given_frame_is_kept(self):
        panel = Pose("p", "P", joints=np.zeros((17, 2)), middle=[1, 2], reach=4)
        np.testing.assert_allclose(panel.place(0.5, -1), [3, -2])
        assert panel.dynamic_state()["joints"][:2] == [-250, -500]

    def test_a_film_stays_and_a_still_moves(self):
        film, still = (Pose("p", "P", joints=np.zeros((frames, 17, 2))) for frames in (3, 1))
        assert len(film.static_state()["frames"]) == 3 and film.dynamic_state()["joints"] is None
        assert "frames" not in still.static_state() and len(still.dynamic_state()["joints"]) == 34

    def test_picked_groups_and_strength_are_plain(self):
        panel = Pose("p", "P", joints=person(), picked="head", groups=np.arange(17) - 1, strength=np.full(17, 1 / 3))
        told = json.loads(json.dumps(panel.dynamic_state()))
        assert told["picked"] == H36M_17.index("head")
        assert told["groups"][:2] == [-1, 0]
        assert told["strength"][0] == 0.333

    @pytest.mark.parametrize("shape", [(16, 2), (17, 4), (0, 17, 2), (17,), (2, 3, 17, 2)])
    def test_joints_of_another_shape(self, shape):
        with pytest.raises(ValueError, match="P: expected joints .F, 17, 2 or 3., found"):
            Pose("p", "P", joints=np.zeros(shape))

    def test_joints_that_are_no_numbers(self):
        with pytest.raises(ValueError, match="P: joints must be finite"):
            Pose("p", "P", joints=np.full((17, 2), np.nan))

    def test_a_joint_that_is_none_cannot_be_picked(self):
        with pytest.raises(ValueError, match="unknown joint 'tail'"):
            Pose("p", "P", joints=np.zeros((17, 2)), picked="tail").dynamic_state()

    def test_notes_and_charts_tell_whether_they_are_wide(self):
        assert Chart("c", "C", wide=True).static_state() == {"key": "c", "kind": "chart", "wide": True}
        assert Note("n", "N").static_state() == {"key": "n", "kind": "note", "wide": False, "code": False}
        assert Note("n", "N", text="x").dynamic_state() == {"title": "N", "caption": "", "text": "x"}


class TestWords:
    @pytest.mark.parametrize(
        ("angles", "expected"),
        [
            ({}, "upright, left hand low, right hand low, legs straight, faces the camera"),
            ({"shoulder_elevation": [10, 170]}, "right hand above the head"),
            ({"shoulder_elevation": [170, 10]}, "left hand above the head, right hand low"),
            ({"hip_flexion": [90, 90], "knee_flexion": [90, 90]}, "upright, sitting or squatting"),
            ({"hip_flexion": [110, 110], "knee_flexion": [130, 130]}, "upright, sitting or squatting"),
            ({"hip_flexion": [90, 90], "knee_flexion": [90, 90]}, "both knees bent"),
            ({"hip_flexion": [60, 10], "knee_flexion": [80, 10]}, "right hand low, left knee bent"),
            ({"shoulder_elevation": [90, 90], "shoulder_plane": [90, 90]}, "right hand at the chest"),
            ({"trunk_flexion": 80}, "bent over or lying"),
        ],
    )  # fmt: skip
    def test_known_poses(self, angles, expected):
        assert expected in describe(person(**angles))

    def test_it_faces_where_it_was_turned(self):
        told = [describe(rotate(person(), quarter * np.pi / 2)).split(", ")[-1] for quarter in range(5)]
        assert told[:3] == ["faces the camera", "faces the picture's left", "has the back to the camera"]
        assert told[3:] == ["faces the picture's right", "faces the camera"]

    def test_upside_down_it_still_faces_the_camera(self):
        told = describe(person() * [-1, -1, 1])  # a half turn in the picture's plane
        assert told.startswith("upside down") and told.endswith("faces the camera")

    @pytest.mark.parametrize(("quarter", "expected"), [(1, "faces down"), (-1, "faces up")])
    def test_lying_it_faces_up_or_down(self, quarter, expected):
        told = describe(rotate(person(), 0.0, quarter * np.pi / 2))
        assert told.startswith("bent over or lying") and told.endswith(expected)

    def test_flat_poses_face_nowhere_and_no_pose_is_told(self):
        assert "face" not in describe(person()[:, :2])
        assert describe(np.ones((17, 3))) == "all joints at one place"

    def test_neither_size_nor_place_matters(self):
        assert describe(person()) == describe(person() * 0.001 + 7)


class TestClips:
    def test_names_and_rows(self, tiny_poses):
        clips = Clips(tiny_poses)
        assert clips.names == ("sit, ann", "walk, ann", "sit, bob", "walk, bob", "sit, cem", "walk, cem")
        assert clips.cameras == ("0", "1")
        assert clips.rows("walk, ann", "1").tolist() == [5, 7]
        assert clips.rows("walk, ann", "0").tolist() == [4, 6]

    def test_rows_follow_the_frames(self, tiny_poses):
        clips = Clips(dataclasses.replace(tiny_poses, frame=tiny_poses.frame[::-1].copy()))
        assert clips.rows("walk, ann", "0").tolist() == [6, 4]

    def test_a_camera_that_did_not_see_a_clip_gives_way(self, tiny_poses):
        clips = Clips(dataclasses.replace(tiny_poses, camera=(tiny_poses.clip > 0).astype(int)))
        assert clips.rows("sit, ann", "1").tolist() == [0, 1, 2, 3]

    def test_names_that_come_twice_get_their_clips_number(self, tiny_poses):
        clips = Clips(dataclasses.replace(tiny_poses, action=np.full(24, "walk")))
        assert clips.names[:2] == ("walk, ann, clip 0", "walk, ann, clip 1")

    def test_a_long_clip_is_cut(self, tiny_poses):
        poses = tiny_poses.select(np.zeros(MOST_FRAMES + 5, int))
        assert len(Clips(poses).rows("sit, ann", "0")) == MOST_FRAMES


class TestPage:
    def test_it_needs_nothing_else(self):
        page = page_html("Title", {"scene": {"a": 1}})
        assert '{"scene":{"a":1}}' in page
        assert "default-src 'none'" in page
        assert "<link" not in page.replace('<link rel="icon" href="data:,">', "") and "src=" not in page
        assert "export default" not in page and "\nimport " not in page

    def test_names_cannot_leave_their_text(self):
        page = page_html(EVIL, {"name": EVIL, "end": "</script><!--"})
        assert page.count("</script>") == 1  # its own
        assert page.count("<script") == 1
        assert "<!--" not in page
        assert "&lt;script&gt;" in page.split("<title>")[1].split("</title>")[0]

    def test_a_dollar_is_only_a_dollar(self):
        assert '"$state ${x} $$"' in page_html("$title", {"name": "$state ${x} $$"})

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_numbers_that_json_has_not(self, value):
        with pytest.raises(ValueError, match="JSON"):
            page_html("Title", {"value": float(value)})


class TestPicture:
    def panels(self, name="A") -> list[Panel]:
        pose = person()
        groups = [-1] + [0] * 6 + [7] * 10
        poses = [Pose("a", name, joints=pose, alt=name), Pose("b", name, joints=pose[:, :2], groups=groups)]
        chart = Chart("d", name, svg="<svg viewBox='0 0 1 1'></svg>", wide=True)
        return [*poses, Note("c", name, text=f"{name}\n{name}"), chart]

    def test_it_is_one_svg_with_every_panel(self):
        root = ET.fromstring(picture_svg("Title", self.panels()))
        assert root.tag.endswith("svg")
        texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert texts.count("A") == 4
        assert texts.count("1") == 6 and texts.count("8") == 10  # groups, and none for the root
        assert len(list(root.iter("{http://www.w3.org/2000/svg}line"))) == 32

    def test_names_are_text(self):
        drawn = picture_svg(EVIL, self.panels(EVIL))
        assert "<script" not in drawn
        title = ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}title").text
        assert title.startswith(EVIL)

    def test_it_is_as_wide_as_its_panels_and_no_wider_than_four(self):
        def size(count):
            root = ET.fromstring(picture_svg("T", [Note(f"n{i}", "N", text="x") for i in range(count)]))
            assert root.get("width") is None  # it fills its page, whatever that is
            width, height = map(int, root.get("viewBox").split()[2:])
            return width // 260, (height - 30) // 306

        assert [size(count) for count in (1, 3, 4, 5, 9)] == [(1, 1), (3, 1), (4, 1), (4, 2), (4, 3)]

    def test_joints_stay_inside_of_their_panel(self):
        lines = ET.fromstring(picture_svg("T", self.panels()[:1])).iter("{http://www.w3.org/2000/svg}line")
        numbers = [float(line.get(name)) for line in lines for name in ("x1", "x2", "y1", "y2")]
        assert 0 <= min(numbers) and max(numbers) <= 260

    def test_what_glows_is_drawn_and_what_does_not_is_not(self):
        strength = np.zeros(17)
        strength[[3, 5]] = 1, 0.5
        drawn = picture_svg("T", [Pose("a", "A", joints=person(), strength=strength)])
        assert drawn.count("<circle") == 2
        assert 'r="12.0"' in drawn and 'r="7.5"' in drawn

    def test_it_is_the_same_each_time(self):
        assert picture_svg("T", self.panels()) == picture_svg("T", self.panels())


def test_clips_without_an_action_are_named_by_the_person_or_else_by_the_set():
    x2d = np.random.default_rng(0).normal(size=(2, 17, 2)).astype("float32")
    assert Clips(PoseSet(x2d, action=["walk"] * 2, subject=["ann"] * 2)).names == ("walk, ann",)
    assert Clips(PoseSet(x2d, subject=["ann"] * 2)).names == ("ann",)
    assert Clips(PoseSet(x2d, name="film")).names == ("film",)
