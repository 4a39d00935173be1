#!/usr/bin/env python3
"""Writes recurrent_golden.json: what PyTorch's recurrent layers make of a small batch, in float64,
and lengths_golden.json: the same of sequences of unequal length, packed.

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

LENGTHS = [4, 6, 1, 3]
PACKED_CASES = {
    "rnn(5)": (torch.nn.RNN, {}),
    "rnn(5, relu, all) -> mean_over_time": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm(5)": (torch.nn.LSTM, {}),
    "lstm(5, all) -> mean_over_time": (torch.nn.LSTM, {}),
    "gru(5)": (torch.nn.GRU, {}),
    "gru(5, all) -> mean_over_time": (torch.nn.GRU, {}),
    "bidirectional(rnn(5))": (torch.nn.RNN, {"bidirectional": True}),
    "bidirectional(lstm(5))": (torch.nn.LSTM, {"bidirectional": True}),
    "bidirectional(lstm(5, all)) -> mean_over_time": (torch.nn.LSTM, {"bidirectional": True}),
    "bidirectional(gru(5))": (torch.nn.GRU, {"bidirectional": True}),
    "bidirectional(gru(5, all)) -> mean_over_time": (torch.nn.GRU, {"bidirectional": True}),
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


def packed_outputs_of(layer, sentence, x):
    """Of sequences of LENGTHS positions: behind their last one, or their mean over time."""
    rnn = torch.nn.utils.rnn
    packed = rnn.pack_padded_sequence(x, torch.tensor(LENGTHS), batch_first=True,
                                      enforce_sorted=False)
    steps, _ = rnn.pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=LENGTH)
    if "mean_over_time" in sentence:
        return steps.sum(dim=1) / torch.tensor(LENGTHS, dtype=torch.float64)[:, None]
    last = steps[torch.arange(BATCH), torch.tensor(LENGTHS) - 1]
    if not layer.bidirectional:
        return last
    return torch.cat([last[:, :UNITS], steps[:, 0, UNITS:]], dim=1)


def case(sentence, cases=CASES, outputs=outputs_of):
    kind, options = cases[sentence]
    torch.manual_seed(7)
    layer = kind(INPUTS, UNITS, batch_first=True, dtype=torch.float64, **options)
    x = float32(torch.randn(BATCH, LENGTH, INPUTS, dtype=torch.float64)).requires_grad_()
    y = outputs(layer, sentence, x)
    weights = float32(torch.randn(y.shape, dtype=torch.float64))
    (y * weights).sum().backward()
    packed = {"lengths": LENGTHS} if cases is PACKED_CASES else {}
    shape = f"{LENGTH}x{INPUTS}" + (", lengths=true" if packed else "")
    return {"network": f"input({shape}) -> {sentence}", "batch": BATCH, **packed,
            "inputs": x.detach().flatten().tolist(), "loss": weights.flatten().tolist(),
            "arrays": arrays_of(layer, False), "outputs": y.detach().flatten().tolist(),
            "gradients": arrays_of(layer, True), "input_gradient": x.grad.flatten().tolist()}


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    for name, cases, outputs in (("recurrent", CASES, outputs_of),
                                 ("lengths", PACKED_CASES, packed_outputs_of)):
        lines = ",\n".join(json.dumps(case(sentence, cases, outputs)) for sentence in cases)
        (folder / f"{name}_golden.json").write_text(f"[{lines}]\n")
