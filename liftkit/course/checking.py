"""Call a student's function with care, and compare what it returns, so that a message names what is wrong."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from liftkit.course.feedback import INCORRECT, NOT_ATTEMPTED, NOT_UNDERSTOOD
from liftkit.course.watchdog import Ended
from liftkit.skeleton import H36M_17
from liftkit.view.alt_text import capital


class Refused(Exception):
    """The answer is not a right one. The message gives the reason, ``status`` the kind."""

    status = INCORRECT


class WrongAnswer(Refused):
    """The answer is wrong; the message names the property that fails, with the numbers."""


class NotAttempted(Refused):
    """The answer is still the stub."""

    status = NOT_ATTEMPTED


class NotUnderstood(Refused):
    """The answer does not have the expected form; the message says which that is."""

    status = NOT_UNDERSTOOD


class StudentFunction:
    """A student's function. It gets copies, and a fault of its is a WrongAnswer."""

    def __init__(self, function: Callable):
        self.function = function

    def __call__(self, *args: Any) -> Any:
        copies = [_copy(arg) for arg in args]
        try:
            value = self.function(*copies)
        except Ended:
            raise
        except NotImplementedError:
            raise NotAttempted("The function says that it is not implemented yet.") from None
        except BaseException as error:
            raise WrongAnswer(self._describe(error)) from None
        if value is None or value is ...:
            raise NotAttempted("The function returns nothing. If you have written it: does it end with `return`?")
        if not all(np.array_equal(_plain(own), _plain(arg)) for own, arg in zip(copies, args, strict=True)):
            raise WrongAnswer("The function changed its input. Work on a copy: the caller still needs the input.")
        return value

    def _describe(self, error: BaseException) -> str:
        """The exception, and the last line of the student's own that led to it."""
        message = describe(error)
        home = getattr(self.function, "__globals__", None)
        own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals is home]
        if not own:
            return message
        frame, line = own[-1]
        source = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
        return f"{message}\nin line {line}" + (f": `{source}`" if source else "")


def describe(error: BaseException) -> str:
    """An exception in words, even if its own text cannot be made."""
    try:
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error)).strip()[:500]
    except Ended:
        raise
    except BaseException:
        text = ""
    return f"It raised {type(error).__name__}" + (f": {text}" if text else "")


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.clone()  # gradients still reach the original
    return value.copy() if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value


# What numpy would turn into numbers without a word, or cannot turn into any, by its kind of dtype.
NO_NUMBERS = {"c": "complex numbers", "U": "text", "S": "text", "T": "text", "M": "dates", "m": "durations"}


def as_array(value: Any) -> np.ndarray:
    """Turn numbers of any type into float64: tensors, arrays, tables, lists of them. A WrongAnswer if they are none."""
    if isinstance(value, (list, tuple)):
        parts = [as_array(part) for part in value]
        if len({part.shape for part in parts}) > 1:
            raise WrongAnswer("Expected numbers of one shape, found a list whose parts have different shapes.")
        return np.array(parts)
    try:
        array = _array(value)
    except Ended:
        raise
    except BaseException:
        raise WrongAnswer(f"Expected numbers, found {type(value).__name__}.") from None
    if np.ma.is_masked(array):
        raise WrongAnswer("Expected numbers, found a masked array in which some are missing.")
    if array.dtype.kind not in "biuf":
        raise WrongAnswer(f"Expected numbers, found {NO_NUMBERS.get(array.dtype.kind, type(value).__name__)}.")
    return np.array(array, dtype=np.float64)


def _array(value: Any) -> np.ndarray:
    """An array as numpy makes it; objects, such as fractions, as the float64, text or complex numbers that they are."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = value.numpy() if value.is_complex() else value.double().numpy()
    array = np.asanyarray(value)
    if array.dtype != object:
        return array
    kind = next((type(part) for part in array.flat if isinstance(part, (str, bytes, complex))), np.float64)
    return np.asarray(array, dtype=kind)


Slips = str | Mapping[str, Any]  # what is said of a wrong value, or texts about typical slips -> the value of each


def expect_shape(value: Any, shape: tuple[int, ...], what: str, finite: bool = True, why: str = "") -> np.ndarray:
    """Return the value as an array; a WrongAnswer unless it has this shape and its numbers are finite."""
    array = as_array(value)
    if array.size == 1 and not shape:
        array = array.reshape(())  # [50.0] is one number, too
    if array.shape != tuple(shape):
        wanted = f"have the shape {tuple(shape)}, found" if shape else "be one number, found an array of shape"
        raise WrongAnswer(f"{capital(what)} must {wanted} {array.shape}.")
    if finite and not np.isfinite(array).all():
        count = (~np.isfinite(array)).sum()
        raise WrongAnswer(f"{capital(what)} contains {count} numbers that are not finite. {why}".strip())
    return array


def expect_value(
    found: Any, expected: float, what: str, why: Slips = "", otherwise: str = "", tolerance: float = 1e-3
) -> None:
    """Raise WrongAnswer unless ``found`` is near ``expected``."""
    number = float(expect_shape(found, (), what))
    if not _near(number, expected, tolerance):
        message = f"{capital(what)} must be {_brief(expected)}, found {_brief(number)}."
        raise WrongAnswer(f"{message} {explain(number, why, otherwise, tolerance)}".strip())


def expect_equal(found: Any, expected: Any, what: str, why: Slips = "", otherwise: str = "") -> None:
    """Raise WrongAnswer unless all lengths, in mm, agree within a thousandth of the largest."""
    expected = as_array(expected)
    found = expect_shape(found, expected.shape, what)
    if not _near(found, expected, 1e-3):
        message = f"{capital(what)} differs by up to {_brief(np.abs(found - expected).max())} mm."
        raise WrongAnswer(f"{message} {explain(found, why, otherwise, 1e-3)}".strip())


def expect_bones(value: Any, x3d: np.ndarray, what: str, why: Slips = "", otherwise: str = "") -> np.ndarray:
    """Return poses as an array; a WrongAnswer unless each bone is as long as in ``x3d``, within 0.1 %."""
    found = expect_shape(value, x3d.shape, what)
    parents, joints = np.array(H36M_17.bones).T
    now, before = (np.linalg.norm(x[..., joints, :] - x[..., parents, :], axis=-1) for x in (found, x3d))
    if (change := np.abs(now / before - 1).max()) > 1e-3:
        message = f"{capital(what)} has other bone lengths, by up to {100 * change:.0f} %."
        raise WrongAnswer(f"{message} {explain(found, why, otherwise)}".strip())
    return found


def expect_gradient(loss: Callable[[], Any], wanted: torch.Tensor, of: Sequence[torch.Tensor], where: str) -> None:
    """A loss of the right value must also train as ``wanted`` does: by its gradient with respect to the tensors ``of``.

    ``where``: says through what the gradient has to flow.
    """
    try:
        slopes = torch.autograd.grad(loss().sum(), of)
    except (WrongAnswer, AttributeError, TypeError, RuntimeError):
        # numpy, no tensor, not of these, used up by backward()
        why = "it has no gradient, so nothing would be learned: avoid `.item()`, `.detach()`, numpy, `no_grad` and "
        raise WrongAnswer(f"The value is right, but {why}`backward()`.") from None
    found, right = (torch.cat([s.flatten() for s in one]) for one in (slopes, torch.autograd.grad(wanted, of)))
    if (off := ((found - right).norm() / right.norm()).item()) > 1e-2:
        raise WrongAnswer(f"The value is right, but the gradient is off by {off:.0%}: {where}, so detach nothing.")


def explain(found: Any, why: Slips, otherwise: str = "", tolerance: float = 0.02) -> str:
    """Choose, of texts about typical slips, the one whose value is near ``found``, else ``otherwise``."""
    if isinstance(why, str):
        return why
    return next((text for text, value in why.items() if _near(found, as_array(value), tolerance)), otherwise)


def _near(found: Any, value: Any, tolerance: float) -> bool:
    """Whether two numbers, or arrays, agree: relative to the largest, or absolutely if that is below 1e-3."""
    found, value = np.atleast_1d(found, value)
    known = np.isfinite(value)  # a slip may divide by 0: what is not finite must be so in both
    if found.shape != value.shape or not np.array_equal(known, np.isfinite(found)):
        return False
    found, value = found[known], value[known]
    return not (np.abs(found - value) > tolerance * max(np.abs(value).max(initial=0), 1e-3)).any()


def random_poses(count: int, seed: int) -> np.ndarray:
    """(count, 17, 3) in mm, pelvis at the origin: without any symmetry that could hide a mistake."""
    x3d = np.random.default_rng(seed).normal(scale=300, size=(count, 17, 3))
    return x3d - x3d[:, :1]


def _brief(number: float) -> str:
    return "0" if abs(number) < 1e-9 else f"{number:.4g}"
