"""Networks as Lithe writes them, read into what every peer needs: sizes, starts, operations.

    layers("input(784) -> dense(30, sigmoid) -> dense(10)")

Of the language the part that the workloads use: input, dense, conv2d (stride 1), max_pool (2x2),
flatten, batch_norm, repeat.
"""

import math

_DEVIATION = {  # of an initial value, from the values that enter and leave a unit
    "normal": lambda into, out: 1,
    "glorot": lambda into, out: math.sqrt(2 / (into + out)),
    "he": lambda into, out: math.sqrt(2 / into),
    "lecun": lambda into, out: math.sqrt(1 / into),
}


def layers(sentence):
    """The layers after the input, each a dict that says all that building it takes."""
    first, *rest = _components(sentence)
    shape = [int(size) for size in first[1][0].split("x")]
    if len(shape) == 2:
        shape.append(1)  # an image in grey
    result = []
    for name, arguments, options in rest:
        layer, shape = _LAYERS[name](shape, arguments, options)
        result.append({"layer": name, **layer})
    return result


def input_shape(sentence):
    return [int(size) for size in _components(sentence)[0][1][0].split("x")]


def parameters(found):
    """Values to learn."""
    weighted = sum(math.prod(one["shape"]) + one["units"] for one in found if "shape" in one)
    return weighted + sum(2 * one["units"] for one in found if one["layer"] == "batch_norm")


def products(found):
    """Multiply-adds times two of each product or convolution for an example, in their order."""
    return [layer["operations"] for layer in found if "operations" in layer]


def split(text, separator):
    """The parts between separators that stand in no bracket."""
    parts, depth, begin, at = [], 0, 0, 0
    while at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[begin:at].strip())
            at += len(separator)
            begin = at
        else:
            at += 1
    return [*parts, text[begin:].strip()]


def call(text):
    """`adam(0.001, beta1=0.8)` as its name, positional arguments and those with a key."""
    name, _, inside = text.partition("(")
    arguments = split(inside.rstrip()[:-1], ",") if inside else []
    pairs = [a.partition("=") for a in arguments]
    named = {key: value for key, _, value in pairs if value and key.isidentifier()}
    return name.strip(), [a for a, (key, *_) in zip(arguments, pairs) if key not in named], named


def _components(sentence):
    found = []
    for part in split(sentence, "->"):
        name, arguments, options = call(part)
        if name == "repeat":
            found += int(arguments[0]) * _components(arguments[1])
        else:
            found.append((name, arguments, options))
    return found


def _start(activation, arguments, shape, fans):
    """How weights and biases begin: a distribution and its standard deviation."""
    init = arguments[2] if len(arguments) > 2 else "auto"
    if init == "auto":
        init = "he_normal" if activation == "relu" else "glorot_uniform"
    scale, _, distribution = init.partition("_")
    bias = arguments[3] if len(arguments) > 3 else "zeros"
    return {"shape": shape, "distribution": distribution or "normal",
            "deviation": _DEVIATION[scale](*fans),
            "bias_deviation": {"zeros": 0, "normal": 1}[bias]}


def _dense(shape, arguments, options):
    assert not options
    (inputs,), units = shape, int(arguments[0])
    activation = arguments[1] if len(arguments) > 1 else "identity"
    layer = {"units": units, "activation": activation, "operations": 2 * inputs * units,
             **_start(activation, arguments, [inputs, units], (inputs, units))}
    return layer, [units]


def _conv2d(shape, arguments, options):
    (height, width, channels), filters = shape, int(arguments[0])
    rows, columns = (int(size) for size in arguments[1].split("x"))
    activation = arguments[2] if len(arguments) > 2 else "identity"
    same = options.get("padding") == "same"
    out = [height, width] if same else [height - rows + 1, width - columns + 1]
    # Of padded windows, the operations with pixels that there are, as oneDNN's benchmark counts.
    meetings = [n * window - (window // 2) * (window // 2 + 1) if same else places * window
                for n, window, places in zip((height, width), (rows, columns), out)]
    fans = (rows * columns * channels, rows * columns * filters)
    layer = {"units": filters, "activation": activation, "padding": "same" if same else "valid",
             "operations": 2 * math.prod(meetings) * channels * filters,
             **_start(activation, ["", "", *arguments[3:]],
                      [rows, columns, channels, filters], fans)}
    return layer, [*out, filters]


def _max_pool(shape, arguments, options):
    assert not arguments and not options
    return {}, [shape[0] // 2, shape[1] // 2, shape[2]]


def _flatten(shape, arguments, options):
    assert not arguments and not options
    return {"from": shape}, [math.prod(shape)]


def _batch_norm(shape, arguments, options):
    assert not arguments and not options
    return {"units": shape[-1]}, shape


_LAYERS = {"dense": _dense, "conv2d": _conv2d, "max_pool": _max_pool, "flatten": _flatten,
           "batch_norm": _batch_norm}
