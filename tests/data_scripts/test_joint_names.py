"""Joints are recognised by what their names mean; what is not found is asked for with a draft."""

import json

import pytest
from formats.joint_maps import match_skeleton
from motion_files import bvh, joint_at
from motion_people import FAMILIES, check, person, read, tree, walking


@pytest.mark.parametrize("family", FAMILIES)
def test_a_skeleton_is_known_by_the_meaning_of_its_names(tmp_path, family):
    check(read(tmp_path, person(family)))


@pytest.mark.parametrize("family", ["Unity", "Unreal", "SMPL"])
def test_without_the_heads_end_the_neck_moves_down(tmp_path, family):
    clip = read(tmp_path, person(family, ends=False))
    moved = {"thorax": [0, 520, 0], "neck": [0, 550, 0], "head": [0, 640, 10], "right_wrist": [-180, 1050, 0]}
    check(clip, moved)


def test_an_unknown_skeleton_gets_a_draft_of_the_map(tmp_path):
    content = person("Unity").replace(b"LowerLeg", b"Bone7").replace(b"Head", b"Bone8")
    with pytest.raises(ValueError, match=r"walk\.bvh: no known skeleton .*--map FILE.json\); a draft: ") as error:
        read(tmp_path, content)
    draft = json.loads(str(error.value).split("a draft: ")[1])
    assert (draft["left_hip"], draft["right_wrist"]) == ("LeftUpperLeg", "RightHand")
    assert {joint for joint, name in draft.items() if name == "?"} >= {"left_knee", "right_knee", "head"}
    with pytest.raises(ValueError, match="no known skeleton"):
        match_skeleton(["Hips", "LeftUpLeg", "RightUpLeg", "head"])


@pytest.mark.parametrize("count", [3, 4, 5])
def test_the_spine_is_the_joint_nearest_half_way(tmp_path, count):
    rows, names = tree("Xsens, 100STYLE")
    above = dict.fromkeys(("Chest", "Chest2", "Chest3"))
    rows = [row for row in rows if row[0] not in above]
    chain = [f"Back{k}" for k in range(count)]
    chained = [(name, ["Hips", *chain][k], (0, 400 / count, 0)) for k, name in enumerate(chain)]
    rows = [(n, chain[-1] if p == "Chest3" else p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=[rows[0], *chained, *rows[1:]], time="0.0333333"))
    share = joint_at(clip, "spine", 0)[1] / joint_at(clip, "thorax", 0)[1]
    assert 0.35 < share < 0.65
    assert clip.notes == ()


def test_a_spine_that_is_not_half_way_is_said(tmp_path):
    rows, names = tree("Xsens, 100STYLE")
    rows = [(n, p, {"Chest": (0, 60, 0), "Chest2": (0, 1, 0), "Chest3": (0, 1, 0)}.get(n, o)) for n, p, o in rows]
    rows = [(n, p, (0, 450, 0)) if n == "Neck" else (n, p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=rows, time="0.0333333"))
    assert "the spine is taken from Chest3, 0.18 of the way" in clip.notes[0]
