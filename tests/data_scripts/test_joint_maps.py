"""Joint maps: known skeletons are found by their names, others come from a file; a wrong map says what is wrong."""

import json
import re
import runpy
import sys

import numpy as np
import pytest
from formats import joint_maps
from formats.bvh import read_bvh
from formats.joint_maps import BVH_MAPS, CMU_BONES, load_joint_map, match_skeleton
from motion_files import RIGHT_HAND_UP, bvh, joint_at

from liftkit.data.people import pick_joints
from liftkit.skeleton import H36M_17

OWN = {joint: sources if isinstance(sources, str) else list(sources) for joint, sources in BVH_MAPS["CMU"].items()}


def test_a_joint_map_from_a_file(tmp_path):
    rename = lambda name: f"bone {name[::-1]}"  # noqa: E731
    path = tmp_path / "walk.bvh"
    path.write_bytes(bvh([RIGHT_HAND_UP], rename=rename))
    with pytest.raises(ValueError, match=r"walk\.bvh: no known skeleton has these joints: bone spiH, .*--map"):
        read_bvh(path)
    names = {joint: ":".join([rename(n.split(":")[0]), *n.split(":")[1:]]) for joint, n in OWN.items()}
    names["spine"] = [rename("Spine"), rename("Spine1")]
    (tmp_path / "map.json").write_text(json.dumps(names))
    clip = read_bvh(path, load_joint_map(tmp_path / "map.json"))
    assert (joint_at(clip, "right_wrist"), joint_at(clip, "spine")) == ([-180, 1030, 0], [0, 365, 0])
    (tmp_path / "map.toml").write_text("\n".join(f"{joint} = {json.dumps(n)}" for joint, n in names.items()))
    np.testing.assert_array_equal(read_bvh(path, load_joint_map(tmp_path / "map.toml")).joints, clip.joints)
    with pytest.raises(ValueError, match=r"walk\.bvh: it has no joint bone dnE; it has bone spiH"):
        read_bvh(path, names | {"head": "bone dnE"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected 1 to"),
        ("[]", "expected a joint map, found a list"),
        ("{", "Expecting"),
        (json.dumps({"pelvis": "Hips"}), "missing or unknown: head, "),
        (json.dumps(OWN | {"tail": "Hips"}), "missing or unknown: tail"),
        (json.dumps(OWN | {"head": []}), r"head: expected a name or a list of names, found \[\]"),
        (json.dumps(OWN | {"head": 3}), "head: expected a name"),
    ],
)
def test_a_wrong_joint_map_says_what_is_wrong(tmp_path, content, message):
    (tmp_path / "map.json").write_text(content)
    with pytest.raises(ValueError, match=rf"map\.json: .*{message}"):
        load_joint_map(tmp_path / "map.json")


def test_every_known_skeleton_has_our_joints_and_is_recognised_by_them():
    for name, joints in BVH_MAPS.items():
        assert tuple(joints) == H36M_17.names[1:]
        for side, other in (("left", "Right|_R"), ("right", "Left|_L")):
            assert not [j for j, source in joints.items() if side in j and re.search(other, str(source))]
        sources = {s for source in joints.values() for s in ([source] if isinstance(source, str) else source)}
        assert match_skeleton(sorted(sources))[0] == name


@pytest.mark.parametrize("joints", [*BVH_MAPS.values(), CMU_BONES], ids=[*BVH_MAPS, "CMU's bones"])
@pytest.mark.parametrize("root", [{}, {"pelvis": "the root"}], ids=["", "root named"])
def test_the_pelvis_is_the_midpoint_of_the_hips_in_every_skeleton(joints, root):
    names = sorted({s for source in joints.values() for s in ([source] if isinstance(source, str) else source)})
    points = np.random.default_rng(0).normal(scale=300, size=(3, len(names) + 1, 3))
    found = pick_joints(points, [*names, "the root"], joints | root)
    hips = points[:, [names.index(joints[f"{side}_hip"]) for side in ("left", "right")]]
    np.testing.assert_allclose(found[:, 0], hips.mean(1))


def test_toml_is_read_on_python_3_10_too(tmp_path, monkeypatch):
    """Python 3.10 has no tomllib; liftkit depends on tomli there, which is the same code."""
    monkeypatch.setitem(sys.modules, "tomli", joint_maps.tomllib)
    monkeypatch.setitem(sys.modules, "tomllib", None)
    older = runpy.run_path(joint_maps.__file__)
    (tmp_path / "map.toml").write_text("\n".join(f"{joint} = {json.dumps(source)}" for joint, source in OWN.items()))
    assert older["load_joint_map"](tmp_path / "map.toml") == OWN
