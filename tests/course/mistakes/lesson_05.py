"""Typical wrong answers to the exercises of lesson 05: number, answer, pattern of the facts in the message."""


def count(inputs=32, outputs=16, norms=2, biases=0, bias_of_depths=1, linears=2):
    def wrong(width, blocks):
        unit = width * (norms + biases)
        block = linears * (width * width + unit)
        return inputs * width + unit + blocks * block + outputs * (width + bias_of_depths)

    return wrong


WRONG = [
    ("05.1", 256, r"too large.*16 squared"),
    ("05.1", "16", r"too small.*first layer"),
    ("05.1", 1 / 235, r"too small.*at width 1024 by"),
    ("05.1", 12658704, r"too large.*at width 64"),
    ("05.2", count(biases=1), r"53,904.* 54,736: 832 too many.*no bias"),
    ("05.2", count(biases=1, norms=0), r"832 too few.*no bias, but a gain"),
    ("05.2", count(norms=4), r"1,664 too many.*Running averages"),
    ("05.2", count(norms=0), r"1,664 too few.*gain and a shift"),
    ("05.2", count(bias_of_depths=0), r"16 too few.*biases"),
    ("05.2", count(inputs=34), r"128 too many.*pelvis.*not an input"),
    ("05.2", count(outputs=17), r"65 too many.*pelvis.*no depth"),
    ("05.2", count(inputs=34, outputs=17), r"193 too many.*neither an input nor a depth"),
    ("05.2", count(linears=1), r"25,344 too few.*two linear layers"),
    ("05.2", lambda w, b: count()(w, 6), r"width 20 with 2 blocks.* 2,776 .*`blocks`"),
    ("05.2", lambda w, b: count()(w, b) + 32, r"32 too many.*no normalisation\."),
    ("05.2", lambda w, b: count()(w, b) - 2 * w * b, r"768 too few.*own normalisation"),
    ("05.2", lambda width, blocks: 53904, r"width 48 with 6 blocks.* 31,216 .* 53,904"),
    ("05.2", lambda width, blocks: (width, blocks), r"one number.*\(2,\)"),
]
