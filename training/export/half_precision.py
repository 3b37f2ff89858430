"""Weights and arithmetic in float16, for GPUs: half the memory, and the tensor cores. On a CPU it is slower than float32."""

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel


def store_as_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with float16 inside; inputs and the output keep their types, so the service need not know.

    LayerNormalization, Softmax and the reductions sum in float32 inside their GPU kernels, so nothing is left out.
    """
    half = OnnxModel(convert_float_to_float16(model, keep_io_types=True))
    half.topological_sort()  # The converter appends its casts at the end.
    onnx.checker.check_model(half.model)
    return half.model
