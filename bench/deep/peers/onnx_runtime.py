"""ONNX Runtime, inference alone: a graph of Gemm and Sigmoid, with plain calls or bound buffers."""

import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from data import start


def variants(workload, data, threads):
    if not workload.inference or workload.activation != "sigmoid":
        raise SystemExit("ONNX Runtime is measured on inference alone")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(_model(workload), settings,
                                           providers=["CPUExecutionProvider"])
    return {"run": lambda: _plain(session, data), "bound": lambda: _bound(session, data)}


def _plain(session, data):
    examples = [{"x0": row} for row in data.x[:, None]]

    def epoch():
        for example in examples:
            session.run(None, example)

    return epoch


def _bound(session, data):
    """One buffer in, one out, both known beforehand; filling the first is part of the call."""
    name = session.get_outputs()[0].name
    held = data.x[:1].copy()
    binding = session.io_binding()
    binding.bind_cpu_input("x0", held)
    binding.bind_output(name)

    def epoch():
        for row in data.x:
            held[0] = row
            session.run_with_iobinding(binding)

    return epoch


def _model(workload):
    nodes, arrays = [], []
    for number, (weight, bias) in enumerate(start(workload)):
        arrays += [numpy_helper.from_array(weight, f"w{number}"),
                   numpy_helper.from_array(bias, f"b{number}")]
        nodes += [helper.make_node("Gemm", [f"x{number}", f"w{number}", f"b{number}"],
                                   [f"z{number}"]),
                  helper.make_node("Sigmoid", [f"z{number}"], [f"x{number + 1}"])]
    ends = [helper.make_tensor_value_info(f"x{number}", TensorProto.FLOAT, [1, units])
            for number, units in ((0, workload.sizes[0]), (len(nodes) // 2, workload.sizes[-1]))]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def describe():
    return {"versions": {"onnxruntime": onnxruntime.__version__},
            "blas": "none, its own products (MLAS)", "kernels": "chosen by MLAS"}
