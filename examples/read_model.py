#!/usr/bin/env python3
"""A model that Lithe has trained, run without Lithe: NumPy alone, every kind of layer.

    lithe train --data table.csv --network "dense(20, relu) -> dense(1)" --output m.safetensors
    python3 examples/read_model.py m.safetensors rows.npy

prints the outputs for each row of rows.npy as JSON. docs/model-file.md describes the file. The file
is read by `read_safetensors`, the network's sentence by `parse`, and each layer is one function below.
"""
import json
import math
import re
import sys

import numpy as np


def read_safetensors(path):
    """Arrays by name, and the metadata that stands beside them."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    types = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], types[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"])
    return arrays, metadata


# ---- the sentence ---------------------------------------------------------------------------------

# The arguments of each layer in their order, with what they are where the sentence leaves them out.
# A sentence gives the first ones by position and the others by name. Those that only matter in
# training (init, bias_init, rate, std, momentum, algorithm) are here for their place alone.
WINDOW = {"kernel": None, "activation": "identity", "stride": (1,), "padding": "valid"}
INITIAL = {"init": None, "bias_init": None}
ALONG = {"give": "last", "reverse": "false", "init": None, "recurrent_init": None}
POOLING = {"size": (2,), "stride": 0, "padding": "valid"}
ARGUMENTS = {
    "input": {"shape": None, "lengths": "false"},
    "dense": {"units": None, "activation": "identity", **INITIAL, "tied": "false"},
    "conv2d": {"channels": None, **WINDOW, "groups": 1, "dilation": (1,), **INITIAL, "algorithm": None},
    "conv1d": {"channels": None, **WINDOW, "groups": 1, "dilation": (1,), **INITIAL},
    "depthwise_conv2d": {**WINDOW, "multiplier": 1, "dilation": (1,), **INITIAL},
    "conv_transpose2d": {"channels": None, **WINDOW, "dilation": (1,), **INITIAL},
    "embedding": {"categories": None, "size": None, "init": None},
    "embed_columns": {"columns": None, "init": None},
    "rnn": {"units": None, "activation": "tanh", **ALONG, "dropout": None},
    "lstm": {"units": None, **ALONG, "forget_bias": None, "dropout": None},
    "gru": {"units": None, **ALONG, "dropout": None},
    "bidirectional": {"layers": None},
    "attention": {"heads": None, "mask": "none", "rotary": "false", "init": None},
    "transformer": {"heads": None, "feed": None, "mask": "none", "norm": "pre", "activation": "relu",
                    "rotary": "false", "init": None},
    "position": {"kind": "learned", "init": None},
    "max_pool": POOLING,
    "avg_pool": POOLING,
    "batch_norm": {"momentum": 0.1, "epsilon": 1e-5},
    "layer_norm": {"epsilon": 1e-5},
    "rms_norm": {"epsilon": 1e-5},
    "residual": {"layers": None},
    "repeat": {"times": None, "layers": None},
    "ensemble": {"networks": None, "times": 1, "mean": "outputs"},
    "leaky_relu": {"slope": 0.01},
    "elu": {"alpha": 1.0},
}

SEVERAL = {"embed_columns": "columns", "ensemble": "networks"}  # what takes all without a name

TOKEN = re.compile(r"\s*(->|[(),=]|\d+(?:x\d+)+|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?|[A-Za-z_]\w*)")


def parse(sentence):
    """A list of (name, arguments): "dense(3, relu)" is ("dense", {"units": 3.0, "activation": ...})."""
    tokens, at = [], 0
    while at < len(sentence.rstrip()):
        match = TOKEN.match(sentence, at)
        tokens.append(match.group(1))
        at = match.end()
    return parse_network(tokens)


def parse_network(tokens):
    layers = [parse_call(tokens)]
    while tokens and tokens[0] == "->":
        tokens.pop(0)
        layers.append(parse_call(tokens))
    return layers


def parse_call(tokens):
    name, arguments = tokens.pop(0), {}
    declared = ARGUMENTS.get(name, {})
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        while tokens[0] != ")":
            key = list(declared)[len(arguments)] if len(arguments) < len(declared) else len(arguments)
            key = SEVERAL.get(name, key)
            if tokens[1] == "=":
                key = tokens.pop(0)
                tokens.pop(0)
            value = parse_value(tokens)
            several = SEVERAL.get(name) == key
            arguments[key] = (*arguments.get(key, ()), value) if several else value
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
    return name, {**declared, **arguments}


def parse_value(tokens):
    token = tokens[0]
    if re.fullmatch(r"\d+(x\d+)+", token):
        tokens.pop(0)
        return tuple(int(size) for size in token.split("x"))
    if re.match(r"[+-]?[\d.]", token):
        tokens.pop(0)
        return float(token[:-1]) / 100 if token.endswith("%") else float(token)
    return parse_network(tokens)  # a component, or a network inside a layer


def pair(size):
    """A size of a window as (rows, columns): 3 is 3x3."""
    sizes = size if isinstance(size, tuple) else (size,)
    return int(sizes[0]), int(sizes[-1])


# ---- activations ----------------------------------------------------------------------------------

erf = np.vectorize(math.erf)


def sigmoid(x):
    return (1 + np.tanh(x / 2)) / 2


def softplus(x):
    return np.logaddexp(x, 0)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def hard_sigmoid(x):
    return np.clip(x + 3, 0, 6) / 6


ACTIVATIONS = {
    "identity": lambda x: x,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, slope: np.where(x > 0, x, slope * x),
    "elu": elu,
    "selu": lambda x: 1.05070098735548049342 * elu(x, 1.67326324235437728482),
    "gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x * sigmoid(x),
    "softplus": softplus,
    "mish": lambda x: x * np.tanh(softplus(x)),
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": lambda x: x * hard_sigmoid(x),
}

# ---- windows that go over images: x is [examples, rows, columns, channels] --------------------------


def before_and_after(size, window, step, dilation, padding):
    """Zeros in front of an axis and behind it, and the number of places for the window."""
    reach = (window - 1) * dilation + 1
    if padding == "same":
        count = -(-size // step)
        missing = max(0, (count - 1) * step + reach - size)
        return missing // 2, missing - missing // 2, count
    if padding == "causal":
        return reach - 1, 0, -(-size // step)
    each = 0 if padding == "valid" else int(padding)
    return each, each, (size + 2 * each - reach) // step + 1


def windows(x, window, step, dilation, padding, fill):
    """[examples, out rows, out columns, window rows, window columns, channels]."""
    pads, counts = [], []
    for axis in (0, 1):
        # A sequence is an image of one row, which gets no zeros above and below.
        flat = axis == 0 and x.shape[1] == 1 and window[0] == 1
        front, back, count = before_and_after(x.shape[axis + 1], window[axis], step[axis],
                                              dilation[axis], "valid" if flat else padding)
        pads.append((front, back))
        counts.append(count)
    padded = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    rows = np.arange(counts[0])[:, None] * step[0] + np.arange(window[0]) * dilation[0]
    columns = np.arange(counts[1])[:, None] * step[1] + np.arange(window[1]) * dilation[1]
    return padded[:, rows[:, None, :, None], columns[None, :, None, :], :]


def padding_of(layer):
    padding = layer["padding"]
    return padding[0][0] if isinstance(padding, list) else padding


def convolve(x, weight, bias, layer, groups, window):
    """weight is [window rows * window columns * channels of a group, output channels]."""
    seen = windows(x, window, pair(layer["stride"]), pair(layer["dilation"]), padding_of(layer), 0)
    inputs, outputs = x.shape[3] // groups, weight.shape[1] // groups
    made = []
    for g in range(groups):
        patch = seen[..., g * inputs:(g + 1) * inputs]
        patch = patch.reshape(*patch.shape[:3], -1)
        made.append(patch @ weight[:, g * outputs:(g + 1) * outputs])
    return np.concatenate(made, axis=-1) + bias


def convolve_transposed(x, weight, bias, layer):
    """weight is [window rows * window columns * output channels, input channels]."""
    window, step, dilation = pair(layer["kernel"]), pair(layer["stride"]), pair(layer["dilation"])
    sizes, fronts, full = [], [], []
    for axis in (0, 1):
        covered = (x.shape[axis + 1] - 1) * step[axis] + (window[axis] - 1) * dilation[axis] + 1
        size, padding = covered, padding_of(layer)
        if padding == "same":
            size = x.shape[axis + 1] * step[axis]
            front = max(0, covered - size) // 2
        else:
            front = 0 if padding == "valid" else int(padding)
            size = covered - 2 * front
        sizes.append(size)
        fronts.append(front)
        full.append(max(covered, front + size))
    outputs = len(bias)
    y = np.zeros((len(x), *full, outputs), x.dtype)
    kernel = weight.reshape(*window, outputs, x.shape[3])
    for r in range(window[0]):
        for c in range(window[1]):
            rows = np.arange(x.shape[1]) * step[0] + r * dilation[0]
            columns = np.arange(x.shape[2]) * step[1] + c * dilation[1]
            y[:, rows[:, None], columns] += x @ kernel[r, c].T
    return y[:, fronts[0]:fronts[0] + sizes[0], fronts[1]:fronts[1] + sizes[1]] + bias


# ---- recurrent layers: x is [examples, length, channels] ---------------------------------------------


def word(value):
    """A word among the arguments: "all", or as it is parsed, [("all", {})]."""
    return value[0][0] if isinstance(value, list) else value


def rnn_step(activate):
    def step(sums, products, y, _):
        return activate(sums + products), None
    return step


def lstm_step(sums, products, y, cell):
    i, f, g, o = np.split(sums + products, 4, axis=-1)
    cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(cell), cell


def gru_step(sums, products, y, _):
    (r, z, n), (hr, hz, hn) = np.split(sums, 3, axis=-1), np.split(products, 3, axis=-1)
    z, n = sigmoid(z + hz), np.tanh(n + sigmoid(r + hr) * hn)
    return (1 - z) * n + z * y, None


def along(x, ends, step, weight, bias, recurrent_weight, recurrent_bias, arguments):
    """`ends`: how many positions each sequence has. Behind its end the outputs are 0."""
    sums = x @ weight + bias
    y = cell = np.zeros((len(x), recurrent_weight.shape[0]), x.dtype)
    positions = range(x.shape[1])
    made = np.empty((*x.shape[:2], y.shape[1]), x.dtype)
    for at in reversed(positions) if word(arguments["reverse"]) == "true" else positions:
        inside = (at < ends)[:, None]
        new, new_cell = step(sums[:, at], y @ recurrent_weight + recurrent_bias, y, cell)
        y, cell = np.where(inside, new, y), np.where(inside, new_cell, cell) if new_cell is not None else None
        made[:, at] = np.where(inside, y, 0)
    return made if word(arguments["give"]) == "all" else y


# ---- attention ---------------------------------------------------------------------------------------


def angles(length, width):
    """A row for each position; columns 2k and 2k + 1 have the angle of pair k."""
    return np.arange(length)[:, None] * 10000.0 ** -(np.arange(width) // 2 * 2 / width)


def rotate(x):
    """Pairs of columns, turned by the angles of their position."""
    angle = angles(*x.shape[-2:])
    a, b = x[..., 0::2], x[..., 1::2]
    cosine, sine = np.cos(angle[:, 0::2]), np.sin(angle[:, 0::2])
    return np.stack([a * cosine - b * sine, b * cosine + a * sine], axis=-1).reshape(x.shape)


def attend(x, ends, array, arguments):
    """No position looks at those behind an example's end, whose own outputs do not matter."""
    examples, length, channels = x.shape
    heads = int(arguments["heads"])
    projections = x @ array("weight") + array("bias")
    q, k, v = (part.reshape(examples, length, heads, -1).swapaxes(1, 2)
               for part in np.split(projections, 3, axis=-1))
    if word(arguments["rotary"]) == "true":
        q, k = rotate(q), rotate(k)
    scores = q @ k.swapaxes(2, 3) / math.sqrt(channels // heads)
    if word(arguments["mask"]) == "causal":
        scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
    inside = (np.arange(length) < ends[:, None])[:, None, None, :]
    scores = np.where(inside, scores, -np.inf)
    heads = (softmax(scores) @ v).swapaxes(1, 2).reshape(x.shape)
    return heads @ array("output_weight") + array("output_bias")


def transformer_layers(arguments, channels):
    """The layers that such a block is made of."""
    attention = {name: arguments[name] for name in ("heads", "mask", "rotary")}
    feed = [("dense", {"units": arguments["feed"], "activation": arguments["activation"]}),
            ("dense", {"units": channels, "activation": "identity"})]
    norm = ("layer_norm", {"epsilon": 1e-5})
    parts = [[("attention", attention)], feed]
    if word(arguments["norm"]) == "pre":
        return [("residual", {"layers": [norm, *part]}) for part in parts]
    return [layer for part in parts for layer in (("residual", {"layers": part}), norm)]


# ---- the network ----------------------------------------------------------------------------------


def embed_columns(columns, x, array):
    """Of rows of columns: (rows of a table, numbers) for one that holds numbers of categories, a number
    for so many that stay. What is no category has row 0."""
    widths = [1 if isinstance(column, tuple) else int(column) for column in columns]
    x, parts, at = x.reshape(len(x), -1, sum(widths)), [], 0
    for column, width in zip(columns, widths):
        part = x[..., at : at + width]
        if isinstance(column, tuple):
            known = (part >= 0) & (part < column[0]) & (part == np.floor(part))
            part = array(f"weight_{at + 1}")[np.where(known, part, 0).astype(int)[..., 0]]
        parts.append(part)
        at += width
    return np.concatenate(parts, axis=-1)


class Network:
    """What a model computes: `Network(path)(rows)`, rows of inputs as the training data had them.
    `lengths`: where they are sequences of unequal length, padded, how many positions each has."""

    def __init__(self, path):
        self.arrays, self.metadata = read_safetensors(path)
        (_, shape), *self.layers = parse(self.metadata["lithe.network"])
        self.shape = shape["shape"] if isinstance(shape["shape"], tuple) else (int(shape["shape"]),)
        self.unequal = word(shape["lengths"]) == "true"
        self.divisor = float(self.metadata["lithe.input_divisor"])
        # Of numbers to predict that were standardised; nothing for other models.
        self.mean = np.array(json.loads(self.metadata.get("lithe.target_mean", "[0]")))
        self.deviation = np.array(json.loads(self.metadata.get("lithe.target_deviation", "[1]")))

    def __call__(self, rows, lengths=None):
        self.lengths = np.full(len(rows), self.shape[0]) if lengths is None else np.asarray(lengths)
        # Two sizes are a picture of one channel, or behind some layers a sequence.
        self.sequences = self.unequal and len(self.shape) == 2
        x = np.asarray(rows, next(iter(self.arrays.values())).dtype) / self.divisor
        self.number = 0  # of the next layer that has one: those that hold others have none
        x = self.run(self.layers, x.reshape(len(x), *self.shape))
        return x.reshape(len(x), -1) * self.deviation + self.mean

    def run(self, layers, x):
        for name, arguments in layers:
            if name == "repeat":
                for _ in range(int(arguments["times"])):
                    x = self.run(arguments["layers"], x)
            elif name == "ensemble":
                x = self.ensemble(arguments["networks"], int(arguments["times"]), word(arguments["mean"]), x)
            elif name == "residual":
                x = x + self.run(arguments["layers"], x)
            elif name == "bidirectional":
                (inside, given), = arguments["layers"]
                against = [(inside, {**given, "reverse": "true"})]
                before = self.sequences
                first = self.run(arguments["layers"], x)
                self.sequences = before
                x = np.concatenate([first, self.run(against, x)], axis=-1)
            elif name == "transformer":
                x, self.sequences = x if x.ndim == 3 else x[..., None], True
                x = self.run(transformer_layers(arguments, x.shape[2]), x)
            else:
                number, self.number = self.number, self.number + 1
                x = self.layer(name, arguments, x, lambda array: self.arrays[f"layers.{number}.{array}"])
        return x

    def ensemble(self, networks, times, mean, x):
        before, answers = self.sequences, []
        activation = {"outputs": lambda y: y, "softmax": softmax, "sigmoid": sigmoid}[mean]
        for network in networks * times:
            self.sequences = before
            answers.append(activation(self.run(network, x)))
        m = sum(answers) / len(answers)
        least = np.finfo(m.dtype).tiny
        if mean == "outputs":
            return m
        logarithm = np.log(np.maximum(m, least))
        return logarithm if mean == "softmax" else logarithm - np.log(np.maximum(1 - m, least))

    def layer(self, name, arguments, x, array):
        flat = x.reshape(len(x), -1)
        if name == "flatten":
            self.sequences = False
            return flat
        if name in ("dropout", "spatial_dropout", "alpha_dropout", "gaussian_noise"):
            return x  # while training alone
        if name == "dense":  # of a sequence, at each position
            weight = self.tied if word(arguments.get("tied", "false")) == "true" else array("weight")
            y = (x if self.is_sequence(x) else flat) @ weight + array("bias")
            return self.activate(arguments["activation"], y, array)
        if name == "embedding":  # any value that is no category has the last row
            self.sequences = True
            known = (flat >= 0) & (flat < arguments["categories"]) & (flat == np.floor(flat))
            self.tied = weight = array("weight")
            # Where a dense layer has the same weights: [size, categories], and zeros for what is none.
            if weight.shape != (arguments["categories"] + 1, arguments["size"]):
                weight = np.vstack([weight.T, np.zeros(int(arguments["size"]))])
            return weight[np.where(known, flat, arguments["categories"]).astype(int)]
        if name == "embed_columns":
            self.sequences = x.ndim == 3
            y = embed_columns(arguments["columns"], x if x.ndim == 3 else flat, array)
            return y if x.ndim == 3 else y.reshape(len(x), -1)
        if name in ("rnn", "lstm", "gru"):
            return self.recurrent(name, arguments, x, array)
        if name in ("attention", "position"):
            x, self.sequences = x if x.ndim == 3 else x[..., None], True
            if name == "attention":
                return attend(x, self.ends(x), array, arguments)
            if word(arguments["kind"]) == "learned":
                return x + array("weight")
            waves = angles(*x.shape[1:])
            waves[:, 0::2], waves[:, 1::2] = np.sin(waves[:, 0::2]), np.cos(waves[:, 1::2])
            return x + waves
        if name in ("last", "mean_over_time", "max_over_time"):
            self.sequences = False
            return self.over_time(name, x)
        if name == "standardize":  # of every value; of sequences of unequal length, of every channel
            return ((self.by_channel(x, array("mean")) - array("mean")) / array("deviation")).reshape(x.shape)
        if name == "batch_norm":  # of every channel of an image, every value of a row
            deviation = np.sqrt(array("running_var") + arguments["epsilon"])
            y = (self.by_channel(x, array("bias")) - array("running_mean")) / deviation
            return (y * array("weight") + array("bias")).reshape(x.shape)
        if name == "layer_norm":  # over all values of an example; of a sequence, at each position
            of = x if self.is_sequence(x) else flat
            mean = of.mean(axis=-1, keepdims=True)
            deviation = np.sqrt(of.var(axis=-1, keepdims=True) + arguments["epsilon"])
            return ((of - mean) / deviation * array("weight") + array("bias")).reshape(x.shape)
        if name == "rms_norm":  # likewise
            of = x if self.is_sequence(x) else flat
            root = np.sqrt((of * of).mean(axis=-1, keepdims=True) + arguments["epsilon"])
            return (of / root * array("weight")).reshape(x.shape)
        if name in ("conv2d", "conv1d", "depthwise_conv2d", "conv_transpose2d"):
            return self.convolution(name, arguments, x, array)
        if name in ("max_pool", "avg_pool"):
            return self.pool(name, arguments, x)
        if name == "global_avg_pool":
            return (self.sequence(x) if self.is_sequence(x) else self.image(x)).mean(axis=(1, 2))
        return self.activate([(name, arguments)], x, array)

    def convolution(self, name, arguments, x, array):
        image = self.sequence(x) if name == "conv1d" else self.image(x)
        weight, bias = array("weight"), array("bias")
        if name == "conv_transpose2d":
            y = convolve_transposed(image, weight, bias, arguments)
        else:
            window = (1, pair(arguments["kernel"])[1]) if name == "conv1d" else pair(arguments["kernel"])
            if name == "conv1d":  # one row: steps along it alone
                arguments = {**arguments, "stride": (1, pair(arguments["stride"])[1]),
                             "dilation": (1, pair(arguments["dilation"])[1])}
            groups = image.shape[3] if name == "depthwise_conv2d" else int(arguments["groups"])
            y = convolve(image, weight, bias, arguments, groups, window)
        if name == "conv1d":
            y, self.sequences = y[:, 0], True  # [examples, length, channels] again
        return self.activate(arguments["activation"], y, array)

    def recurrent(self, name, arguments, x, array):
        x = x if x.ndim == 3 else x[..., None]  # a row is a sequence of one channel
        step = {"lstm": lstm_step, "gru": gru_step}.get(name)
        if name == "rnn":
            step = rnn_step(lambda sums: self.activate(arguments["activation"], sums, array))
        bias = array("recurrent_bias") if name == "gru" else 0
        y = along(x, self.ends(x), step, array("weight"), array("bias"), array("recurrent_weight"), bias, arguments)
        self.sequences = y.ndim == 3
        return y

    def ends(self, x):
        """How many positions of each sequence there are."""
        return self.lengths if self.unequal else np.full(len(x), x.shape[1])

    def over_time(self, name, x):
        ends = self.ends(x)
        inside = (np.arange(x.shape[1]) < ends[:, None])[..., None]
        if name == "last":
            return x[np.arange(len(x)), ends - 1]
        if name == "mean_over_time":
            return np.where(inside, x, 0).sum(axis=1) / ends[:, None]
        return np.where(inside, x, -np.inf).max(axis=1)

    def pool(self, name, arguments, x):
        sequence = self.is_sequence(x)
        image = self.sequence(x) if sequence else self.image(x)
        window = (1, pair(arguments["size"])[1]) if sequence else pair(arguments["size"])
        stride = int(arguments["stride"])
        step = window if stride == 0 else ((1 if sequence else stride), stride)
        padding = padding_of(arguments)
        if name == "max_pool":  # places outside the image do not count
            y = windows(image, window, step, (1, 1), padding, -np.inf).max(axis=(3, 4))
        else:
            inside = windows(np.ones_like(image), window, step, (1, 1), padding, 0).sum(axis=(3, 4))
            y = windows(image, window, step, (1, 1), padding, 0).sum(axis=(3, 4)) / inside
        return y[:, 0] if sequence else y

    def activate(self, activation, x, array):
        name, arguments = activation[0] if isinstance(activation, list) else (activation, {})
        if name == "softmax":  # over all values of an example; of a sequence, at each position
            return softmax(x if self.is_sequence(x) else x.reshape(len(x), -1)).reshape(x.shape)
        if name == "prelu":  # a slope for each channel of an image, for each value of a row
            y = self.by_channel(x, array("slope"))
            return np.where(y > 0, y, array("slope") * y).reshape(x.shape)
        if name not in ACTIVATIONS:
            raise ValueError(f"this reader does not know {name}: add its formula to ACTIVATIONS")
        return ACTIVATIONS[name](x, **arguments)

    @staticmethod
    def by_channel(x, vector):
        return x.reshape(len(x), -1, len(vector))

    @staticmethod
    def image(x):
        """A picture of one channel may come without it: [rows, columns]."""
        return x if x.ndim == 4 else x[..., None]

    @staticmethod
    def sequence(x):
        """An image of one row: from [length, channels], or [length] of one channel."""
        return x[:, None] if x.ndim == 3 else x[:, None, :, None]

    def is_sequence(self, x):
        return x.ndim == 3 and self.sequences


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    network = Network(sys.argv[1])
    print(json.dumps(network(np.load(sys.argv[2])).tolist()))


if __name__ == "__main__":
    main()
