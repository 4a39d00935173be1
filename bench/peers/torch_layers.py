"""Layers of sequences and tables in PyTorch, with the values that every side begins with."""

import torch
from torch import nn

KINDS = {"embedding", "embed_columns", "position", "gru", "lstm", "attention", "layer_norm"}


def module(layer, values, sparse=False):
    """`values` by Lithe's names. `sparse`: gradients of embeddings have the rows that were met."""
    values = {name: torch.from_numpy(array) for name, array in values.items()}
    kind = layer["layer"]
    if kind == "embedding":
        return Tokens(values["weight"], sparse)
    if kind == "embed_columns":
        return Columns(list(values.values()), sparse)
    if kind == "position":
        return Position(values["weight"])
    if kind == "layer_norm":
        norm = nn.LayerNorm(len(values["weight"]))
        norm.weight, norm.bias = nn.Parameter(values["weight"]), nn.Parameter(values["bias"])
        return norm
    if kind == "attention":
        return Attention(layer["heads"], values)
    return Recurrent(kind, values)


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Tokens(nn.Module):
    def __init__(self, weight, sparse):
        super().__init__()
        self.table = nn.Embedding.from_pretrained(weight, freeze=False, sparse=sparse)

    def forward(self, x):
        return self.table(x.long())


class Columns(nn.Module):
    def __init__(self, tables, sparse):
        super().__init__()
        self.tables = nn.ModuleList(
            nn.Embedding.from_pretrained(one, freeze=False, sparse=sparse) for one in tables)

    def forward(self, x):
        numbers = x[:, len(self.tables):]
        codes = x[:, :len(self.tables)].long().unbind(1)
        return torch.cat([table(c) for table, c in zip(self.tables, codes)] + [numbers], dim=1)


class Position(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, x):
        return x + self.weight

    def step(self, x, state):
        at = 0 if state is None else state
        return x + self.weight[at], at + 1


class Recurrent(nn.Module):
    """The output behind the last position."""

    def __init__(self, kind, values):
        super().__init__()
        inputs, units = values["weight"].shape[0], values["recurrent_weight"].shape[0]
        self.network = {"gru": nn.GRU, "lstm": nn.LSTM}[kind](inputs, units, batch_first=True)
        self.network.weight_ih_l0 = nn.Parameter(values["weight"].T.contiguous())
        self.network.weight_hh_l0 = nn.Parameter(values["recurrent_weight"].T.contiguous())
        self.network.bias_ih_l0 = nn.Parameter(values["bias"])
        # PyTorch's LSTM has two biases where one does the same: the second one stays 0.
        second = values.get("recurrent_bias")
        self.network.bias_hh_l0 = nn.Parameter(
            torch.zeros_like(values["bias"]) if second is None else second,
            requires_grad=second is not None)

    def forward(self, x):
        return self.network(x)[0][:, -1]

    def step(self, x, state):
        y, state = self.network(x.unsqueeze(1), state)
        return y[:, 0], state


class Attention(nn.Module):
    """As it is written by hand around scaled_dot_product_attention."""

    def __init__(self, heads, values):
        super().__init__()
        width = len(values["output_bias"])
        self.heads = heads
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        for linear, name in ((self.into, ""), (self.out, "output_")):
            linear.weight = nn.Parameter(values[name + "weight"].T.contiguous())
            linear.bias = nn.Parameter(values[name + "bias"])

    def forward(self, x):
        queries, keys, values = self._heads(x)
        y = nn.functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(x.shape))

    def step(self, x, state):
        queries, keys, values = self._heads(x.unsqueeze(1))
        if state is not None:
            keys, values = torch.cat([state[0], keys], 2), torch.cat([state[1], values], 2)
        y = nn.functional.scaled_dot_product_attention(queries, keys, values)
        return self.out(y.transpose(1, 2).reshape(x.shape)), (keys, values)

    def _heads(self, x):
        n, length, width = x.shape
        return (part.view(n, length, self.heads, width // self.heads).transpose(1, 2)
                for part in self.into(x).split(width, dim=2))


def step(network, x, states):
    """The output of a Sequential behind one more position, and its new states in their order."""
    states, after = iter(states or ()), []

    def run(module, x):
        if isinstance(module, Residual):
            return x + run_all(module, x)
        if not hasattr(module, "step"):
            return module(x)
        x, state = module.step(x, next(states, None))
        after.append(state)
        return x

    def run_all(modules, x):
        for module in modules:
            x = run(module, x)
        return x

    return run_all(network, x), after
