"""Call a student's function with care, and compare what it returns, so that a message names what is wrong."""

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
from liftkit.skeleton import H36M_17


class WrongAnswer(Exception):
    """The answer is wrong; the message names the property that fails, with the numbers."""


class NotAttempted(Exception):
    """The answer is still the stub."""


class StudentFunction:
    """A student's function. It gets copies; all calls together may take ``seconds``; a fault is a WrongAnswer."""

    def __init__(self, function: Callable, seconds: float):
        self.function, self.seconds, self.left = function, seconds, seconds

    def __call__(self, *args: Any) -> Any:
        copies = [copy.deepcopy(arg) if isinstance(arg, (np.ndarray, torch.Tensor)) else arg for arg in args]
        started = time.monotonic()
        try:
            value = call_within(self.left, self.function, *copies)
        except OutOfTime as error:
            message = f"It was still running after {self.seconds:g} seconds: is there a loop that never ends?"
            if not error.stopped:
                message += " It cannot be interrupted and goes on in the background: restart the kernel."
            raise WrongAnswer(message) from None
        except NotImplementedError:
            raise NotAttempted("The function says that it is not implemented yet.") from None
        except (Exception, SystemExit) as error:
            raise WrongAnswer(self._describe(error)) from None
        self.left = max(self.left - (time.monotonic() - started), 0.1)
        if value is None or value is ...:
            raise NotAttempted("The function returns nothing. If you have written it: does it end with `return`?")
        if not all(np.array_equal(_plain(own), _plain(arg)) for own, arg in zip(copies, args, strict=True)):
            raise WrongAnswer("The function changed its input. Work on a copy: the caller still needs the input.")
        return value

    def _describe(self, error: BaseException) -> str:
        """The exception, and the last line of the student's own that led to it."""
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error)).strip()
        message = f"It raised {type(error).__name__}" + (f": {text}" if text else "")
        home = getattr(self.function, "__globals__", None)
        own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals is home]
        if not own:
            return message
        frame, line = own[-1]
        source = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
        return f"{message}\nin line {line}" + (f": `{source}`" if source else "")


def _plain(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value


def as_array(value: Any) -> np.ndarray:
    """Turn a student's tensor, array, number or list of numbers into float64; anything else is a WrongAnswer."""
    try:
        return np.asarray(_plain(value), dtype=np.float64)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        is_text = isinstance(value, np.ndarray) and value.dtype.kind in "US"
        raise WrongAnswer(f"Expected numbers, found {'text' if is_text else type(value).__name__}.") from None


def expect_shape(value: Any, shape: tuple[int, ...], what: str, finite: bool = True) -> np.ndarray:
    """Return the value as an array; a WrongAnswer unless it has this shape and its numbers are finite."""
    array = as_array(value)
    if array.shape != tuple(shape):
        wanted = f"have the shape {tuple(shape)}, found" if shape else "be one number, found an array of shape"
        raise WrongAnswer(f"{_capital(what)} must {wanted} {array.shape}.")
    if finite and not np.isfinite(array).all():
        raise WrongAnswer(f"{_capital(what)} contains {(~np.isfinite(array)).sum()} numbers that are not finite.")
    return array


def expect_value(
    found: Any, expected: float, what: str, why: str | Mapping[str, float] = "", tolerance: float = 1e-3
) -> None:
    """Raise WrongAnswer unless ``found`` is near ``expected``. ``why``: a text, or texts as in ``explain``."""
    number = float(expect_shape(found, (), what))
    if not _near(number, expected, tolerance):
        why = why if isinstance(why, str) else explain(number, why, "", tolerance)
        raise WrongAnswer(f"{_capital(what)} must be {_brief(expected)}, found {_brief(number)}. {why}".strip())


def explain(found: float, mistakes: Mapping[str, float], otherwise: str, tolerance: float = 0.02) -> str:
    """Choose, of texts about typical mistakes, the one whose number is near ``found``, else ``otherwise``."""
    return next((text for text, number in mistakes.items() if _near(found, number, tolerance)), otherwise)


def _near(found: float, value: float, tolerance: float) -> bool:
    return abs(found - value) <= tolerance * max(abs(value), 1e-3)  # relative; absolute below 1e-3


def expect_equal(found: Any, expected: Any, what: str, why: str = "", tolerance: float = 1e-3) -> None:
    """Raise WrongAnswer unless all lengths, in mm, agree within ``tolerance`` of the largest."""
    expected = as_array(expected)
    off = np.abs(expect_shape(found, expected.shape, what) - expected).max()
    if off > tolerance * max(np.abs(expected).max(), 1e-9):
        raise WrongAnswer(f"{_capital(what)} differs by up to {_brief(off)} mm. {why}".strip())


def expect_bones(value: Any, x3d: np.ndarray, what: str) -> np.ndarray:
    """Return poses as an array; a WrongAnswer unless each bone is as long as in ``x3d``, within 0.1 %."""
    found = expect_shape(value, x3d.shape, what)
    parents, joints = np.array(H36M_17.bones).T
    now, before = (np.linalg.norm(x[..., joints, :] - x[..., parents, :], axis=-1) for x in (found, x3d))
    if (change := np.abs(now / before - 1).max()) > 1e-3:
        raise WrongAnswer(f"{_capital(what)} has other bone lengths, by up to {100 * change:.0f} %.")
    return found


def random_poses(count: int, seed: int) -> np.ndarray:
    """(count, 17, 3) in mm, pelvis at the origin: without any symmetry that could hide a mistake."""
    x3d = np.random.default_rng(seed).normal(scale=300, size=(count, 17, 3))
    return x3d - x3d[:, :1]


def _brief(number: float) -> str:
    return "0" if abs(number) < 1e-9 else f"{number:.4g}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
