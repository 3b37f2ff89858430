"""A BERT with learnt quantisation → an ONNX graph whose matrix products run in integers, the same on every processor and in every batch.

Scales are constants (learnt in training), so a text's vector does not depend on what shares its batch; dynamic quantisation
takes its scale from the whole batch and fails there. Weights are 7-bit in an int8 tensor: two products of a uint8 and such a
weight fit 16 bits, so processors without VNNI sum the same integers as those with it. Everything between products (softmax,
GELU, normalisation, residuals) is float32.
"""

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.export.int8_store import round_to_int8

CONTRIB = "com.microsoft"
LEAST_WEIGHT, MOST_WEIGHT = -64, 63

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class BertShape:
    """`heads` divides the width; `epsilon` is layer normalisation's."""

    layers: int
    heads: int
    epsilon: float


@dataclass
class GraphUnderWay:
    """Nodes and constants so far. `node` returns its output's name, `constant` its own."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value if value.ndim == 0 else np.ascontiguousarray(value), name))
        return name


def whole_weights(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[out, in] float → ([in, out] int8 in -64..63, [out] float32 scale), as training's packed_bert.weight_scale has it."""
    scale = np.maximum(np.abs(weight).max(axis=1) / np.float32(MOST_WEIGHT), np.float32(1e-8)).astype(np.float32)
    whole = np.clip(np.rint(weight / scale[:, None]), LEAST_WEIGHT, MOST_WEIGHT).astype(np.int8)
    return whole.T, scale


def held(graph: GraphUnderWay, x: str, name: str, weights: Arrays) -> str:
    """`x` brought to whole numbers on the learnt scale of the product `name`, and back: the pair that runtimes fuse."""
    constants = [
        graph.constant(f"{name}.input_scale", np.array(weights[f"{name}.input_scale"].item(), np.float32)),
        graph.constant(f"{name}.input_zero", np.array(np.rint(weights[f"{name}.input_zero"].item()), np.uint8)),
    ]
    smooth = weights[f"{name}.smooth"]
    if not np.all(smooth == 1.0):
        x = graph.node("Mul", [x, graph.constant(f"{name}.unsmooth", (1.0 / smooth).astype(np.float32))], f"{name}.smoothed")
    graph.node("QuantizeLinear", [x, *constants], f"{name}.held")
    return graph.node("DequantizeLinear", [f"{name}.held", *constants], f"{name}.input")


def product(graph: GraphUnderWay, x: str, name: str, weight: np.ndarray) -> str:
    """`x` times a whole-number weight, without bias; `weight` [out, in] is already smoothed."""
    whole, scale = whole_weights(weight)
    stored = [graph.constant(f"{name}.whole", whole), graph.constant(f"{name}.scale", scale), graph.constant(f"{name}.zero", np.zeros(scale.shape, np.int8))]
    graph.node("DequantizeLinear", stored, f"{name}.weight", axis=1)
    return graph.node("MatMul", [x, f"{name}.weight"], f"{name}.out")


def normalised(graph: GraphUnderWay, x: str, name: str, weights: Arrays, epsilon: float) -> str:
    scale = graph.constant(f"{name}.weight", weights[f"{name}.weight"].astype(np.float32))
    shift = graph.constant(f"{name}.bias", weights[f"{name}.bias"].astype(np.float32))
    return graph.node("LayerNormalization", [x, scale, shift], f"{name}.out", axis=-1, epsilon=epsilon)


def table(graph: GraphUnderWay, values: np.ndarray) -> str:
    """The rows of `input_ids` of the word table, kept as int8 with one scale a row."""
    packed, scale = round_to_int8(values.astype(np.float32), 1, np.float32)
    graph.constant("words.int8", packed)
    graph.constant("words.scale", scale)
    graph.node("Gather", ["words.int8", "input_ids"], "words.rows", axis=0)
    graph.node("Gather", ["words.scale", "input_ids"], "words.row_scale", axis=0)
    graph.node("Cast", ["words.rows"], "words.whole", to=TensorProto.FLOAT)
    return graph.node("Mul", ["words.whole", "words.row_scale"], "words.out")


def embeddings(graph: GraphUnderWay, weights: Arrays, epsilon: float) -> str:
    words = table(graph, weights["words.weight"])
    graph.constant("places.weight", weights["places.weight"].astype(np.float32))
    for name, value in (("zero", 0), ("one", 1), ("two", 2)):
        graph.constant(name, np.array([value], np.int64))
    graph.node("Shape", ["input_ids"], "shape")
    graph.node("Slice", ["shape", "one", "two"], "length")
    graph.node("Slice", ["places.weight", "zero", "length", "zero"], "places.out")
    graph.node("Add", [words, "places.out"], "embedded")
    return normalised(graph, "embedded", "norm", weights, epsilon)


def layer(graph: GraphUnderWay, x: str, name: str, weights: Arrays, shape: BertShape) -> str:
    """One transformer layer on `x` [batch, seq, width]."""

    def weight(part: str) -> np.ndarray:
        return weights[f"{name}.{part}.weight"] * weights[f"{name}.{part}.smooth"]

    def bias(part: str) -> str:
        return graph.constant(f"{name}.{part}.bias", weights[f"{name}.{part}.bias"].astype(np.float32))

    def through(y: str, part: str) -> str:
        full = f"{name}.{part}"
        return product(graph, held(graph, y, full, weights), full, weight(part))

    shared = held(graph, x, f"{name}.qkv", weights)
    qkv = [product(graph, shared, f"{name}.{part}", piece) for part, piece in zip("qkv", np.split(weight("qkv"), 3), strict=True)]
    mixed = graph.node("MultiHeadAttention", [*qkv, bias("qkv"), "mask"], f"{name}.mixed", CONTRIB, num_heads=shape.heads)
    graph.node("Add", [x, bias("out")], f"{name}.residual")
    graph.node("Add", [through(mixed, "out"), f"{name}.residual"], f"{name}.first")
    x = normalised(graph, f"{name}.first", f"{name}.norm1", weights, shape.epsilon)
    active = graph.node("BiasGelu", [through(x, "up"), bias("up")], f"{name}.active", CONTRIB)
    graph.node("Add", [x, bias("down")], f"{name}.residual2")
    graph.node("Add", [through(active, "down"), f"{name}.residual2"], f"{name}.second")
    return normalised(graph, f"{name}.second", f"{name}.norm2", weights, shape.epsilon)


def pooled(graph: GraphUnderWay, x: str) -> str:
    """Mean over the pieces that count, then unit length (the mean's divisor cancels).

    Summed as float64: runtimes add a batch of one in another order than a batch of several, and float32 sums would differ in their last digits.
    """
    graph.node("Cast", ["attention_mask"], "counts", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["counts", "two"], "counts.wide")
    graph.node("Mul", [x, "counts.wide"], "counted")
    graph.node("Cast", ["counted"], "counted.double", to=TensorProto.DOUBLE)
    graph.node("ReduceSum", ["counted.double", "one"], "total.double", keepdims=0)
    graph.node("Cast", ["total.double"], "total", to=TensorProto.FLOAT)
    return graph.node("LpNormalization", ["total"], "sentence_embedding", axis=-1, p=2)


def int8_graph(weights: Arrays, shape: BertShape) -> onnx.ModelProto:
    """The whole graph: (input_ids, attention_mask) int64 [batch, seq] → sentence_embedding float32 [batch, width].

    `weights` has the names of training.packed.bert.PackedBert, `input_scale` and `input_zero` of each product among them.
    """
    graph = GraphUnderWay()
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    x = embeddings(graph, weights, shape.epsilon)
    for number in range(shape.layers):
        x = layer(graph, x, f"layers.{number}", weights, shape)
    pooled(graph, x)
    width = int(weights["words.weight"].shape[1])
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "seq"]) for name in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", width])]
    body = helper.make_graph(graph.nodes, "int8_sentence_bert", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9, producer_name="faqmatch training")


def is_int8_graph(tensors: Arrays) -> bool:
    """Whether the graph with these initializers was made by `int8_graph`."""
    return "layers.0.q.whole" in tensors


def trained_weights(tensors: Arrays) -> Arrays:
    """The initializers of an `int8_graph` → the weights it was made of, by PackedBert's names, on the whole numbers' grid: what training goes on from."""

    def stored(name: str) -> np.ndarray:
        return tensors[f"{name}.whole"].astype(np.float32) * tensors[f"{name}.scale"]

    found = {
        "words.weight": tensors["words.int8"].astype(np.float32) * tensors["words.scale"],
        "places.weight": tensors["places.weight"],
        "norm.weight": tensors["norm.weight"],
        "norm.bias": tensors["norm.bias"],
    }
    for number in range(sum(name.endswith(".q.whole") for name in tensors)):
        layer = f"layers.{number}"
        for part in ("qkv", "out", "up", "down"):
            name = f"{layer}.{part}"
            smoothed = np.concatenate([stored(f"{layer}.{one}") for one in "qkv"], axis=1) if part == "qkv" else stored(name)
            unsmooth = tensors.get(f"{name}.unsmooth", np.ones(len(smoothed), np.float32))
            found |= {
                f"{name}.weight": (smoothed * unsmooth[:, None]).T,
                f"{name}.smooth": 1.0 / unsmooth,
                f"{name}.bias": tensors[f"{name}.bias"],
                f"{name}.input_scale": tensors[f"{name}.input_scale"].reshape(1),
                f"{name}.input_zero": tensors[f"{name}.input_zero"].reshape(1).astype(np.float32),
            }
        found |= {f"{layer}.{norm}.{end}": tensors[f"{layer}.{norm}.{end}"] for norm in ("norm1", "norm2") for end in ("weight", "bias")}
    return found
