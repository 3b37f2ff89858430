"""Weights stored as int8 and unpacked to float32 at load, so that inference itself runs in float32.

Only standard operators are used. A MatMul weight [K, N] is kept as int8 [K/g, g, N] with one float16 scale per g inputs
and output (Cast, Mul, Reshape: constants all, so onnxruntime folds them when it opens the session). An embedding
table keeps one float32 scale per row and unpacks only the rows it looks up. Activations are never quantised: that
is what makes the same text come out differently in a batch.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GROUP = 32
"""Inputs that share a scale. Measured over 500 texts, cosine to float32 mean / min: one scale per output .99957 / .9980,
64 .99981 / .9993, 32 .99985 / .9994; below that the scales cost more than they bring. Searching for a better scale than
max / 127 (clipping, least squares) moved nothing in the fifth digit, so there is no search."""

SMALLEST = 1024
"""Tensors with fewer values stay float32."""

NODES = list[onnx.NodeProto]


def round_to_int8(values: np.ndarray, axis: int, kind: type) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric: (int8 in -127..127, scale of `kind`) with values ≈ int8 × scale; the scale is rounded before it is used."""
    scale = np.abs(values).max(axis=axis, keepdims=True) / np.float32(127)
    scale = np.maximum(scale, np.finfo(np.float16).tiny).astype(kind)
    packed = np.clip(np.rint(values / scale.astype(np.float32)), -127, 127)
    return packed.astype(np.int8), scale


def pack_matmul(name: str, weight: np.ndarray) -> tuple[list[onnx.TensorProto], NODES]:
    """Initializers and constant nodes that give back `name` [K, N] as float32."""
    inputs, outputs = weight.shape
    group = GROUP if inputs % GROUP == 0 else inputs
    packed, scale = round_to_int8(weight.reshape(inputs // group, group, outputs), 1, np.float16)
    stored = [
        numpy_helper.from_array(packed, f"{name}.int8"),
        numpy_helper.from_array(scale, f"{name}.scale"),
        numpy_helper.from_array(np.array([inputs, outputs], np.int64), f"{name}.shape"),
    ]
    nodes = [
        helper.make_node("Cast", [f"{name}.int8"], [f"{name}.whole"], f"{name}/cast", to=TensorProto.FLOAT),
        helper.make_node("Cast", [f"{name}.scale"], [f"{name}.scale32"], f"{name}/cast_scale", to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}.whole", f"{name}.scale32"], [f"{name}.grouped"], f"{name}/unpack"),
        helper.make_node("Reshape", [f"{name}.grouped", f"{name}.shape"], [name], f"{name}/reshape"),
    ]
    return stored, nodes


def pack_table(name: str, table: np.ndarray, lookup: onnx.NodeProto) -> tuple[list[onnx.TensorProto], NODES]:
    """Initializers, and the nodes that replace the Gather `lookup` on the table [rows, dim]."""
    packed, scale = round_to_int8(table, 1, np.float32)
    rows, base = lookup.input[1], lookup.name or name
    stored = [numpy_helper.from_array(packed, f"{name}.int8"), numpy_helper.from_array(scale, f"{name}.scale")]
    nodes = [
        helper.make_node("Gather", [f"{name}.int8", rows], [f"{base}.rows"], f"{base}/rows", axis=0),
        helper.make_node("Gather", [f"{name}.scale", rows], [f"{base}.row_scale"], f"{base}/row_scale", axis=0),
        helper.make_node("Cast", [f"{base}.rows"], [f"{base}.whole"], f"{base}/cast", to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{base}.whole", f"{base}.row_scale"], [lookup.output[0]], f"{base}/unpack"),
    ]
    return stored, nodes


def store_as_int8(model: onnx.ModelProto) -> int:
    """Rewrite the graph in place; returns how many weights were packed. A weight with several readers stays as it is."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    readers: dict[str, int] = {}
    for node in graph.node:
        for name in node.input:
            readers[name] = readers.get(name, 0) + 1
    first, rest, added, packed = [], [], [], set()
    for node in graph.node:
        name = node.input[{"MatMul": 1, "Gather": 0}.get(node.op_type, 0)] if node.input else ""
        tensor = weights.get(name) if node.op_type in ("MatMul", "Gather") and readers.get(name) == 1 else None
        if tensor is None or tensor.data_type != TensorProto.FLOAT or len(tensor.dims) != 2 or np.prod(tensor.dims) < SMALLEST:
            rest.append(node)
            continue
        values = numpy_helper.to_array(tensor)
        packed.add(name)
        if node.op_type == "MatMul":
            stored, nodes = pack_matmul(name, values)
            first.extend(nodes)
            rest.append(node)
        else:
            stored, nodes = pack_table(name, values, node)
            rest.extend(nodes)
        added.extend(stored)
    kept = [tensor for tensor in graph.initializer if tensor.name not in packed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(first + rest)
    graph.initializer.extend(kept + added)
    onnx.checker.check_model(model, full_check=True)
    return len(packed)
