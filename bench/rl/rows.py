"""The rows of rows.toml, the recipes that they name, and what those settings mean."""

import dataclasses
import pathlib
import re
import tomllib

from harness import sentence

_HERE = pathlib.Path(__file__).resolve().parent
FILE = _HERE / "rows.toml"
RECIPES = _HERE.parents[1] / "recipes" / "rl"  # in the sources, and where Lithe is installed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """As the head of rows.toml explains its keys."""

    name: str
    title: str
    kind: str
    must: dict
    worth: dict
    recipe: str = ""
    settings: dict = dataclasses.field(default_factory=dict)
    threads: int = 1
    long: bool = False
    gymnasium: str = ""
    shape: tuple = ()
    elsewhere: str = ""


def read(path=FILE, recipes=RECIPES):
    """All of them, in the file's order, each with its recipe's settings; a row whose recipe is
    missing has none. Raises ValueError where a file is wrong."""
    try:
        return [Row(**_complete(entry, recipes)) for entry in _toml(path)["row"]]
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error


def named(rows, names):
    """Those that are named; all of them without names."""
    unknown = [name for name in names if name not in {row.name for row in rows}]
    if unknown:
        raise ValueError(f"there is no row '{unknown[0]}'; one of "
                         f"{', '.join(row.name for row in rows)}")
    return [row for row in rows if not names or row.name in names]


def recipe_path(row, recipes=RECIPES):
    return recipes / f"{row.recipe}.toml"


def agent(text, defaults):
    """ "ppo(adam(0.001), n_steps=32)" as a name and all its options, those that are not told from
    `defaults`, by the agent's name."""
    name, told, named = sentence.call(text)
    options = {**defaults[name], **dict(zip(defaults[name], told)), **named}
    return name, {key: _value(value) for key, value in options.items()}


def defaults(listed):
    """Of each agent, from what `lithe list agents` prints."""
    found = re.findall(r"^\w+\(.*\)$", listed, re.MULTILINE)
    return {name: named for name, _, named in map(sentence.call, found)}


def optimizer(text):
    """What peers have too: Adam, its rate constant or falling to 0 on a line. Raises ValueError for
    others."""
    name, (rate, *more), named = sentence.call(text)
    schedule, told, _ = sentence.call(rate)
    falls = schedule == "linear"
    if name != "adam" or more or (float(told[1]) != 0 if falls else told):
        raise ValueError(f"peers have no {text}")
    return {"rate": float(told[0] if falls else rate), "anneal": falls,
            "epsilon": float(named.get("epsilon", 1e-8)),
            "clip_norm": float(named.get("clip_norm", 0)) or None}  # 0 is no bound


def network(text):
    """Units and activation of the hidden layers, which all have the same."""
    layers = sentence.layers(f"input(1) -> {text}")
    activations = {layer.get("activation", "identity") for layer in layers}
    if {layer["layer"] for layer in layers} != {"dense"} or len(activations) != 1:
        raise ValueError(f"peers have no {text}")
    return {"units": [layer["units"] for layer in layers], "activation": activations.pop()}


def operations(row, known):
    """Multiply-adds times two that a step of an environment needs, learning included, by the
    networks of PPO or SAC; None for other agents, and where the row does not say the shape."""
    if not row.shape or not row.settings:
        return None
    name, options = agent(row.settings["agent"], known)
    return _OPERATIONS[name](row, options) if name in _OPERATIONS else None


def _ppo(row, options):
    """The policy's and the values' network: once when it acts, then learned from in each epoch."""
    seen, actions = row.shape
    networks = [_passes(row, seen, actions), _passes(row, seen, 1)]
    return sum(forward + options["n_epochs"] * learning for forward, learning in networks)


def _sac(row, options):
    """To act, and for each example of a batch: what follows is valued by the policy and both target
    critics; both critics learn; the policy learns from how their values change with the action."""
    seen, actions = row.shape
    policy, policy_learning = _passes(row, seen, 2 * actions)
    critic, critic_learning = _passes(row, seen + actions, 1)
    slope = 2 * critic  # forward, and the gradient of the input
    example = policy + 2 * critic + 2 * critic_learning + policy_learning + 2 * slope
    return policy + example * options["batch_size"] / options["train_freq"]


_OPERATIONS = {"ppo": _ppo, "sac": _sac}


def _passes(row, inputs, outputs):
    """Of an example forward; and forward with both gradients, but of the input for the first
    layer."""
    each = sentence.products(sentence.layers(
        f"input({inputs}) -> {row.settings['network']} -> dense({outputs})"))
    return sum(each), 3 * sum(each) - each[0]


def _complete(entry, recipes):
    settings = entry.get("settings", {})
    path = recipes / f"{entry.get('recipe', '')}.toml"
    if entry.get("recipe") and path.exists():
        settings = _toml(path)
        for key in ("environment", "environments", "agent", "network", "steps"):
            if key not in settings:
                raise ValueError(f"{path} does not say its {key}")
    return {**entry, "settings": settings, "shape": tuple(entry.get("shape", ()))}


def _toml(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def _value(text):
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if re.search(r"[.e]", text) else int(text)
    except ValueError:
        return text
