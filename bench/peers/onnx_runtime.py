"""ONNX Runtime, inference alone: a graph of Gemm and Sigmoid, with plain calls or bound buffers."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import data as start_of

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
    return {"run": _plain(session, data), "bound": _bound(session, data)}


def _plain(session, data):
    examples = [{"x0": row} for row in data.x[:, np.newaxis]]

    def every(keep):
        if keep:
            return [session.run(None, example)[0] for example in examples]
        for example in examples:
            session.run(None, example)
        return []

    return every


def _bound(session, data):
    """One buffer in, one out, both known beforehand; filling the first is part of the call."""
    held = data.x[:1].copy()
    binding = session.io_binding()
    binding.bind_cpu_input("x0", held)
    binding.bind_output(session.get_outputs()[0].name)

    def every(keep):
        kept = []
        for row in data.x:
            held[0] = row
            session.run_with_iobinding(binding)
            if keep:
                kept.append(binding.copy_outputs_to_cpu()[0].copy())
        return kept

    return every


def _model(job):
    nodes, arrays = [], []
    for number, ((weight, bias), layer) in enumerate(zip(start_of.start(job), job["layers"])):
        assert layer["activation"] == "sigmoid"
        arrays += [numpy_helper.from_array(weight, f"w{number}"),
                   numpy_helper.from_array(bias, f"b{number}")]
        nodes += [helper.make_node("Gemm", [f"x{number}", f"w{number}", f"b{number}"],
                                   [f"z{number}"]),
                  helper.make_node("Sigmoid", [f"z{number}"], [f"x{number + 1}"])]
    sizes = [job["input"][0], *(layer["units"] for layer in job["layers"])]
    ends = [helper.make_tensor_value_info(f"x{number}", TensorProto.FLOAT, [1, sizes[number]])
            for number in (0, len(sizes) - 1)]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def describe():
    return {"versions": {"onnxruntime": onnxruntime.__version__},
            "blas": "none, its own products (MLAS)", "kernels": "chosen by MLAS"}
