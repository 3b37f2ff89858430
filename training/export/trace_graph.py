"""PyTorch module → ONNX graph in memory, with free batch and sequence axes."""

import io
import warnings
from collections.abc import Sequence

import onnx
import torch

from training.export.sentence_graph import SentenceGraph

OPSET = 17
"""The first opset with LayerNormalization as one operator; every onnxruntime since 1.12 loads it."""

INPUTS = ["input_ids", "attention_mask"]


def output_name(mode: str | None) -> str:
    """What the graph's only output is called, as the usual exporters call it."""
    return "last_hidden_state" if mode is None else "sentence_embedding"


def trace_graph(transformer: torch.nn.Module, mode: str | None, dense: Sequence[torch.nn.Module] = ()) -> onnx.ModelProto:
    """Trace with the TorchScript exporter, whose output onnxruntime fuses (Gelu, LayerNormalization, scaled MatMul).

    The model must have been loaded with attn_implementation="eager": the other attention traces to more nodes.
    The example has padding in it, so that no step of the mask is left out.
    """
    ids = torch.tensor([[101, 7, 8, 102], [101, 9, 102, 0]]) % transformer.config.vocab_size
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    output = output_name(mode)
    axes = {name: {0: "batch", 1: "sequence"} for name in INPUTS}
    axes[output] = {0: "batch", 1: "sequence"} if mode is None else {0: "batch"}
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            SentenceGraph(transformer, mode, dense).eval(),
            (ids, mask),
            buffer,
            input_names=INPUTS,
            output_names=[output],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    fix_dimension(model, mode, dense[-1].linear.out_features if dense else transformer.config.hidden_size)
    onnx.checker.check_model(model, full_check=True)
    return model


def fix_dimension(model: onnx.ModelProto, mode: str | None, dimension: int) -> None:
    """Write the vector's length into the output's type, which the tracer may leave open or name after a node."""
    del model.graph.value_info[:]
    shape = model.graph.output[0].type.tensor_type.shape
    names = ["batch", "sequence", dimension] if mode is None else ["batch", dimension]
    del shape.dim[:]
    for name in names:
        entry = shape.dim.add()
        if isinstance(name, int):
            entry.dim_value = name
        else:
            entry.dim_param = name
