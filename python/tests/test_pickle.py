"""Every public class can be pickled and copied, or says what to do instead."""

import copy
import inspect
import pickle

import lithe
import numpy as np
import pytest

rl = lithe.rl

X = np.random.default_rng(0).normal(size=(50, 4))
Y = (X[:, 0] > 0).astype(int)
OPTIONS = {"loss": "cross_entropy", "threads": 1, "epochs": 2}


def model():
    return lithe.Model("input(4) -> dense(2)")


def trainer():
    return lithe.Trainer(model(), lithe.Examples(X, Y), **OPTIONS)


def result():
    made = trainer()
    list(made)
    return made.finish()


def agent(name="ppo(n_steps=16)", env="cartpole", steps=32, **options):
    made = rl.Agent(env, name, n=2, network="dense(8, tanh)", **options)
    if steps:
        made.train(steps)
    return made


def learner():
    made = lithe.Learner(model(), batch=8)
    made.forward(X[:8])
    made.backward(np.ones((8, 2)))
    return made


def environments():
    made = rl.make("snake(8x8)", n=3, seed=5)
    made.reset()
    made.step([0, 1, 2])
    return made



def figures(value):
    """All that an object shows: what can be printed and compared."""
    if isinstance(value, np.ndarray | lithe.LearnedArray):
        return value.tolist()
    seen = {"repr": repr(value)} if type(value).__repr__ is not object.__repr__ else {}
    for name in dir(value):
        if name.startswith("_"):
            continue
        try:
            shown = getattr(value, name)
        except lithe.Error as error:
            shown = str(error)
        if not callable(shown):
            seen[name] = shown.tolist() if isinstance(shown, np.ndarray) else repr(shown)
    return {name: shown for name, shown in seen.items() if " object at 0x" not in str(shown)}


MAKE = {
    "Examples": lambda: lithe.Examples(X, Y, np.arange(50), classes=3),
    "LanguageModel": lambda: lithe.LanguageModel(window=8),
    "Windows": lambda: lithe.windows(X, window=5, horizon=[1, 3], groups=Y, test_share=8),
    "LearnedArray": lambda: model()["layers.0.weight"],
    "Learner": learner,
    "Model": model,
    "Network": lambda: lithe.Network("dense(3)"),
    "Predictor": lambda: lithe.Predictor(model(), batch=4),
    "EpochReport": lambda: trainer().run_epoch(),
    "TrainingResult": result,
    "LearningRateTest": lambda: lithe.find_learning_rate(model(), lithe.Examples(X, Y), loss="cross_entropy"),
    "Error": lambda: lithe.Error("a", "b", "c", "data"),
    "CopyWarning": lambda: lithe.CopyWarning("copied"),
    "Agent": agent,
    "AgentReport": lambda: agent().train(32),
    "Environments": environments,
    "Policy": lambda: agent().policy,
    "Spaces": lambda: agent().policy.spaces,
    **{kind.__name__: lambda kind=kind: kind("cartpole", n=2) for kind in (rl.PPO, rl.DQN, rl.REINFORCE, rl.ActorCritic)},
    "SAC": lambda: rl.SAC("pendulum", n=2),
}
# Estimators and what is read of files have tests of their own: scikit-learn's, and in test_reading.py.
ELSEWHERE = {"Autoencoder", "Classifier", "MultiLabelClassifier", "OutlierDetector", "Regressor", "Table", "Images", "Dataset"}
REFUSED = {
    "Trainer": (trainer, "save_state"),
    "Stepper": (lambda: lithe.Stepper(lithe.Model("input(3x2) -> gru(2)")), "model"),
    "OnlineAgent": (lambda: rl.OnlineAgent(rl.spaces_of([4], choices=2)), "policy"),
    "GymEnv": (lambda: rl.GymEnv("CartPole-v1"), "policy"),
    "VectorEnv": (lambda: rl.VectorEnv(gymnasium_vector()), "policy"),
}


def gymnasium_vector():
    import gymnasium

    mode = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}
    return gymnasium.make_vec("CartPole-v1", num_envs=2, vectorization_mode="sync", vector_kwargs=mode)


def test_every_class_is_here():
    names = [(module, name) for module in (lithe, rl) for name in module.__all__]
    gym = {"GymEnv", "VectorEnv"}
    classes = {name for module, name in names if name in gym | ELSEWHERE or inspect.isclass(getattr(module, name))}
    assert classes == set(MAKE) | set(REFUSED) | ELSEWHERE


@pytest.mark.parametrize("again", [lambda one: pickle.loads(pickle.dumps(one)), copy.deepcopy, copy.copy])
@pytest.mark.parametrize("name", MAKE)
def test_comes_back(name, again):
    one = MAKE[name]()
    other = again(one)
    assert type(other) is (np.ndarray if name == "LearnedArray" else type(one))
    assert figures(other) == figures(one)


@pytest.mark.parametrize("name", REFUSED)
def test_says_what_to_do_instead(name):
    if name in ("GymEnv", "VectorEnv"):
        pytest.importorskip("gymnasium")
    make, remedy = REFUSED[name]
    one = make()
    for again in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match=f"cannot pickle .*{remedy}"):
            again(one)


def test_examples_have_the_same_answers():
    one = lithe.Examples(X, X[:, :2], np.arange(50))
    for examples in (one, pickle.loads(pickle.dumps(one))):
        made = lithe.Model("input(4) -> dense(2)")
        list(lithe.Trainer(made, examples, loss="mean_squared", threads=1, epochs=2))
        kept = made if examples is one else kept
    assert np.array_equal(made["layers.0.weight"], kept["layers.0.weight"])


@pytest.mark.parametrize("name", ["ppo(n_steps=16)", "dqn(learning_starts=20, buffer_size=100)", "actor_critic"])
def test_agents_go_on_to_the_same_bits(name):
    one = agent(name, steps=64)
    other = pickle.loads(pickle.dumps(one))
    assert repr(other) == repr(one)
    for made in (one, other):
        made.train(64)
    assert one._training.steps == other._training.steps
    mine, theirs = one.policy.model, other.policy.model
    assert all(np.array_equal(mine[key], theirs[key]) for key in mine)
    assert np.array_equal(one.evaluate(5)[0], other.evaluate(5)[0])


def test_agents_that_have_not_begun_come_to_the_same_bits():
    env = rl.make("cartpole", n=2, seed=7)
    env.reset()
    env.step([0, 1])
    one = rl.PPO(env, n_steps=16, seed=3)
    other = copy.deepcopy(one)
    for made in (one, other):
        made.train(64)
    assert np.array_equal(one.policy.model["layers.1.weight"], other.policy.model["layers.1.weight"])


def test_agents_in_python_environments_say_what_to_pickle():
    pytest.importorskip("gymnasium")
    one = rl.PPO(rl.GymEnv("CartPole-v1", n=2), n_steps=16)
    one.train(32)
    with pytest.raises(TypeError, match=r"pickle `agent.policy`"):
        pickle.dumps(one)
    assert pickle.loads(pickle.dumps(one.policy)).predict(np.zeros((3, 4))).shape == (3,)


def test_environments_go_on_to_the_same_bits():
    one = environments()
    other = pickle.loads(pickle.dumps(one))
    for _ in range(50):
        for mine, theirs in zip(one.step([1, 2, 0]), other.step([1, 2, 0]), strict=True):
            assert np.array_equal(mine, theirs)
    assert np.array_equal(one.final_observations, other.final_observations)


def test_learners_go_on_to_the_same_bits():
    one = learner()
    other = pickle.loads(pickle.dumps(one))
    for made in (one, other):
        for _ in range(3):
            made.backward(made.forward(X[:8]) - 1)
    assert np.array_equal(one.forward(X[:8]), other.forward(X[:8]))
    assert one.steps == other.steps == 4
