"""Every option of every command arrives in the library: none is read from the command line and then forgotten.

Each function below calls one command with a value for every option, other than its default, and returns the values
given and those that the library received. A new option fails here until it is given and followed too.
"""

from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from command import commands, options_of, words
from command import run as call

import liftkit
from liftkit import Run, export, load_poses, save_poses, train
from liftkit.keypoints import reading
from liftkit.recorded import sample_keypoints

SAMPLE = sample_keypoints()
TRAINING = {"steps": 2, "width": 8, "batch": 4, "learning_rate": 0.5}
TRAINING |= {"prior": "gravity", "tilt": 7.0, "tilt_spread": 3.0}
READING = {"format": "coco", "size": "640x480", "aspect": 1.5, "threshold": 0.7, "max_gap": 3, "person": "7"}
READING |= {"follow": False, "order": "h36m", "all_people": True, "frames": "5:9:2", "drop_wild": True}


class Stop(Exception):
    """Raised when all that the test needs has arrived."""


@pytest.fixture
def spy(monkeypatch):
    """``spy(owner, name, instead)``: the calls of a function, as (arguments, options, what it returned)."""

    def watch(owner, name, instead=None):
        calls, original = [], instead or getattr(owner, name)

        def watched(*args, **kwargs):
            calls.append([args, kwargs, None])
            calls[-1][2] = original(*args, **kwargs)
            return calls[-1][2]

        monkeypatch.setattr(owner, name, watched)
        return calls

    return watch


def stop(*_, **__):
    raise Stop


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    poses = load_poses("synthetic").select(camera=0).select(slice(None, None, 40))
    return save_poses(poses, tmp_path_factory.mktemp("data") / "small.npz")


@pytest.fixture(scope="module")
def trained(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    train("full", load_poses(small), seeds=(4, 5), steps=1, width=8, batch=4).save(folder)
    return folder


def of_config(config):
    return {name: getattr(config, name) for name in TRAINING}


def train_(invoke, spy, small, tmp_path, trained):
    given = {"data": small, "representation": "full", "seeds": 3, "preset": "paper", "out": tmp_path / "run"} | TRAINING
    read, trainer, preset = spy(liftkit, "load_poses"), spy(liftkit, "Trainer"), spy(liftkit, "preset_config")
    invoke(given)
    (representation, poses, seeds, config), _, _ = trainer[0]
    assert poses is read[0][2] and Run.load(tmp_path / "run").config == config
    arrived = {"data": small.parent / read[0][0][0], "representation": representation, "seeds": len(seeds)}
    arrived |= {"preset": preset[0][0][0], "out": next(tmp_path.glob("*/results.csv")).parent}
    return given, arrived | of_config(config)


def study(invoke, spy, small, tmp_path, trained):
    given = {"out": tmp_path / "study", "data": ["a.npz", "b.npz"], "test": ["c.npz"], "seeds": 3, "preset": "paper"}
    given |= {
        "representations": "full,legs_torso",
        "policies": "last,oracle",
        "judged": 50,
        "members": 2,
        "processes": 2,
    }
    given |= {"scheduler": "tcp://here:1", "restart": True, "supervised": True} | TRAINING
    import distributed

    client = spy(distributed, "Client", lambda address, **_: SimpleNamespace(address=address))
    preset = spy(liftkit, "preset_config")
    done = SimpleNamespace(results=pd.DataFrame({"policy": []}))
    calls = spy(liftkit, "run_study", lambda *_, **__: done)
    invoke(given)
    (names, sets, seeds, config, out, workers), options, _ = calls[0]
    arrived = {"out": out, "data": list(sets.values()), "test": list(options["tests"].values())}
    arrived |= {"representations": ",".join(names), "seeds": len(seeds), "preset": preset[0][0][0]}
    arrived |= {"policies": ",".join(options["policies"]), "judged": options["max_test_poses"]}
    arrived |= {name: options[name] for name in ("members", "processes", "restart", "supervised")}
    assert client[0][0] == (workers.address,)
    return given, arrived | {"scheduler": workers.address} | of_config(config)


def evaluate(invoke, spy, small, tmp_path, trained):
    given = {"run": trained, "data": small, "split": "train", "by": "action", "joints": 14}
    read, load, calls = spy(liftkit, "load_poses"), spy(liftkit.Run, "load"), spy(liftkit, "evaluate")
    invoke(given)
    (_, poses), options, _ = calls[0]
    (split,) = np.unique(poses.split)
    return given, {"run": load[0][0][0], "data": small.parent / read[0][0][0], "split": split, **options}


def draw(invoke, spy, small, tmp_path, trained):
    from liftkit.view import still

    given = {"run": trained, "out": tmp_path / "x.svg", "data": small, "count": 2, "member": 1}
    load, calls, read = spy(liftkit.Run, "load"), spy(still, "lifting_svg"), spy(liftkit, "load_poses")
    invoke(given)
    lifted, truth = calls[0][0][:2]
    test = load_poses(small).part("test")
    rows = [int(np.flatnonzero((test.x3d == pose).all((1, 2)))[0]) for pose in truth]
    members = Run.load(trained).lift(test.x2d[rows])
    (member,) = [m for m, one in enumerate(members) if np.allclose(one, lifted)]
    arrived = {"run": load[0][0][0], "data": small.parent / read[0][0][0], "count": len(rows), "member": member}
    return given, arrived | {"out": given["out"] if given["out"].is_file() else None}


def read_with(calls):
    """The options of ``read_keypoints`` that arrived, as they are written on the command line."""
    (file, format), options, _ = calls[0]
    size, frames = options.pop("size"), options.pop("frames")
    as_text = {"size": size and "{}x{}".format(*size), "frames": f"{frames.start}:{frames.stop}:{frames.step}"}
    return {"file": file, "format": format, **options, **as_text}


def lift(invoke, spy, small, tmp_path, trained):
    given = {"file": SAMPLE, "out": tmp_path / "x.npz", "record": "full", "run": trained, "seed": 5}
    given |= READING | {"fps": 12.5, "stature": 1500.0, "tilt": -7.0, "smooth": True, "check": True}
    given |= {"steady_bones": True, "path": True, "ground": True}
    poses, usage = reading.read_keypoints(SAMPLE)
    read = spy(reading, "read_keypoints", lambda *_, **__: (poses, usage))
    record, load = spy(liftkit, "load_record"), spy(liftkit.Run, "load")
    write = spy(export, "write_motion")
    made = spy(export, "lift_motion")
    invoke({name: value for name, value in given.items() if name not in ("run", "seed", "check")})
    invoke({name: value for name, value in given.items() if name not in ("out", "record", "check")})
    arrived = read_with(read) | {"out": write[0][0][1], "record": record[0][0][0], "run": load[0][0][0]}
    (lifter, _, about, fps, stature, tilt, smooth, steady, marks, path, ground), _, motion = made[1]
    np.testing.assert_array_equal(lifter.lift(poses.x2d)[0], Run.load(trained).lift(poses.x2d)[(4, 5).index(5)])
    assert "seed 5" in about["lifter"] and motion.tilt == tilt and arrived.pop("incomplete") is True
    arrived |= {"seed": lifter.seeds[0], "tilt": tilt, "smooth": smooth, "steady_bones": steady}
    arrived |= {"path": path, "ground": ground}
    assert marks is usage.marks
    write[0][0][1].unlink()
    invoke({"file": SAMPLE, "out": given["out"], "check": True})
    return given, arrived | {"fps": fps, "stature": stature, "check": len(write) == 1 and not given["out"].exists()}


def data_keypoints(invoke, spy, small, tmp_path, trained):
    given = {"file": SAMPLE, "out": tmp_path / "x.npz", **READING, "check": True}
    result = reading.read_keypoints(SAMPLE)
    read = spy(reading, "read_keypoints", lambda *_, **__: result)
    invoke(given)
    checked = not list(tmp_path.iterdir())
    invoke({name: value for name, value in given.items() if name != "check"})
    return given, read_with(read) | {"out": next(tmp_path.glob("*.npz")), "check": checked}


def data_make(invoke, spy, small, tmp_path, trained):
    given = {"file": tmp_path / "x.npz", "seed": 3, "coupling": 0.25, "rig": "perspective", "movements": "broad"}
    poses = load_poses(small)
    calls = spy(liftkit, "load_poses", lambda *_, **__: poses)
    invoke(given)
    return given, {"file": next(tmp_path.iterdir())} | calls[0][1]


def data_show(invoke, spy, small, tmp_path, trained):
    calls = spy(liftkit, "load_poses")
    invoke({"name": str(small)})
    return {"name": str(small)}, {"name": calls[0][0][0]}


def data_report(invoke, spy, small, tmp_path, trained):
    calls = spy(liftkit, "load_poses")
    given = {"name": str(small), "out": tmp_path / "x.html"}
    invoke(given)
    return given, {"name": calls[0][0][0], "out": next(tmp_path.iterdir())}


def of_course(name):
    """A command of the course that does something with a folder, which it takes first."""

    def command(invoke, spy, small, tmp_path, trained):
        from liftkit.course.authoring import manifest

        calls = spy(manifest, "read_course", stop)
        with suppress(Stop):
            invoke({"folder": tmp_path})
        return {"folder": tmp_path}, {"folder": calls[0][0][0]}

    command.__name__ = name
    return command


def course_run(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import manifest, run_lesson

    lessons = tuple(manifest.Lesson(f"0{i}_x.ipynb", "", 9, [], [], f"0{i}") for i in range(4))
    read = spy(manifest, "read_course", lambda _: manifest.Course("", "", "main", "notebooks", lessons))
    calls = spy(run_lesson, "run_lesson", lambda _: None)
    given = {"lessons": ["01", "03"], "folder": tmp_path}
    invoke(given)
    files = [args[0] for args, _, _ in calls]
    assert {file.parent for file in files} == {tmp_path}
    return given, {"lessons": [file.name[:2] for file in files], "folder": read[0][0][0]}


def course_set_repository(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import publish

    calls = spy(publish, "set_repository", lambda *_: [])
    given = {"repository": "me/mine", "branch": "other", "hub": "https://h", "folder": tmp_path}
    invoke(given)
    folder, repository, branch, hub = calls[0][0]
    return given, {"repository": repository, "branch": branch, "hub": hub, "folder": folder}


def course_tidy(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import tidy

    calls = spy(tidy, "tidy_notebook", lambda _: [])
    given = {"notebooks": [tmp_path / "a.ipynb", tmp_path / "b.ipynb"]}
    invoke(given)
    return given, {"notebooks": [args[0] for args, _, _ in calls]}


def course_update(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import publish

    calls = spy(publish, "update", lambda _: [])
    invoke({"folder": tmp_path})
    return {"folder": tmp_path}, {"folder": calls[0][0][0]}


def course_copy(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import hand_out

    calls = spy(hand_out, "copy_lessons", lambda *_: ["00_x.ipynb"])
    given = {"to": tmp_path / "new", "lessons": "00,03", "folder": tmp_path}
    invoke(given)
    folder, to, lessons = calls[0][0]
    return given, {"to": to, "lessons": ",".join(lessons), "folder": folder}


def course_hand_out(invoke, spy, small, tmp_path, trained):
    from liftkit.course.authoring import hand_out

    calls = spy(hand_out, "hand_out", lambda *_: ["00_x.ipynb"])
    given = {"to": tmp_path / "new", "lessons": "00,03", "exam": True, "folder": tmp_path}
    invoke(given)
    folder, to, lessons, exam = calls[0][0]
    return given, {"to": to, "lessons": ",".join(lessons), "exam": exam, "folder": folder}


def course_grade(invoke, spy, small, tmp_path, trained):
    from liftkit.course.grading import grade

    calls = spy(grade, "grade_folder", stop)
    given = {"submissions": tmp_path, "out": tmp_path / "g.csv", "seconds": 7.0, "folder": tmp_path / "mine"}
    with suppress(Stop):
        invoke(given)
    submissions, out, seconds, _, folder = calls[0][0]
    return given, {"submissions": submissions, "out": out, "seconds": seconds, "folder": folder}


def course_site(invoke, spy, small, tmp_path, trained):
    from liftkit.course.site import build

    page = tmp_path / "index.html"
    page.touch()
    calls = spy(build, "build_site", lambda *_: [page])
    given = {"out": tmp_path / "pages", "folder": tmp_path}
    invoke(given)
    folder, out = calls[0][0]
    return given, {"out": out, "folder": folder}


CALLS = {
    "train": train_,
    "study": study,
    "evaluate": evaluate,
    "draw": draw,
    "lift": lift,
    "data keypoints": data_keypoints,
    "data make": data_make,
    "data show": data_show,
    "data report": data_report,
    "course list": of_course("list"),
    "course check": of_course("check"),
    "course copy": course_copy,
    "course hand-out": course_hand_out,
    "course grade": course_grade,
    "course run": course_run,
    "course site": course_site,
    "course set-repository": course_set_repository,
    "course tidy": course_tidy,
    "course update": course_update,
}


def test_every_command_with_options_is_followed():
    assert set(CALLS) == set(commands())


@pytest.mark.slow
@pytest.mark.parametrize("path", CALLS)
def test_every_option_arrives(path, spy, small, tmp_path, trained):
    command = commands()[path]

    def invoke(given):
        done = call(*path.split(), *words(command, given))
        if isinstance(done.exception, Stop):
            raise done.exception
        assert done.exit_code == 0, done.output

    given, arrived = CALLS[path](invoke, spy, small, tmp_path, trained)
    assert set(given) == set(options_of(command)), "an option that no test gives"
    same = [name for name, value in given.items() if value == options_of(command)[name].default]
    assert not same, "given as it is by default: it could be forgotten unseen"
    assert arrived == given
