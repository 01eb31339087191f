"""The student's function, called with care, and the comparisons that name what is wrong with what it gives."""

from __future__ import annotations

import copy
import linecache
import re
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from liftkit.course.watchdog import OutOfTime, call_within
from liftkit.skeleton import H36M_17, Skeleton


class Wrong(Exception):
    """An answer that is not right; the message says which property fails, with the numbers."""


class NotAttempted(Exception):
    """An answer that is still the stub."""


class Pupil:
    """Calls a student's function. ``seconds``: what all its calls together may take.

    Each call raises NotAttempted where nothing comes back, and Wrong for an exception (with the student's line), an
    input that was changed, or time that ran out.
    """

    def __init__(self, function: Callable, seconds: float):
        self.function, self.seconds, self.left = function, seconds, seconds

    def __call__(self, *args: Any) -> Any:
        given = [copy.deepcopy(arg) if isinstance(arg, (np.ndarray, torch.Tensor)) else arg for arg in args]
        started = time.monotonic()
        try:
            value = call_within(self.left, self.function, *given)
        except OutOfTime as error:
            raise Wrong(self._too_long(error.stopped)) from None
        except (Exception, SystemExit) as error:
            if type(error) is NotImplementedError:
                raise NotAttempted("The function says that it is not implemented yet.") from None
            raise Wrong(self._raised(error)) from None
        self.left = max(self.left - (time.monotonic() - started), 0.1)
        if value is None or value is ...:
            raise NotAttempted("The function returns nothing. If you have written it: does it end with `return`?")
        for own, before in zip(given, args, strict=True):
            if isinstance(own, (np.ndarray, torch.Tensor)) and not _same(own, before):
                raise Wrong("The function changed its input. Work on a copy: somebody else still needs it.")
        return value

    def _too_long(self, stopped: bool) -> str:
        told = f"It was still running after {self.seconds:g} seconds: is there a loop that never ends?"
        if stopped:
            return told
        return f"{told} It cannot be interrupted and goes on in the background: restart the kernel."

    def _raised(self, error: BaseException) -> str:
        """The exception, and the last line of the student's own that led to it."""
        words = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error)).strip()
        told = f"It raised {type(error).__name__}" + (f": {words}" if words else "")
        home = getattr(self.function, "__globals__", None)
        own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals is home]
        if not own:
            return told
        frame, line = own[-1]
        source = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
        return f"{told}\nin line {line}" + (f": `{source}`" if source else "")


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and a.dtype.kind == "U":  # names have no NaN, and are no numbers
        return np.array_equal(a, b)
    return np.array_equal(as_array(a), as_array(b), equal_nan=True)


def as_array(value: Any) -> np.ndarray:
    """A student's tensor, array, number or list of numbers as float64. Raises Wrong on anything else."""
    try:
        plain = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value
        return np.asarray(plain, dtype=np.float64)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        texts = isinstance(value, np.ndarray) and value.dtype.kind in "US"
        raise Wrong(f"Expected numbers, found {'texts' if texts else type(value).__name__}.") from None


def expect_shape(value: Any, shape: tuple[int, ...], what: str = "the result") -> np.ndarray:
    """The value as an array of finite numbers of this shape; else Wrong."""
    array = as_array(value)
    if array.shape != tuple(shape):
        wanted = f"have the shape {tuple(shape)}, found" if shape else "be one number, found an array of shape"
        raise Wrong(f"{_capital(what)} must {wanted} {array.shape}.")
    if not np.isfinite(array).all():
        raise Wrong(f"{_capital(what)} holds {(~np.isfinite(array)).sum()} numbers that are not finite.")
    return array


def expect_value(
    found: Any,
    expected: float,
    what: str,
    tolerance: float = 1e-3,
    why: str = "",
    slips: Mapping[str, float] | None = None,
) -> None:
    """Wrong unless ``found`` is one number within a relative ``tolerance`` of ``expected`` (absolute below 1e-3).

    ``slips``: what a usual slip is told -> the value that it leads to; ``why`` is told of any other.
    """
    number = float(expect_shape(found, (), what))

    def near(value: float) -> bool:
        return abs(number - value) <= tolerance * max(abs(value), 1e-3)

    if not near(expected):
        why = next((told for told, value in (slips or {}).items() if near(value)), why)
        raise Wrong(f"{_capital(what)} must be {_brief(expected)}, found {_brief(number)}. {why}".strip())


def expect_equal(found: Any, expected: Any, what: str, unit: str = "", why: str = "", tolerance: float = 1e-3) -> None:
    """Wrong unless all numbers agree within ``tolerance`` of the largest; tells by how much they differ."""
    expected = as_array(expected)
    off = np.abs(expect_shape(found, expected.shape, what) - expected).max()
    if off > tolerance * max(np.abs(expected).max(), 1e-9):
        raise Wrong(f"{_capital(what)} differs by up to {_brief(off)}{unit and ' ' + unit}. {why}".strip())


def bone_lengths(x3d: np.ndarray, skeleton: Skeleton = H36M_17) -> np.ndarray:
    """(..., J, 3) -> (..., J - 1): the length of each bone."""
    parents, joints = np.array(skeleton.bones).T
    return np.linalg.norm(x3d[..., joints, :] - x3d[..., parents, :], axis=-1)


def expect_same_bones(found: np.ndarray, x3d: np.ndarray, what: str) -> None:
    """Wrong where a bone of ``found`` is longer or shorter than that of ``x3d`` by 0.1 % or more, with the worst."""
    before = bone_lengths(np.asarray(x3d, np.float64))
    change = np.abs(bone_lengths(found) / before - 1).max()
    if change > 1e-3:
        raise Wrong(f"{_capital(what)} changed bone lengths by up to {100 * change:.0f} %.")


def _brief(number: float) -> str:
    return "0" if abs(number) < 1e-9 else f"{number:.4g}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
