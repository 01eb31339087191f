"""Arrays inside pickles, read without trusting them: the file cannot choose what is run.

VideoPose3D keeps dictionaries of arrays in npz files as pickled objects. A pickle names functions to call, so numpy's
``allow_pickle`` lets whoever wrote the file run anything. Here each name leads to a stand-in of our own, and a name
that no array needs is refused.
"""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from liftkit.system.files import LARGEST_FILE, check_file, reading

_NUMBERS = re.compile(r"[fiu][1248]|b1|O8?|[SU]\d{1,4}")


class _Type:
    """A pickled numpy type: ``code`` of a number, a short string or an object; nothing with fields."""

    def __init__(self, code: str, *_):
        if not _NUMBERS.fullmatch(code):
            raise pickle.UnpicklingError(f"expected arrays of numbers, found the type {code[:20]!r}")
        self.code = code

    def __setstate__(self, state):
        if state[1] == ">":
            self.code = ">" + self.code


class _Array:
    """A pickled numpy array: ``value`` is an array of numbers that shares the file's bytes, or a list of objects."""

    def __init__(self, encode):
        self.value, self.encode = None, encode

    def __setstate__(self, state):
        _, shape, kind, fortran, content = state
        if kind.code.startswith("O"):
            if type(content) is not list or len(content) != prod(shape):
                raise pickle.UnpicklingError("an array of objects does not hold what its shape says")
            self.value = content
        else:
            content = self.encode(content) if isinstance(content, str) else content
            self.value = np.frombuffer(content, kind.code).reshape(shape, order="F" if fortran else "C")


def _from_buffer(content: bytes, kind: _Type, shape: tuple[int, ...], order: str) -> _Array:
    """An array as protocol 5 keeps it."""
    array = _Array(None)
    array.value = np.frombuffer(content, kind.code).reshape(shape, order="F" if order == "F" else "C")
    return array


# What pickles of dictionaries, lists, texts, numbers and arrays are written with, in protocols 2 to 5.
_OPERATIONS = """PROTO FRAME STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE
    SHORT_BINUNICODE BINUNICODE8 BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 EMPTY_LIST APPEND APPENDS
    EMPTY_DICT SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 BINPUT LONG_BINPUT BINGET LONG_BINGET MEMOIZE
    GLOBAL STACK_GLOBAL REDUCE BUILD"""
_OPERATIONS = [getattr(pickle, name) for name in _OPERATIONS.split()]


# Of a pickle, and one more for so many of its bytes: an empty dict is one byte in a pickle and 64 in memory.
MOST_OPERATIONS, BYTES_EACH = 500_000, 32


class _Operations(dict):
    left = MOST_OPERATIONS  # that are allowed

    def __getitem__(self, code: int):
        self.left -= 1
        if self.left < 0:
            raise pickle.UnpicklingError("the pickle has more operations than arrays need; save it as npz")
        return super().__getitem__(code)

    def __missing__(self, code: int):
        raise pickle.UnpicklingError(f"the pickle has the operation {code:#x}, which no array needs; refused")


class ArrayUnpickler(pickle._Unpickler):
    """Loads dict, list, tuple, str, numbers and numpy arrays of numbers; any other name is an UnpicklingError.

    This extends the unpickler that is written in Python. The one in C allocates as many entries as a damaged index of
    its memo asks for, up to 2**32, and is not faster here, because arrays are few and long. ``size``: of the pickle;
    texts that are turned into bytes, as protocol 2 keeps them, may not add up to more.
    """

    dispatch = _Operations({op[0]: pickle._Unpickler.dispatch[op[0]] for op in _OPERATIONS})

    def __init__(self, file, size: int, **options):
        super().__init__(file, **options)
        self.left = self.size = size
        self.dispatch = _Operations(self.dispatch)  # which counts those of this pickle
        self.dispatch.left += size // BYTES_EACH

    def load_bytearray8(self) -> None:
        """The base class makes room for as many bytes as a number in the file says."""
        (size,) = struct.unpack("<Q", self.read(8))
        if size > self.size:
            raise pickle.UnpicklingError(f"it is shorter than one of its arrays, {size:,} bytes; refused")
        self.append(self.read(size))

    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8

    def encode(self, text: str, encoding: str = "latin1") -> bytes:
        self.left -= len(text)
        if self.left < 0:
            raise pickle.UnpicklingError("it turns more text into bytes than it has; refused")
        return text.encode("latin1")

    def find_class(self, module: str, name: str):
        # New functions for each load, so that a file cannot change them for the next one.
        known = {
            ("numpy.core.multiarray", "_reconstruct"): lambda *_: _Array(self.encode),
            ("numpy.core.multiarray", "scalar"): lambda kind, content: np.frombuffer(content, kind.code)[0].item(),
            ("numpy.core.numeric", "_frombuffer"): _from_buffer,
            ("numpy", "ndarray"): "numpy.ndarray",
            ("numpy", "dtype"): _Type,
            ("_codecs", "encode"): self.encode,  # Python 3's bytes in protocol 2
        }
        place = (module.replace("numpy._core.", "numpy.core."), name)
        if place not in known:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}, which no array needs; refused")
        return known[place]


def read_pickled(
    path: str | Path, fields: Sequence[str], limit: int = LARGEST_FILE, optional: Sequence[str] = ()
) -> dict[str, object]:
    """Read pickled objects of an npz file, as dicts, lists, strings, numbers and arrays.

    Args:
        fields: names of the objects.
        limit: bytes that an object may have after decompression.
        optional: names of objects that the file may lack.

    Returns:
        Field -> object. Arrays share the pickle's bytes and are read-only; use :func:`float_array` on each.

    Raises:
        ValueError: if the file is missing, damaged, too large, lacks a field or asks for anything but arrays.
    """
    path, found = check_file(path, limit), {}
    with reading(path), zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        if missing := [field for field in fields if field not in members]:
            raise ValueError(f"expected the fields {', '.join(missing)}, found {', '.join(members) or 'none'}"[:500])
        for field in (*fields, *(field for field in optional if field in members)):
            with reading(path, field):
                if members[field].file_size > limit:
                    raise ValueError(f"expected at most {limit:,} bytes, found {members[field].file_size:,}")
                found[field] = _read_object(archive, members[field])
    return found


def _read_object(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> object:
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, kind = header[version](file)
        if kind.kind != "O" or shape != ():
            raise ValueError(f"expected one pickled object, found an array of {kind} of shape {shape}")
        loaded = ArrayUnpickler(file, member.file_size, encoding="latin1").load()
    if not isinstance(loaded, _Array) or type(loaded.value) is not list:
        raise ValueError(f"expected one pickled object, found {type(loaded).__name__}")
    return loaded.value[0]


def float_array(thing: object, shape: tuple[int | None, ...]) -> np.ndarray:
    """The floating-point array of ``shape`` (None: any size) in what :func:`read_pickled` returned, or ValueError."""
    value = getattr(thing, "value", None)
    expected = "(" + ", ".join("F" if size is None else str(size) for size in shape) + ")"
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        kind = value.dtype if isinstance(value, np.ndarray) else type(thing).__name__.lstrip("_")
        raise ValueError(f"expected an array of floating-point numbers {expected}, found {kind}")
    if value.ndim != len(shape) or any(b not in (None, a) for a, b in zip(value.shape, shape, strict=True)):
        raise ValueError(f"expected an array of shape {expected}, found {value.shape}")
    return value


def entries(thing: object, what: str) -> dict[str, object]:
    """``thing`` as a dict with string keys, or ValueError that names what was expected and found."""
    if type(thing) is not dict or not all(isinstance(key, str) for key in thing):
        raise ValueError(f"expected {what} by name, found {type(thing).__name__.lstrip('_')}")
    return thing
