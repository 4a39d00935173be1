#!/usr/bin/env python3
"""Writes recurrent_golden.json: what PyTorch's recurrent layers make of a small batch, in float64.

    python3 tests/ops/recurrent_golden.py       # needs PyTorch; `bench/peers.sh` makes a place with it

Of each case: the weights as Lithe has them ([inputs][gates * units], PyTorch's transposed; PyTorch's
two biases of an LSTM or a plain layer added up), a batch, outputs, and for a loss that is the sum of
outputs times given numbers the gradients of weights, biases and inputs. Inputs and those numbers are
rounded to float32, which is what a test hands in.
"""

import json
import pathlib

import torch

BATCH, LENGTH, INPUTS, UNITS = 4, 6, 3, 5

# The sentence that Lithe reads, the class, and how it is made.
CASES = {
    "rnn(5)": (torch.nn.RNN, {}),
    "rnn(5, relu, all)": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm(5)": (torch.nn.LSTM, {}),
    "lstm(5, all)": (torch.nn.LSTM, {}),
    "gru(5)": (torch.nn.GRU, {}),
    "gru(5, all)": (torch.nn.GRU, {}),
    "bidirectional(rnn(5))": (torch.nn.RNN, {"bidirectional": True}),
    "bidirectional(lstm(5, all))": (torch.nn.LSTM, {"bidirectional": True}),
    "bidirectional(lstm(5))": (torch.nn.LSTM, {"bidirectional": True}),
    "bidirectional(gru(5, all))": (torch.nn.GRU, {"bidirectional": True}),
}


def float32(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def arrays_of(layer, gradient):
    """By Lithe's names; `gradient`: those of the loss instead of the values."""
    named = {name: (p.grad if gradient else p).detach() for name, p in layer.named_parameters()}
    result = {}
    for number, suffix in enumerate(["", "_reverse"][:2 if layer.bidirectional else 1]):
        def array(name):
            return named[name + "_l0" + suffix]

        biases = [array("bias_ih"), array("bias_hh")]
        at = f"layers.{number}."
        result[at + "weight"] = array("weight_ih").T.tolist()
        result[at + "recurrent_weight"] = array("weight_hh").T.tolist()
        if isinstance(layer, torch.nn.GRU):
            result[at + "bias"], result[at + "recurrent_bias"] = (b.tolist() for b in biases)
        else:  # their gradients are the same
            result[at + "bias"] = (biases[0] if gradient else biases[0] + biases[1]).tolist()
    return result


def outputs_of(layer, sentence, x):
    steps, _ = layer(x)
    if "all" in sentence:
        return steps.reshape(BATCH, -1)
    if not layer.bidirectional:
        return steps[:, -1]
    return torch.cat([steps[:, -1, :UNITS], steps[:, 0, UNITS:]], dim=1)


def case(sentence):
    kind, options = CASES[sentence]
    torch.manual_seed(7)
    layer = kind(INPUTS, UNITS, batch_first=True, dtype=torch.float64, **options)
    x = float32(torch.randn(BATCH, LENGTH, INPUTS, dtype=torch.float64)).requires_grad_()
    y = outputs_of(layer, sentence, x)
    weights = float32(torch.randn(y.shape, dtype=torch.float64))
    (y * weights).sum().backward()
    return {"network": f"input({LENGTH}x{INPUTS}) -> {sentence}", "batch": BATCH,
            "inputs": x.detach().flatten().tolist(), "loss": weights.flatten().tolist(),
            "arrays": arrays_of(layer, False), "outputs": y.detach().flatten().tolist(),
            "gradients": arrays_of(layer, True), "input_gradient": x.grad.flatten().tolist()}


if __name__ == "__main__":
    to = pathlib.Path(__file__).with_name("recurrent_golden.json")
    cases = ",\n".join(json.dumps(case(sentence)) for sentence in CASES)
    to.write_text(f"[{cases}]\n")
