"""Motion as glTF 2.0 (Khronos' specification): a node a joint, animated, with lines for bones that follow them."""

from __future__ import annotations

import base64
import json
import struct

import numpy as np

from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.palette import COLOURS, side_of

FLOAT, USHORT, UBYTE = 5126, 5123, 5121  # component types, by glTF's numbers
KINDS = {FLOAT: "<f4", USHORT: "<u2", UBYTE: "u1"}
VERTICES, INDICES = 34962, 34963  # targets of buffer views
LINES = 1


class _Buffer:
    """The one binary buffer, with its views and accessors."""

    def __init__(self):
        self.data, self.views, self.accessors = b"", [], []

    def add(self, values: np.ndarray, component: int, kind: str, target: int | None = None) -> int:
        """Append an array; the number of its accessor."""
        content = np.ascontiguousarray(values, KINDS[component]).tobytes()
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content)}
        self.views.append(view | ({"target": target} if target else {}))
        self.data += content + bytes(-len(content) % 4)
        rows = np.asarray(values, KINDS[component]).reshape(len(values), -1).astype(float)
        bounds = {"min": rows.min(0).tolist(), "max": rows.max(0).tolist()}
        accessor = {"bufferView": len(self.views) - 1, "componentType": component, "count": len(values), "type": kind}
        self.accessors.append(accessor | bounds)
        return len(self.accessors) - 1


def _document(joints: np.ndarray, seconds: np.ndarray, name: str, skeleton: Skeleton) -> tuple[dict, bytes]:
    """glTF's JSON and its buffer for joints (F, J, 3) in metres, y up, at rising times (F,)."""
    buffer, count = _Buffer(), len(skeleton)
    local = joints - np.stack([joints[:, p] if p >= 0 else 0 * joints[:, 0] for p in skeleton.parents], axis=1)
    nodes: list[dict] = []
    for joint, label in enumerate(skeleton.names):
        children = [j for j, parent in enumerate(skeleton.parents) if parent == joint]
        node = {"name": label, "translation": local[0, joint].tolist()}
        nodes.append(node | ({"children": children} if children else {}))
    times = buffer.add(np.asarray(seconds)[:, None], FLOAT, "SCALAR")
    samplers = [{"input": times, "output": buffer.add(local[:, j], FLOAT, "VEC3")} for j in range(count)]
    channels = [{"sampler": j, "target": {"node": j, "path": "translation"}} for j in range(count)]
    mesh, materials, inverse = _bones(joints[0], buffer, skeleton)
    nodes.append({"name": "bones", "mesh": 0, "skin": 0})
    document = {
        "asset": {"version": "2.0", "generator": "liftkit"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0, count]}],
        "nodes": nodes,
        "meshes": [mesh],
        "materials": materials,
        "skins": [{"joints": list(range(count)), "skeleton": 0, "inverseBindMatrices": inverse}],
        "animations": [{"name": name, "channels": channels, "samplers": samplers}],
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    return document, buffer.data


def _bones(rest: np.ndarray, buffer: _Buffer, skeleton: Skeleton) -> tuple[dict, list[dict], int]:
    """A mesh of lines whose vertices are the joints (J, 3) of the first frame, each bound to its node by a skin."""
    count = len(skeleton)
    inverse = np.tile(np.eye(4), (count, 1, 1))
    inverse[:, :3, 3] = -rest
    bound, weights = np.zeros((count, 4)), np.zeros((count, 4))
    bound[:, 0], weights[:, 0] = np.arange(count), 1
    attributes = {
        "POSITION": buffer.add(rest, FLOAT, "VEC3", VERTICES),
        "JOINTS_0": buffer.add(bound, UBYTE, "VEC4", VERTICES),
        "WEIGHTS_0": buffer.add(weights, FLOAT, "VEC4", VERTICES),
    }
    primitives, materials = [], []
    for side, colour in COLOURS.items():
        ends = [end for bone in skeleton.bones if side_of(skeleton.names[bone[1]]) == side for end in bone]
        indices = buffer.add(np.array(ends)[:, None], USHORT, "SCALAR", INDICES)
        primitives.append({"attributes": attributes, "indices": indices, "mode": LINES, "material": len(materials)})
        colour = [round((int(colour[i : i + 2], 16) / 255) ** 2.2, 4) for i in (1, 3, 5)]  # to linear light
        materials.append(
            {
                "name": side,
                "emissiveFactor": colour,
                "pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0], "metallicFactor": 0.0},
            }
        )
    matrices = buffer.add(inverse.swapaxes(1, 2).reshape(count, 16), FLOAT, "MAT4")  # glTF stores columns
    return {"name": "bones", "primitives": primitives}, materials, matrices


def gltf_bytes(joints: np.ndarray, seconds: np.ndarray, name: str, skeleton: Skeleton = H36M_17) -> bytes:
    """A .gltf file: JSON with its buffer embedded. ``joints`` (F, J, 3) in metres, y up; ``seconds`` (F,) rising."""
    document, data = _document(joints, seconds, name, skeleton)
    document["buffers"][0]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return json.dumps(document).encode()


def glb_bytes(joints: np.ndarray, seconds: np.ndarray, name: str, skeleton: Skeleton = H36M_17) -> bytes:
    """The same as a binary .glb file: a header, a chunk of JSON and a chunk of numbers, each padded to 4 bytes."""
    document, data = _document(joints, seconds, name, skeleton)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
