"""Keras on TensorFlow: a Sequential model and fit(), as its guides show it; with many steps a call
and XLA at its best."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import data as start_of  # noqa: E402


def prepare(threads):
    if threads > 0:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def learners(job):
    plain, many = {}, {"steps_per_execution": max(1, min(100, job["rows"] // job["batch"]))}
    ways = {"fit": plain, "fit, many steps a call": many,
            "fit, many steps a call, XLA": {**many, "jit_compile": True}}
    if len(job["input"]) > 1:
        del ways["fit, many steps a call, XLA"]  # its convolutions take sixty times as long there
    return {name: lambda data, given=given: Learner(job, data, given)
            for name, given in ways.items()}


class Learner:
    def __init__(self, job, data, given):
        self.job, self.model = job, _model(job)
        self.x, self.test_x = (x.reshape(-1, *_shape(job)) for x in (data.x, data.test_x))
        self.y = data.classes if job["loss"] == "cross_entropy" else data.targets
        self.model.compile(optimizer=_optimizer(job["optimizer"]), loss=_loss(job),
                           **{"jit_compile": False, **given})

    def train(self, order):
        del order  # it shuffles by itself
        self.model.fit(self.x, self.y, batch_size=self.job["batch"], verbose=0)

    def outputs(self):
        return self.model.predict(self.test_x, verbose=0, batch_size=1_000)

    def parameters(self):
        return int(sum(np.prod(w.shape) for w in self.model.trainable_weights))


def calls(job, data):
    model = _model(job)
    examples = [tf.constant(row.reshape(1, *_shape(job))) for row in data.x]
    call = tf.function(lambda x: model(x, training=False))
    compiled = tf.function(lambda x: model(x, training=False), jit_compile=True)

    def way(network):
        def every(keep):
            if keep:
                return [network(x).numpy() for x in examples]
            for x in examples:
                network(x)
            return []

        return every

    return {"tf.function": way(call), "tf.function, XLA": way(compiled)}


def _shape(job):
    return (*job["input"], 1) if len(job["input"]) == 2 else tuple(job["input"])


def _model(job):
    layers, kinds = [keras.Input(_shape(job))], keras.layers
    for layer in job["layers"]:
        kind, activation = layer["layer"], layer.get("activation")
        if kind == "dense":
            layers.append(kinds.Dense(layer["units"], activation=_activation(activation)))
        elif kind == "conv2d":
            layers.append(kinds.Conv2D(layer["units"], layer["shape"][:2],
                                       activation=_activation(activation)))
        elif kind == "batch_norm":
            layers.append(kinds.BatchNormalization(momentum=0.9, epsilon=1e-5))
        else:
            layers.append(kinds.MaxPooling2D() if kind == "max_pool" else kinds.Flatten())
    model = keras.Sequential(layers)
    found = [layer for layer in model.layers if layer.weights]
    for layer, values in zip(found, start_of.start(job), strict=True):
        layer.set_weights([*values, *layer.get_weights()[2:]])
    return model


def _activation(name):
    return "linear" if name == "identity" else name


def _optimizer(told):
    rate = told["rate"]
    return {"adam": lambda: keras.optimizers.Adam(rate, epsilon=1e-8),
            "rmsprop": lambda: keras.optimizers.RMSprop(rate, rho=0.99, epsilon=1e-8),
            "sgd": lambda: keras.optimizers.SGD(rate)}[told["name"]]()


def _loss(job):
    if job["loss"] == "cross_entropy":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if job["loss"] == "binary_cross_entropy":
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return lambda y, a: 0.5 * tf.reduce_sum(tf.square(a - y), axis=-1)


def describe():
    return {"versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
            "blas": "none, oneDNN and Eigen inside", "kernels": "chosen by oneDNN and Eigen"}
