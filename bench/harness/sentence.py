"""Networks as Lithe writes them, read into what every peer needs: sizes, starts, operations.

    layers("input(784) -> dense(30, sigmoid) -> dense(10)")

Of the language the part that the workloads use: input, dense, conv2d (stride 1), max_pool (2x2),
flatten, batch_norm, repeat, residual; of sequences embedding, position, gru, lstm, attention,
layer_norm; of tables embed_columns.

A layer of the first group that learns has `units` and `shape`: a weight and a bias. One of the
second has `values`, what it learns by Lithe's names for it. `opens` and `closes` stand at the first
and the last layer of a residual.
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
    if len(shape) == 2 and rest[0][0] in ("conv2d", "max_pool", "flatten"):
        shape.append(1)  # an image in grey
    result = []
    for name, arguments, options, *residual in rest:
        layer, shape = _LAYERS[name](shape, arguments, options)
        result.append({"layer": name, **layer, **dict.fromkeys(residual, True)})
    return result


def input_shape(sentence):
    return [int(size) for size in _components(sentence)[0][1][0].split("x")]


def parameters(found):
    """Values to learn."""
    weighted = sum(math.prod(one["shape"]) + one["units"] for one in found if "shape" in one)
    named = sum(math.prod(value["shape"]) for one in found for value in one.get("values", []))
    return weighted + named + sum(2 * one["units"] for one in found
                                  if one["layer"] == "batch_norm")


def products(found):
    """Multiply-adds times two of each product or convolution for an example, in their order."""
    return [layer["operations"] for layer in found if "operations" in layer]


def of_input(found):
    """Those of them that a training leaves out: the gradient of the network's own input."""
    first = found[0]
    return first.get("of_input", first.get("operations", 0))


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
        elif name == "residual":
            inside = _components(arguments[0])
            inside[0], inside[-1] = (*inside[0], "opens"), (*inside[-1], "closes")
            found += inside
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
    """Of a sequence, at each position."""
    assert not options
    *positions, inputs = shape
    units = int(arguments[0])
    activation = arguments[1] if len(arguments) > 1 else "identity"
    layer = {"units": units, "activation": activation,
             "operations": 2 * math.prod(positions) * inputs * units,
             **_start(activation, arguments, [inputs, units], (inputs, units))}
    return layer, [*positions, units]


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
             "algorithm": options.get("algorithm", "direct"),
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


def _value(name, *shape, deviation=0.0, mean=0.0):
    return {"name": name, "shape": list(shape), "deviation": deviation, "mean": mean}


def _weight(name, inputs, units):
    return _value(name, inputs, units, deviation=_DEVIATION["glorot"](inputs, units))


def _embedding(shape, arguments, options):
    assert not options
    categories, size = (int(argument) for argument in arguments)
    # The last row is for what is no category.
    return {"values": [_value("weight", categories + 1, size, deviation=0.05)]}, [*shape, size]


def _embed_columns(shape, arguments, options):
    """RxS: a column of R categories becomes S numbers; N: so many columns stay."""
    assert not options
    tables = [[int(size) for size in a.split("x")] for a in arguments if "x" in a]
    rest = sum(int(a) for a in arguments if "x" not in a)
    assert shape == [len(tables) + rest]
    values = [_value(f"weight_{i + 1}", *table, deviation=0.05) for i, table in enumerate(tables)]
    return {"values": values}, [sum(size for _, size in tables) + rest]


def _position(shape, arguments, options):
    assert not arguments and not options
    return {"values": [_value("weight", *shape, deviation=0.05)]}, shape


def _recurrent(gates, biases):
    def layer(shape, arguments, options):
        assert not options and len(arguments) == 1
        (length, inputs), units = shape, int(arguments[0])
        values = [_weight("weight", inputs, gates * units),
                  _weight("recurrent_weight", units, gates * units),
                  *(_value(name, gates * units, deviation=0.1) for name in biases)]
        of_input = 2 * length * inputs * gates * units
        return {"values": values, "of_input": of_input,
                "operations": of_input + 2 * length * units * gates * units}, [units]
    return layer


def _attention(shape, arguments, options):
    """Of the scores, those that a position does not look at are left out."""
    assert arguments[1:] == ["causal"] and not options
    (length, width), heads = shape, int(arguments[0])
    values = [_weight("weight", width, 3 * width), _value("bias", 3 * width),
              _weight("output_weight", width, width), _value("output_bias", width)]
    products = 2 * length * width * 4 * width + 2 * length * (length + 1) * width
    return {"values": values, "heads": heads, "operations": products}, shape


def _layer_norm(shape, arguments, options):
    assert not arguments and not options
    return {"values": [_value("weight", shape[-1], mean=1.0), _value("bias", shape[-1])]}, shape


_LAYERS = {"dense": _dense, "conv2d": _conv2d, "max_pool": _max_pool, "flatten": _flatten,
           "batch_norm": _batch_norm, "embedding": _embedding, "embed_columns": _embed_columns,
           "position": _position, "gru": _recurrent(3, ("bias", "recurrent_bias")),
           "lstm": _recurrent(4, ("bias",)), "attention": _attention, "layer_norm": _layer_norm}
