"""Exercises of lesson 04: one network for the whole pose."""

from __future__ import annotations

from liftkit.course.checking import Pupil, Wrong, expect_shape
from liftkit.course.exercise import Coding, Measuring
from liftkit.networks import Lifter
from liftkit.recorded import load_record, record_names
from liftkit.representations import REPRESENTATIONS, Representation


def most_parameters():
    counts = {name: load_record(name).lifter.parameter_count for name in record_names()}
    return max(counts, key=counts.get)


def judge_parameters(found: set[str], expected: set[str]) -> str:
    named, most = (load_record(min(names)).lifter.parameter_count for names in (found, expected))
    return f"A lifter of {min(found)} has {named:,} parameters; another representation has {most:,}."


def count_parameters(width, blocks):
    inputs = 2 * 16 * width + 2 * width  # weights; the normalisation's gain and shift
    block = 2 * (width * width + 2 * width)
    depths = 16 * width + 16  # weights and biases
    return inputs + blocks * block + depths


# What is counted in vain or forgotten, as a number of parameters (width, blocks), negative where forgotten.
MISCOUNTS = {
    "Layers before a batch normalisation have no bias.": lambda w, b: w * (1 + 2 * b),
    "Running averages are measured, not trained.": lambda w, b: 2 * w * (1 + 2 * b),
    "Each batch normalisation learns a gain and a shift for each unit.": lambda w, b: -2 * w * (1 + 2 * b),
    "The input layer has a batch normalisation too.": lambda w, b: -2 * w,
    "The output layer has no normalisation, so it has biases.": lambda w, b: -16,
    "The pelvis is the origin: it is no input.": lambda w, b: 2 * w,
    "The pelvis is the origin: it has no depth to predict.": lambda w, b: w + 1,
    "The pelvis is the origin: it is neither an input nor a depth to predict.": lambda w, b: 3 * w + 1,
    "A residual block holds two linear layers, each with a normalisation.": lambda w, b: -b * (w * w + 2 * w),
    "Each of the two layers of a block has a normalisation of its own.": lambda w, b: -2 * b * w,
    "The output layer has no normalisation.": lambda w, b: 32,
    "That would be right for 6 blocks: count `blocks` of them.": lambda w, b: (6 - b) * 2 * (w * w + 2 * w),
}


def grade_count(pupil: Pupil) -> None:
    body = REPRESENTATIONS["full"].segments
    for width, blocks in ((64, 6), (48, 6), (20, 2)):
        expected = Lifter(Representation("body", body, blocks), width).parameter_count
        found = float(expect_shape(pupil(width, blocks), (), "the count"))
        if found != expected:
            why = [text for text, off in MISCOUNTS.items() if found - expected == off(width, blocks)]
            told = f"At width {width} with {blocks} blocks there are {expected:,} parameters, found {found:,.10g}"
            raise Wrong(f"{told}: {abs(found - expected):,.10g} too {'many' if found > expected else 'few'}. "
                        + (why or ["Which layer has them?"])[0])  # fmt: skip


EXERCISES = (
    Measuring(
        "04.1",
        "Who has the most parameters?",
        """
        Five representations come with the package as recorded runs: `full`, `legs_torso`, `legs_torso_shared`,
        `five_parts` and `five_parts_shared`. Whose lifter has the most parameters? Answer with its name. (A comparison
        of errors is worth little if one network is much larger.)
        """,
        (
            "`load_record(name)` gives a run; `record_names()`, in `liftkit.recorded`, says which there are.",
            "Compare `load_record(name).lifter.parameter_count`.",
        ),
        most_parameters,
        tuple(sorted(record_names())),
        judge=judge_parameters,
        because="Residual blocks hold most parameters, and all have five or six; what joins the segments comes on top.",
    ),
    Coding(
        "04.2",
        "Count them by hand",
        """
        Write a function that gives the number of trained parameters of a full-pose lifter, for any `width` and any
        number of residual `blocks`: 16 joints come in as 32 numbers, 16 depths go out. The list of layers above is for
        width 64 and 6 blocks.
        """,
        (
            "Add up: the input layer with its normalisation; `blocks` times one block; the output layer.",
            "A block is two linear layers of width x width weights, each followed by a gain and a shift a unit.",
        ),
        count_parameters,
        grade_count,
        "It counts as `Lifter.parameter_count` does, at three widths. Of width w and b blocks the term 2bw² outgrows "
        "all others: who doubles the width pays nearly four times.",
    ),
)
