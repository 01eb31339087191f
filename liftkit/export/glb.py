"""Motion as binary glTF 2.0 (Khronos' specification): one animated node per joint, and lines that follow as bones."""

from __future__ import annotations

import json
import struct

import numpy as np

from liftkit.export.bvh import CHILDREN
from liftkit.skeleton import H36M_17
from liftkit.view.palette import COLOURS, side_of

FLOAT, USHORT, UBYTE = 5126, 5123, 5121  # component types, by glTF's numbers
KINDS = {FLOAT: "<f4", USHORT: "<u2", UBYTE: "u1"}
VERTICES, INDICES = 34962, 34963  # targets of buffer views
LINES = 1
COUNT = len(H36M_17)


class _Buffer:
    """The binary buffer, with its views and accessors."""

    def __init__(self):
        self.data, self.views, self.accessors = b"", [], []

    def add(self, values: np.ndarray, component: int, kind: str, target: int | None = None) -> int:
        """Append an array (N, width) and return the number of its accessor."""
        values = np.ascontiguousarray(values, KINDS[component])
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": values.nbytes}
        self.views.append(view | ({"target": target} if target else {}))
        self.data += values.tobytes() + bytes(-values.nbytes % 4)
        bounds = {"min": values.min(0).astype(float).tolist(), "max": values.max(0).astype(float).tolist()}
        accessor = {"bufferView": len(self.views) - 1, "componentType": component, "count": len(values), "type": kind}
        self.accessors.append(accessor | bounds)
        return len(self.accessors) - 1


def glb_bytes(joints: np.ndarray, seconds: np.ndarray, name: str) -> bytes:
    """The content of a .glb file: a header, a chunk of JSON and a chunk of numbers, each padded to 4 bytes.

    Args:
        joints: (F, 17, 3) in metres, y up.
        seconds: (F,) rising times of the frames.
        name: of the scene and the animation.
    """
    buffer = _Buffer()
    local = joints + 0.0  # a copy, without minus zero
    local[:, 1:] -= joints[:, H36M_17.parents[1:]]
    nodes: list[dict] = []
    for label, place, children in zip(H36M_17.names, local[0].tolist(), CHILDREN, strict=True):
        node = {"name": label, "translation": place}
        nodes.append(node | ({"children": children} if children else {}))
    times = buffer.add(np.asarray(seconds)[:, None], FLOAT, "SCALAR")
    samplers = [{"input": times, "output": buffer.add(local[:, j], FLOAT, "VEC3")} for j in range(COUNT)]
    channels = [{"sampler": j, "target": {"node": j, "path": "translation"}} for j in range(COUNT)]
    document = {
        "asset": {"version": "2.0", "generator": "liftkit"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0, COUNT]}],
        "nodes": [*nodes, {"name": "bones", "mesh": 0, "skin": 0}],
        **_bones(joints[0], buffer),
        "animations": [{"name": name, "channels": channels, "samplers": samplers}],
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(buffer.data), b"BIN\0") + buffer.data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _bones(rest: np.ndarray, buffer: _Buffer) -> dict:
    """Meshes, materials and skins: lines between the joints (17, 3) of the first frame, each bound to its node."""
    inverse = np.tile(np.eye(4), (COUNT, 1, 1))
    inverse[:, :3, 3] = -rest
    bound, weights = np.zeros((COUNT, 4)), np.zeros((COUNT, 4))
    bound[:, 0], weights[:, 0] = np.arange(COUNT), 1
    attributes = {
        "POSITION": buffer.add(rest, FLOAT, "VEC3", VERTICES),
        "JOINTS_0": buffer.add(bound, UBYTE, "VEC4", VERTICES),
        "WEIGHTS_0": buffer.add(weights, FLOAT, "VEC4", VERTICES),
    }
    primitives, materials = [], []
    for side, colour in COLOURS.items():
        ends = [end for bone in H36M_17.bones if side_of(H36M_17.names[bone[1]]) == side for end in bone]
        indices = buffer.add(np.array(ends)[:, None], USHORT, "SCALAR", INDICES)
        primitives.append({"attributes": attributes, "indices": indices, "mode": LINES, "material": len(materials)})
        linear = [round((int(colour[i : i + 2], 16) / 255) ** 2.2, 4) for i in (1, 3, 5)]
        pbr = {"baseColorFactor": [*linear, 1.0], "metallicFactor": 0.0}
        materials.append({"name": side, "emissiveFactor": linear, "pbrMetallicRoughness": pbr})
    matrices = buffer.add(inverse.swapaxes(1, 2).reshape(COUNT, 16), FLOAT, "MAT4")  # glTF stores columns
    skin = {"joints": list(range(COUNT)), "skeleton": 0, "inverseBindMatrices": matrices}
    return {"meshes": [{"name": "bones", "primitives": primitives}], "materials": materials, "skins": [skin]}
