"""What a study refuses before anything is trained, and that it leaves no trace."""

from dataclasses import replace

import pytest
from small_studies import CONFIG, quick

from liftkit import Study, TrainConfig


def refuses(match, poses, out, **changed):
    before = sorted(out.rglob("*")) if out.is_dir() else None
    with pytest.raises(ValueError, match=match):
        quick(poses, out, **changed)
    assert (sorted(out.rglob("*")) if out.is_dir() else None) == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"representations": ()}, "needs at least one representation, found none"),
        ({"representations": ("full", "full")}, "representations given twice: full"),
        ({"representations": ("fool",)}, "unknown representation 'fool'; there are full"),
        ({"seeds": (1, 1)}, r"seeds must be one or more different integers, found \(1, 1\)"),
        ({"seeds": ()}, "seeds must be one or more different integers"),
        ({"config": {"width": 16}}, "config must be a TrainConfig, found {'width': 16}"),
        ({"policies": ("best",)}, "unknown checkpoint policy 'best'; there are last, unsupervised, oracle"),
        ({"policies": ()}, "unknown checkpoint policy"),
        ({"policies": "last"}, "unknown checkpoint policy 'last'"),
        ({"evaluations": 0}, "evaluations must be an integer of at least 1, found 0"),
        ({"members": 2.0}, "members must be an integer of at least 1, found 2.0"),
        ({"max_test_poses": True}, "max_test_poses must be an integer of at least 1, found True"),
        ({"client": "tcp://10.0.0.1:8786"}, r"client must be a running dask\.distributed\.Client, found 'tcp"),
        ({"config": TrainConfig(width=50), "representations": ("legs_torso_shared",)}, "expected a multiple of 16"),
    ],
)
def test_bad_arguments_are_refused_and_leave_no_trace(poses, tmp_path, changed, message):
    refuses(message, poses, tmp_path / "out", **changed)


@pytest.mark.slow
def test_poses_without_truth_need_test_sets_and_have_no_oracle(poses, tmp_path):
    flat = replace(poses, x3d=None)
    refuses("the policy 'oracle' needs 3D truth", flat, tmp_path / "out")
    refuses("no 3D truth to evaluate with", flat, tmp_path / "out", policies=("last",))
    refuses("tests: 'flat' has no 3D truth", poses, tmp_path / "out", tests={"flat": flat})
    refuses("needs at least one set of poses", {}, tmp_path / "out")
    done = quick(flat, tmp_path / "out", ("full",), (0,), policies=("last", "unsupervised"), tests={"true": poses})
    assert set(done.results.test) == {"true"} and done.history.bones.notna().any()


def test_a_folder_that_is_none_of_ours_is_left_alone(poses, tmp_path):
    (tmp_path / "file").write_text("mine")
    refuses("is a file; expected a folder", poses, tmp_path / "file")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refuses("holds no study .* but other files", poses, tmp_path / "mine")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "study.json").write_text("{")
    with pytest.raises(ValueError, match=r"study\.json is missing or damaged"):
        quick(poses, tmp_path / "damaged")


def test_a_folder_in_which_one_cannot_write_is_refused(poses, tmp_path, monkeypatch):
    def read_only(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.mkdir", read_only)
    with pytest.raises(ValueError, match="cannot write into the study's folder .*Permission denied"):
        quick(poses, tmp_path / "out")


@pytest.mark.slow
def test_other_settings_are_refused_unless_asked_for(poses, tmp_path):
    quick(poses, tmp_path, ("full",), (0,))
    with pytest.raises(ValueError, match=r"config\.width was 16, is now 32; evaluations was 3, is now 2") as refused:
        quick(poses, tmp_path, ("full",), (0,), TrainConfig(**{**CONFIG.to_dict(), "width": 32}), evaluations=2)
    assert "members" not in str(refused.value)
    with pytest.raises(ValueError, match=r"representations was \['full'\], is now \['full', 'legs_torso'\]"):
        quick(poses, tmp_path, seeds=(0,))
    with pytest.raises(ValueError, match=r"fingerprints\.synthetic was \w+, is now"):
        quick(replace(poses, x2d=poses.x2d + 1), tmp_path, ("full",), (0,))
    quick(poses, tmp_path, ("full",), (1,), restart=True)
    assert set(Study.load(tmp_path).results.seed) == {1}
