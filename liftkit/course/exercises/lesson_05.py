"""Exercises of lesson 05: one network for the whole pose."""

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape, explain
from liftkit.course.exercise import Coding, Measuring
from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS, Representation


def growth():
    small, large = (Lifter("full", width).parameter_count for width in (64, 1024))
    return large / small


def count_parameters(width, blocks):
    inputs = 2 * 16 * width + 2 * width  # weights; the normalisation's gain and shift
    block = 2 * (width * width + 2 * width)
    depths = 16 * width + 16  # weights and biases
    return inputs + blocks * block + depths


def check_count(student: StudentFunction) -> None:
    for width, blocks in ((64, 6), (48, 6), (20, 2)):
        expected = Lifter(Representation("body", REPRESENTATIONS["full"].segments, blocks), width).parameter_count
        found = float(expect_shape(student(width, blocks), (), "the count"))
        if off := found - expected:
            why = explain(off, _miscounts(width, blocks), "Which layer has them?", tolerance=0)
            size = f"At width {width} with {blocks} blocks there are {expected:,} parameters, found {found:,.10g}"
            raise WrongAnswer(f"{size}: {abs(off):,.10g} too {'many' if off > 0 else 'few'}. {why}")


def _miscounts(w: int, b: int) -> dict[str, float]:
    """What is said of a typical mistake -> by how many parameters it is off, for width w and b blocks."""
    layers, layer = 1 + 2 * b, w * w + 2 * w  # how many have a normalisation; parameters of each one in a block
    return {
        "Layers before a batch normalisation have no bias.": w * layers,
        "Running averages are measured, not trained.": 2 * w * layers,
        "Each batch normalisation learns a gain and a shift for each unit.": -2 * w * layers,
        "A layer before a batch normalisation has no bias, but a gain and a shift for each unit.": -w * layers,
        "The input layer has a batch normalisation, too.": -2 * w,
        "The output layer has no normalisation, so it has biases.": -16,
        "The pelvis is the origin: it is not an input.": 2 * w,
        "The pelvis is the origin: it has no depth to predict.": w + 1,
        "The pelvis is the origin: it is neither an input nor a depth to predict.": 3 * w + 1,
        "A residual block contains two linear layers, each with a normalisation.": -b * layer,
        "Each of the two layers of a block has its own normalisation.": -2 * b * w,
        "The output layer has no normalisation.": 32,
        "That would be right for 6 blocks: count `blocks` of them.": (6 - b) * 2 * layer,
    }


WRONG_FACTORS = {
    "That is 16 squared: right for a layer from w to w units. The first and the last layer grow otherwise.": 256,
    "That is right for the first layer, from 32 numbers to w units. A block has w² of them.": 16,
}
DIVIDE = "Divide the count at width 1024 by that at width 64."


EXERCISES = {
    "05.1": Measuring(
        title="Sixteen times as wide",
        task="""The lessons work at width 64, the paper at 1024: layers are 16 times as wide. By which factor does the
        number of parameters of the full pose's lifter grow? Find a number.""",
        hint_1="A layer from w to w units does not grow like one from 32 to w units. Which are there?",
        hint_2='`Lifter("full", width=64).parameter_count` counts them.',
        measure=growth,
        wrong=lambda found: explain(found, WRONG_FACTORS, DIVIDE, 0.004),
        conclusion="Nearly the square of 16, because the blocks hold nearly everything and grow with the square of "
        "the width. The rest grows like the width, so the whole stays below 256.",
    ),
    "05.2": Coding(
        title="Count them by hand",
        task="""Write a function that returns the number of trained parameters of a full-pose lifter, for any `width`
        and any number of residual `blocks`: 16 joints come in as 32 numbers, 16 depths go out. The list of layers above
        is for width 64 and 6 blocks.""",
        hint_1="Add up: the input layer with its normalisation; `blocks` times one block; the output layer.",
        hint_2="A block is two linear layers of width x width weights, each followed by a gain and a shift per unit.",
        reference=count_parameters,
        checks=check_count,
        conclusion="It counts as `Lifter.parameter_count` does, for three sizes. With width w and b blocks the term "
        "2bw² outgrows all others: twice the width has nearly four times the parameters.",
    ),
}
