"""What students get wrong in lesson 04, and what they must be told."""


def count(inputs=32, outputs=16, norms=2, biases=0, bias_of_depths=1, linears=2):
    def wrong(width, blocks):
        unit = width * (norms + biases)
        block = linears * (width * width + unit)
        return inputs * width + unit + blocks * block + outputs * (width + bias_of_depths)

    return wrong


WRONG = [
    ("04.1", "full", r"full has 5\d,\d{3} parameters; another representation has 5\d,\d{3}"),
    ("04.1", "five_parts", r"five_parts has 4\d,\d{3} parameters"),
    ("04.1", "the biggest", r"Unknown: the_biggest\. There are five_parts, "),
    ("04.2", count(biases=1), r"53,904 parameters, found 54,736: 832 too many\. .*no bias"),
    ("04.2", count(norms=4), r"1,664 too many\. Running averages are measured"),
    ("04.2", count(norms=0), r"1,664 too few\. Each batch normalisation learns a gain"),
    ("04.2", count(bias_of_depths=0), r"16 too few\. The output layer has no normalisation"),
    ("04.2", count(inputs=34), r"128 too many\. The pelvis is the origin: it is no input"),
    ("04.2", count(outputs=17), r"65 too many\. The pelvis is the origin: it has no depth"),
    ("04.2", count(inputs=34, outputs=17), r"193 too many\. .*neither an input nor a depth"),
    ("04.2", count(linears=1), r"25,344 too few\. A residual block holds two"),
    ("04.2", lambda w, b: count()(w, 6), r"20 with 2 blocks there are 2,776 parameters, .*count `blocks` of them"),
    ("04.2", lambda w, b: count()(w, b) + 32, r"32 too many\. The output layer has no normalisation\."),
    ("04.2", lambda w, b: count()(w, b) - 2 * w * b, r"768 too few\. Each of the two layers of a block has"),
    ("04.2", lambda width, blocks: 53904, r"width 48 with 6 blocks there are 31,216 parameters, found 53,904"),
    ("04.2", lambda width, blocks: (width, blocks), r"be one number, .* shape \(2,\)"),
]
