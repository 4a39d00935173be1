"""ONNX Runtime, inference alone: a graph of dense layers, convolutions and pools, with plain calls or
bound buffers. Images have their channels first, as ONNX has them.
"""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import data as start_of

_ACTIVATIONS = {"sigmoid": "Sigmoid", "relu": "Relu", "tanh": "Tanh"}
_threads = 0


def prepare(threads):
    global _threads
    _threads = threads


def calls(job, data):
    settings = onnxruntime.SessionOptions()
    if _threads > 0:
        settings.intra_op_num_threads, settings.inter_op_num_threads = _threads, 1
    session = onnxruntime.InferenceSession(_model(job), settings,
                                           providers=["CPUExecutionProvider"])
    rows = np.ascontiguousarray(data.x.reshape(-1, *_input_shape(job)))
    return {"run": _plain(session, rows), "bound": _bound(session, rows)}


def _plain(session, rows):
    examples = [{"x0": row} for row in rows[:, np.newaxis]]

    def every(keep):
        if keep:
            return [session.run(None, example)[0] for example in examples]
        for example in examples:
            session.run(None, example)
        return []

    return every


def _bound(session, rows):
    """One buffer in, one out, both known beforehand; filling the first is part of the call."""
    held = rows[:1].copy()
    binding = session.io_binding()
    binding.bind_cpu_input("x0", held)
    binding.bind_output(session.get_outputs()[0].name)

    def every(keep):
        kept = []
        for row in rows:
            held[0] = row
            session.run_with_iobinding(binding)
            if keep:
                kept.append(binding.copy_outputs_to_cpu()[0].copy())
        return kept

    return every


def _input_shape(job):
    """Of an example. An image in grey is the same with its channel first or last."""
    assert len(job["input"]) in (1, 2)
    return job["input"] if len(job["input"]) == 1 else [1, *job["input"]]


def _model(job):
    starts, nodes, arrays, value = iter(start_of.start(job, channels_first=True)), [], [], "x0"

    def add(kind, *constants, **attributes):
        """A node after the last one; its constants are arrays."""
        nonlocal value
        names = [f"c{len(arrays) + i}" for i in range(len(constants))]
        arrays.extend(map(numpy_helper.from_array, constants, names))
        nodes.append(helper.make_node(kind, [value, *names], [f"x{len(nodes) + 1}"], **attributes))
        value = nodes[-1].output[0]

    for layer in job["layers"]:
        kind = layer["layer"]
        if kind == "max_pool":
            add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        elif kind == "flatten":
            add("Flatten")
        else:
            assert kind == "dense" or (kind, layer["padding"]) == ("conv2d", "valid")
            weight, bias = next(starts)
            if kind == "dense":
                add("Gemm", weight, bias)
            else:
                add("Conv", np.ascontiguousarray(weight.transpose(3, 2, 0, 1)), bias)
            if layer["activation"] != "identity":
                add(_ACTIVATIONS[layer["activation"]])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, *shape]) for name, shape in
            (("x0", _input_shape(job)), (value, [start_of.outputs(job)]))]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def describe():
    return {"versions": {"onnxruntime": onnxruntime.__version__},
            "blas": "none, its own products (MLAS)", "kernels": "chosen by MLAS"}
