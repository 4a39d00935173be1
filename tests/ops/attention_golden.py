#!/usr/bin/env python3
"""Writes attention_golden.json: what PyTorch's attention, transformer blocks and RMSNorm make of a
small batch, in float64, and attention_lengths_golden.json: the same of sequences of unequal length,
with a mask of the keys.

    python3 tests/ops/attention_golden.py       # needs PyTorch; `bench/peers.sh` makes a place with it

Of each case: the weights as Lithe has them ([inputs][units], PyTorch's transposed), a batch, outputs,
and for a loss that is the sum of outputs times given numbers the gradients of weights, biases and
inputs. Inputs and those numbers are rounded to float32, which is what a test hands in. The last length
needs several blocks of queries and of keys.
"""

import json
import pathlib

import torch

CHANNELS, FEED = 6, 5

# The sentence that Lithe reads, and the batch, length and options of PyTorch's layer.
CASES = {
    "attention(1)": (3, 4, {"heads": 1}),
    "attention(2)": (3, 4, {"heads": 2}),
    "attention(3, causal)": (3, 5, {"heads": 3, "causal": True}),
    "attention(2, causal)": (1, 70, {"heads": 2, "causal": True}),
    "transformer(2, 5, norm=post)": (3, 4, {"heads": 2, "activation": "relu"}),
    "transformer(2, 5, causal)": (3, 4, {"heads": 2, "causal": True, "activation": "relu", "pre": True}),
    "transformer(3, 5, none, pre, gelu)": (2, 4, {"heads": 3, "activation": "gelu", "pre": True}),
    "rms_norm": (3, 1, {}),
}
MEAN = " -> mean_over_time"
LENGTHS = [4, 6, 1, 3]
LENGTHS_CASES = {
    "attention(2)" + MEAN: (4, 6, {"heads": 2}),
    "attention(3, causal)" + MEAN: (4, 6, {"heads": 3, "causal": True}),
    "transformer(2, 5, norm=post)" + MEAN: (4, 6, {"heads": 2, "activation": "relu"}),
    "transformer(3, 5, causal, pre, gelu)" + MEAN:
        (4, 6, {"heads": 3, "causal": True, "activation": "gelu", "pre": True}),
}
ATTENTION = {"weight": "in_proj_weight", "bias": "in_proj_bias", "output_weight": "out_proj.weight",
             "output_bias": "out_proj.bias"}


def float32(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def make(sentence, options):
    if sentence == "rms_norm":
        return torch.nn.RMSNorm(CHANNELS, eps=1e-5)
    if sentence.startswith("attention"):
        return torch.nn.MultiheadAttention(CHANNELS, options["heads"], batch_first=True)
    return torch.nn.TransformerEncoderLayer(CHANNELS, options["heads"], FEED, dropout=0,
                                            activation=options["activation"], batch_first=True,
                                            norm_first=options.get("pre", False))


def names_of(layer, options):
    """PyTorch's name of each array of Lithe's."""
    if isinstance(layer, torch.nn.RMSNorm):
        return {"layers.0.weight": "weight"}
    if isinstance(layer, torch.nn.MultiheadAttention):
        return {f"layers.0.{own}": name for own, name in ATTENTION.items()}
    order = ["self_attn", "norm1", "linear1", "linear2", "norm2"]
    if options.get("pre", False):
        order = ["norm1", "self_attn", "norm2", "linear1", "linear2"]
    names = {}
    for number, part in enumerate(order):
        for own, name in (ATTENTION if part == "self_attn" else {"weight": "weight", "bias": "bias"}).items():
            names[f"layers.{number}.{own}"] = f"{part}.{name}"
    return names


def arrays_of(layer, options, gradient):
    named = {name: (p.grad if gradient else p).detach() for name, p in layer.named_parameters()}
    arrays = {own: named[name] for own, name in names_of(layer, options).items()}
    return {own: (array.T if array.ndim == 2 else array).tolist() for own, array in arrays.items()}


def behind_ends(length):
    return torch.arange(length)[None, :] >= torch.tensor(LENGTHS)[:, None]


def keys_mask(length):
    """Infinitely little for the keys behind an example's end."""
    mask = torch.zeros(len(LENGTHS), length, dtype=torch.float64)
    return mask.masked_fill(behind_ends(length), -torch.inf)


def outputs_of(layer, options, x, keys=None):
    if isinstance(layer, torch.nn.RMSNorm):
        return layer(x)
    mask = None
    if options.get("causal", False):
        mask = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=torch.float64)
    if isinstance(layer, torch.nn.MultiheadAttention):
        return layer(x, x, x, attn_mask=mask, key_padding_mask=keys, need_weights=False)[0]
    return layer(x, src_mask=mask, src_key_padding_mask=keys)


def means_of(layer, options, x):
    """Over the positions that each example has."""
    y = outputs_of(layer, options, x, keys_mask(x.shape[1]))
    y = y.masked_fill(behind_ends(x.shape[1])[:, :, None], 0)
    return y.sum(dim=1) / torch.tensor(LENGTHS, dtype=torch.float64)[:, None]


def case(sentence, cases=CASES, outputs=outputs_of):
    batch, length, options = cases[sentence]
    torch.manual_seed(7)
    layer = make(sentence, options).to(torch.float64)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.3)
    x = float32(torch.randn(batch, length, CHANNELS, dtype=torch.float64)).requires_grad_()
    y = outputs(layer, options, x)
    weights = float32(torch.randn(y.shape, dtype=torch.float64))
    (y * weights).sum().backward()
    shape = f"{length}x{CHANNELS}" if length > 1 else CHANNELS
    packed = {"lengths": LENGTHS} if cases is LENGTHS_CASES else {}
    if packed:
        shape += ", lengths=true"
    return {"network": f"input({shape}) -> {sentence}", "batch": batch, **packed,
            "inputs": x.detach().flatten().tolist(), "loss": weights.flatten().tolist(),
            "arrays": arrays_of(layer, options, False), "outputs": y.detach().flatten().tolist(),
            "gradients": arrays_of(layer, options, True), "input_gradient": x.grad.flatten().tolist()}


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    for name, cases, outputs in (("attention", CASES, outputs_of),
                                 ("attention_lengths", LENGTHS_CASES, means_of)):
        lines = ",\n".join(json.dumps(case(sentence, cases, outputs)) for sentence in cases)
        (folder / f"{name}_golden.json").write_text(f"[{lines}]\n")
