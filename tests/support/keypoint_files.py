"""Keypoints in each format that a detector writes: a person who faces the camera and raises the right hand."""

import csv
import json

import numpy as np

from liftkit.keypoints.names import BODY_25, COCO, HALPE_26, MEDIAPIPE, OPENPOSE_18, WHOLE_BODY, to_h36m
from liftkit.skeleton import H36M_17

WIDTH, HEIGHT = 1000, 800

# A person who faces the camera, so that the right side is on the left of the image, and raises the right hand; pixels.
FACING = {
    "nose": (500, 200), "left_eye": (510, 190), "right_eye": (490, 190), "left_ear": (520, 195),
    "right_ear": (480, 195), "left_shoulder": (550, 280), "right_shoulder": (450, 280), "left_elbow": (560, 360),
    "right_elbow": (430, 220), "left_wrist": (565, 440), "right_wrist": (425, 130), "left_hip": (530, 450),
    "right_hip": (470, 450), "left_knee": (532, 560), "right_knee": (468, 562), "left_ankle": (534, 670),
    "right_ankle": (466, 672),
}  # fmt: skip
HEAD_TOP, FACE = (500, 150), (500, 194)  # FACE: the mean of nose, eyes and ears


def points(names, frame=0, score=0.9, **changes):
    """(K, 3) in the order of ``names``, 2 px further right in each frame; points that the table lacks are far away."""
    table = FACING | {"neck_base": (500, 280), "mid_hip": (500, 450), "head_top": HEAD_TOP} | changes
    return np.array([(*np.add(table.get(name, (900, 700)), (2 * frame, 0)), score) for name in names], float)


def normalised(values):
    return values / [WIDTH, HEIGHT, 1]


def write(path, data):
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def coco(path, frames=3, people=1):
    images = [{"id": 10 + f, "file_name": f"{10 + f}.jpg"} for f in range(frames)]
    annotations = []
    for f in range(frames):
        flat = points(COCO, f, score=2)
        flat[3, 2] = 1  # a hidden ear, labelled all the same
        annotations.append({"id": f, "image_id": 10 + f, "category_id": 1, "keypoints": flat.ravel().tolist()})
    return write(path / "coco.json", {"images": images, "annotations": annotations, "categories": [{"id": 1}]})


def coco_results(path):
    rows = [
        {"image_id": f"{10 + f}.jpg", "keypoints": points(COCO, f).ravel().tolist(), "score": 2.1} for f in range(3)
    ]
    return write(path / "results.json", rows)


def openpose(path, names=BODY_25):
    folder = path / "openpose"
    folder.mkdir()
    for f in range(3):
        person = {"person_id": [-1], "pose_keypoints_2d": points(names, f).ravel().tolist(), "face_keypoints_2d": []}
        write(folder / f"walk_{10 + f:012d}_keypoints.json", {"version": 1.3, "people": [person]})
    return folder


def openpose_18(path):
    return openpose(path, OPENPOSE_18)


def mmpose_video(path):
    frames = []
    for f in range(3):
        p = points(COCO, f)
        instance = {"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist(), "bbox": [[0, 0, 9, 9]]}
        frames.append({"frame_id": 10 + f, "instances": [instance]})
    return write(path / "mmpose.json", frames)


def mmpose_demo(path):
    """Named points in an order of their own, which the demo's meta_info lists."""
    names = WHOLE_BODY[16::-1]
    frames = []
    for f in range(3):
        p = points(names, f)
        instances = [{"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist()}]
        frames.append({"frame_id": 10 + f, "instances": instances})
    meta = {"keypoint_id2name": {str(i): name for i, name in enumerate(names)}}
    return write(path / "demo.json", {"meta_info": meta, "instance_info": frames})


def mmpose_halpe(path):
    p = points(HALPE_26)
    return write(path / "one.json", [{"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist()}])


def mmpose_predictions(path):
    frames = []
    for f in range(3):
        p = points(WHOLE_BODY, f)
        frames.append({"predictions": [[{"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist()}]]})
    return write(path / "predictions.json", frames)


def ultralytics_json(path):
    frames = []
    for f in range(3):
        x, y, seen = points(COCO, f).T.tolist()
        frames.append(
            [{"name": "person", "class": 0, "box": {"x1": 0}, "keypoints": {"x": x, "y": y, "visible": seen}}]
        )
    return write(path / "yolo.json", frames)


def ultralytics_texts(path):
    """The texts of ``to_json``, collected in a list."""
    frames = json.loads(ultralytics_json(path).read_text())
    return write(path / "texts.json", [json.dumps(frame) for frame in frames])


def ultralytics_csv(path):
    with (path / "yolo.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["frame", "name", "class", "confidence", "box", "keypoints"])
        for f in range(3):
            x, y, seen = points(COCO, f).T.tolist()
            writer.writerow([10 + f, "person", 0, 0.9, "{'x1': 0.0}", str({"x": x, "y": y, "visible": seen})])
    return path / "yolo.csv"


def yolo_labels(path, tail=""):
    folder = path / "labels"
    folder.mkdir()
    for f in range(3):
        numbers = " ".join(f"{v:.9g}" for v in normalised(points(COCO, f)).ravel())
        write(folder / f"film_{10 + f}.txt", f"0 0.5 0.5 0.2 0.6 {numbers}{tail}\n")
    return folder


def mediapipe_frames(path):
    frames = []
    for f in range(3):
        landmarks = [{"x": x, "y": y, "visibility": v} for x, y, v in normalised(points(MEDIAPIPE, f)).tolist()]
        frames.append({"frame": 10 + f, "landmarks": landmarks})
    return write(path / "mediapipe.json", frames)


def mediapipe_result(path):
    """The landmarker's result for one image: a list of poses, and the same in world coordinates."""
    image = [{"x": x, "y": y, "z": 0.0, "visibility": v} for x, y, v in normalised(points(MEDIAPIPE)).tolist()]
    world = [{"x": 0.1 * i, "y": 0.0, "z": 0.0, "visibility": 1.0} for i in range(33)]
    return write(path / "result.json", {"poseLandmarks": [image], "poseWorldLandmarks": [world]})


def wide(path, names, file, suffix="score", scale=normalised):
    with (path / file).open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["frame", *(f"{name}_{axis}" for name in names for axis in ("x", "y", suffix))])
        for f in range(3):
            writer.writerow([10 + f, *scale(points(names, f)).ravel()])
    return path / file


def mediapipe_csv(path):
    return wide(path, MEDIAPIPE, "mediapipe.csv", "visibility")


def mediapipe_numbered(path):
    lines = ["frame," + ",".join(f"x{i},y{i},v{i}" for i in range(33))]
    for f in range(3):
        lines.append(f"{10 + f}," + ",".join(map(str, normalised(points(MEDIAPIPE, f)).ravel())))
    return write(path / "numbered.csv", "\n".join(lines))


def mediapipe_long(path):
    lines = ["frame;landmark;x;y;z;visibility"]
    for f in range(3):
        for name, (x, y, v) in zip(MEDIAPIPE, normalised(points(MEDIAPIPE, f)), strict=True):
            lines.append(f"{10 + f};{name.upper()};{x};{y};0;{v}")
    return write(path / "long.csv", "\n".join(lines))


def coco_csv(path):
    return wide(path, COCO, "coco.csv", scale=lambda p: p)


def our_csv(path):
    ours = to_h36m(points(COCO)[None, :, :2], COCO)[0]
    lines = ["frame," + ",".join(f"{name}_x,{name}_y" for name in H36M_17.names)]
    lines += [f"{10 + f}," + ",".join(f"{x + 2 * f},{y}" for x, y in ours) for f in range(3)]
    return write(path / "ours.csv", "\n".join(lines))


def film(path, frames, people=lambda f: [{}]):
    """An MMPose film: ``people(f)`` lists what is special about each person: track, shift, scale, lost points."""
    listed = []
    for f in range(frames):
        instances = []
        for person in people(f):
            p = points(COCO, 0) * [person.get("scale", 1), person.get("scale", 1), 1] + [person.get("shift", 0), 0, 0]
            for name in person.get("lost", ()):
                p[COCO.index(name), 2] = 0.1
            for name, where in person.get("at", {}).items():
                p[COCO.index(name), :2] = where
            track = {"track_id": person["track"]} if "track" in person else {}
            instances.append({"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist()} | track)
        listed.append({"frame_id": f, "instances": instances})
    return write(path / "film.json", listed)


# What follows is written as detectors and tutorials write it, by hand: no parser of ours had a part in it.
LETTERS = {"left": "L", "right": "R"}


def humps(name):
    """left_eye_inner -> leftEyeInner."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def frames(path, file, content, wrap=list):
    return write(path / file, wrap(content(f) for f in range(3)))


def objects(names, f, scale=lambda p: p, **keys):
    score, name = keys.get("score", "score"), keys.get("name")
    listed = zip(names, scale(points(names, f)).tolist(), strict=True)
    return [{"x": x, "y": y, "z": 0.0, score: s} | ({name: n} if name else {}) for n, (x, y, s) in listed]


def flat(names, f):
    return points(names, f).ravel().tolist()


def comfyui(path):
    def content(f):
        shares = normalised(points(OPENPOSE_18, f)).ravel().tolist()
        person = {"pose_keypoints_2d": shares, "face_keypoints_2d": None, "hand_left_keypoints_2d": None}
        return {"people": [person], "canvas_width": WIDTH, "canvas_height": HEIGHT}

    return frames(path, "comfyui.json", content)


def movenet(path):
    return frames(path, "movenet.json", lambda f: {"keypoints": objects(COCO, f, name="name"), "score": 0.8})


def posenet(path):
    def content(f):
        listed = [{"part": humps(n), "position": {"x": x, "y": y}, "score": s} for n, (x, y, s) in named(COCO, f)]
        return [{"score": 0.9, "keypoints": listed}]

    return frames(path, "posenet.json", content)


def named(names, f):
    return zip(names, points(names, f).tolist(), strict=True)


def alphapose_open(path):
    content = {
        f"{10 + f}.jpg": {"version": "v0.3", "people": [{"pose_keypoints_2d": flat(OPENPOSE_18, f)}]} for f in range(3)
    }
    return write(path / "open.json", content)


def alphapose_cmu(path):
    content = {f"{10 + f}.jpg": {"version": "v0.3", "bodies": [{"joints": flat(OPENPOSE_18, f)}]} for f in range(3)}
    return write(path / "cmu.json", content)


def alphapose_136(path):
    rest = [0.0, 0.0, 0.0] * 110
    content = lambda f: {"image_id": f"{10 + f}.jpg", "keypoints": flat(HALPE_26, f) + rest, "idx": 1.0}  # noqa: E731
    return frames(path, "halpe.json", content)


def openpifpaf(path):
    lines = [{"frame": 10 + f, "predictions": [{"keypoints": flat(COCO, f), "bbox": [0, 0, 9, 9]}]} for f in range(3)]
    return write(path / "pifpaf.json", "\n".join(map(json.dumps, lines)))


def easymocap(path):
    folder = path / "annots"
    folder.mkdir()
    for f in range(3):
        person = {"personID": 0, "bbox": [0, 0, 9, 9, 1], "keypoints": points(BODY_25, f).tolist(), "isKeyframe": False}
        write(folder / f"{10 + f:06d}.json", {"height": HEIGHT, "width": WIDTH, "annots": [person]})
    return folder


def kinetics(path):
    def content(f):
        p = normalised(points(OPENPOSE_18, f))
        skeleton = [{"pose": p[:, :2].ravel().tolist(), "score": p[:, 2].tolist()}]
        return {"frame_index": 10 + f, "skeleton": skeleton}

    return frames(
        path, "kinetics.json", content, lambda listed: {"data": list(listed), "label": "wave", "label_index": 3}
    )


def mediapipe_named(path):
    def content(f):
        by_name = {
            name.upper(): point for name, point in zip(MEDIAPIPE, objects(MEDIAPIPE, f, normalised), strict=True)
        }
        return {"frame": 10 + f, "landmarks": by_name}

    return frames(path, "named.json", content)


def mediapipe_both(path):
    """Landmarks in the picture beside those in metres, whose boxes are larger."""
    world = [{"x": 0.1 * (i % 7) - 0.3, "y": 0.2 * (i % 5) - 0.5, "z": 0.0, "visibility": 1.0} for i in range(33)]
    content = lambda f: {"frame": 10 + f, "landmarks_3d": world, "landmarks_2d": objects(MEDIAPIPE, f, normalised)}  # noqa: E731
    return frames(path, "both.json", content)


def mediapipe_counted(path):
    """The keys name the frames."""
    return write(path / "keys.json", {f"frame_{10 + f}": objects(MEDIAPIPE, f, normalised) for f in range(3)})


def mediapipe_film(path):
    frames = [objects(MEDIAPIPE, f, normalised) for f in range(3)]
    return write(
        path / "film.json", {"frameRate": 25.0, "width": WIDTH, "height": HEIGHT, "frameCount": 3, "poses": frames}
    )


def lm_list(path):
    content = lambda f: [[i, x, y] for i, (x, y, _) in enumerate(points(MEDIAPIPE, f).tolist())]  # noqa: E731
    return frames(path, "lmlist.json", content)


def mmpose_records(path):
    def content(f):
        p = points(COCO, f)
        scores = p[:, 2].tolist()
        return {"frame_id": 10 + f, "track_id": 17, "keypoints": p[:, :2].tolist(), "keypoint_scores": scores}

    return frames(path, "records.json", content)


def openpose_1(path):
    folder = path / "openpose1"
    folder.mkdir()
    for f in range(3):
        write(folder / f"walk_{10 + f:012d}_keypoints.json", {"people": [{"pose_keypoints": flat(OPENPOSE_18, f)}]})
    return folder


def openpose_people(path):
    """The last number in each name is the person's."""
    folder = path / "people"
    folder.mkdir()
    for f in range(3):
        write(folder / f"frame{10 + f}_person0.json", {"people": [{"pose_keypoints_2d": flat(BODY_25, f)}]})
    return folder


def crowdpose(path):
    names = [*COCO[5:], "top_head", "neck"]
    rows = [
        {"image_id": 10 + f, "keypoints": points([*COCO[5:], "head_top", "neck_base"], f, 2).ravel().tolist()}
        for f in range(3)
    ]
    images = [{"id": 10 + f, "file_name": f"{10 + f}.jpg"} for f in range(3)]
    return write(path / "crowd.json", {"images": images, "annotations": rows, "categories": [{"keypoints": names}]})


def table(path, file, header, row, first="frame", separator=","):
    lines = [separator.join([first, *header])]
    lines += [separator.join([str(10 + f), *(str(cell) for cell in row(f))]) for f in range(3)]
    return write(path / file, "\n".join(lines) + "\n")


def csv_dots(path):
    header = [f"{name}.{axis}" for name in COCO for axis in ("x", "y", "z", "visibility")]
    return table(path, "dots.csv", header, lambda f: [v for x, y, s in points(COCO, f) for v in (x, y, 0, s)])


def csv_short(path):
    header = [
        f"{LETTERS.get(n.split('_')[0], '')}{n.split('_')[-1].capitalize()}_{a}"
        for n in COCO
        for a in ("x", "y", "conf")
    ]
    return table(path, "short.csv", header, lambda f: points(COCO, f).ravel(), first="")


def csv_turned(path):
    """x_left_knee, y_left_knee, p_left_knee; the frame under another name."""
    header = [f"{axis}_{name}" for name in COCO for axis in ("x", "y", "p")]
    return table(path, "turned.csv", header, lambda f: points(COCO, f).ravel(), first="frameIndex")


def csv_likelihood(path):
    header = [f"{humps(name)}{axis}" for name in COCO for axis in ("X", "Y", "Likelihood")]
    return table(path, "likelihood.csv", header, lambda f: points(COCO, f).ravel(), first="frame_num")


def csv_comma(path):
    header = [f"{name}_{axis}" for name in COCO for axis in ("x", "y", "prob")]
    cells = lambda f: [f"{v:.2f}".replace(".", ",") for v in points(COCO, f).ravel()]  # noqa: E731
    return table(path, "comma.csv", header, cells, separator=";")


def csv_long_names(path):
    lines = ["frame,person_id,keypoint_name,x,y"]
    lines += [f"{10 + f},0,{name},{x},{y}" for f in range(3) for name, (x, y, _) in named(COCO, f)]
    return write(path / "longnames.csv", "\n".join(lines))


def deeplabcut(path):
    lines = [
        ["scorer", *["net"] * 51],
        ["bodyparts", *(n for n in COCO for _ in range(3))],
        ["coords", *["x", "y", "likelihood"] * 17],
    ]
    lines += [[str(10 + f), *map(str, points(COCO, f).ravel())] for f in range(3)]
    return write(path / "dlc.csv", "\n".join(map(",".join, lines)))


def videopose3d(path):
    clip = np.stack([points(COCO, f)[:, :2] for f in range(3)])
    about = {"layout_name": "coco", "num_joints": 17, "video_metadata": {"clip": {"w": WIDTH, "h": HEIGHT}}}
    np.savez(path / "custom.npz", positions_2d={"clip": {"custom": [clip]}}, metadata=about)
    return path / "custom.npz"


def array(path):
    np.save(path / "array.npy", np.stack([points(COCO, f) for f in range(3)]))
    return path / "array.npy"


def array_and_scores(path):
    """As RTMPose's users save their results: people of each frame, and scores beside them."""
    film = np.stack([points(COCO, f) for f in range(3)])[:, None]
    np.savez(path / "scored.npz", keypoints=film[..., :2], scores=film[..., 2])
    return path / "scored.npz"


def array_folder(path):
    (path / "arrays").mkdir()
    for f in range(3):
        np.save(path / "arrays" / f"frame{10 + f}.npy", points(COCO, f))
    return path / "arrays"


def named_records(path):
    """Points by name beside the frame's number, in one object."""
    return frames(path, "byname.json", lambda f: {"frame": 10 + f} | dict(named(COCO, f)))


def xy_lists(path):
    def content(f):
        x, y, score = points(COCO, f).T.tolist()
        return {"frame": 10 + f, "x": x, "y": y, "score": score}

    return frames(path, "lists.json", content)


def records(path):
    """Lines of a table as objects, as data frames are written in JSON."""

    def content(f):
        found = {f"{n}_{a}": v for n, p in named(COCO, f) for a, v in zip("xyc", p, strict=True)}
        return {"frame": 10 + f} | found

    return frames(path, "table.json", content)


PIXELS = [coco, coco_results, openpose, openpose_18, mmpose_video, mmpose_demo, mmpose_halpe, mmpose_predictions]
PIXELS += [ultralytics_json, ultralytics_texts, ultralytics_csv, coco_csv, our_csv]
SHARES = [yolo_labels, mediapipe_frames, mediapipe_result, mediapipe_csv, mediapipe_numbered, mediapipe_long]
PIXELS += [
    comfyui,
    movenet,
    posenet,
    alphapose_open,
    alphapose_cmu,
    alphapose_136,
    openpifpaf,
    easymocap,
    mediapipe_film,
]
PIXELS += [
    lm_list,
    mmpose_records,
    openpose_1,
    openpose_people,
    crowdpose,
    csv_dots,
    csv_short,
    csv_turned,
    csv_likelihood,
]
PIXELS += [csv_comma, csv_long_names, deeplabcut, videopose3d, array, records]
PIXELS += [array_and_scores, array_folder, named_records, xy_lists]
SHARES += [kinetics, mediapipe_named, mediapipe_both, mediapipe_counted]
HEAD_TOPS = [alphapose_136, crowdpose]  # forms that have the top of the head
UNNUMBERED = [
    comfyui,
    movenet,
    posenet,
    mediapipe_film,
    lm_list,
    videopose3d,
    array,
    array_and_scores,
    mmpose_predictions,
    ultralytics_json,
    ultralytics_texts,
]
SINGLE = [mmpose_halpe, mediapipe_result]
