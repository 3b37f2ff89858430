"""A folder that training.export wrote → the sentence-transformers folder it came from, as far as its stored weights allow.

The export keeps the names of biases, norms and tables; a MatMul's weight has lost its name and gets it back from the bias that is
added to the product. Weights stored as int8 come back as what the service computes with, so nothing is lost against that.
"""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from transformers import AutoConfig, AutoModel

from training.export.base_folder import NEEDED, module_types, read_object, utterance_prompt
from training.export.int8_graph import is_int8_graph, trained_weights
from training.export.manifest import LEARNT_TEXTS, read_manifest
from training.faults import Fault
from training.packed.bert import to_state
from training.saving import saving

PREFIX = "transformer."
"""Of the traced module (export/sentence_graph.py)."""

PROMPTS = "config_sentence_transformers.json"

INSTEAD = "give the sentence-transformers folder it was made from"

LEAST_COSINE = 0.95
"""What the rebuilt model must reach on the folder's parity vectors; int8 storage costs up to .001, reading a graph that computes in int8 as float up to .04."""


def is_exported(folder: Path) -> bool:
    """Whether the folder holds a graph of ours and no PyTorch weights."""
    weights = any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin"))
    return (folder / "faqmatch.json").is_file() and not weights


def unpacked(tensors: dict[str, np.ndarray], name: str) -> np.ndarray | None:
    """The float32 values of a weight, whether stored so or as int8 with scales; None if the graph has no such weight."""
    if name in tensors:
        return tensors[name].astype(np.float32)
    if f"{name}.int8" not in tensors:
        return None
    values = tensors[f"{name}.int8"].astype(np.float32) * tensors[f"{name}.scale"].astype(np.float32)
    return values.reshape(tensors[f"{name}.shape"]) if f"{name}.shape" in tensors else values


def named_weights(graph: onnx.GraphProto) -> dict[str, torch.Tensor]:
    """Weights by the names that the transformer gives them."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    if is_int8_graph(tensors):
        return to_state({name: torch.tensor(np.ascontiguousarray(value)) for name, value in trained_weights(tensors).items()})
    # Weights of equal value are stored once by the tracer, the others being named after it.
    tensors |= {node.output[0]: tensors[node.input[0]] for node in graph.node if node.op_type == "Identity" and node.input[0] in tensors}
    names = {name.removesuffix(".int8") for name in tensors if not name.endswith((".scale", ".shape"))}
    found = {name: unpacked(tensors, name) for name in names if name.startswith(PREFIX)}
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        bias = next((name for name in node.input if name.startswith(PREFIX) and name.endswith(".bias")), None)
        product = next((name for name in node.input if name in products), None)
        if node.op_type == "Add" and bias and product:
            weight = unpacked(tensors, products[product])
            if weight is not None:
                found[bias.removesuffix("bias") + "weight"] = weight.T
    return {name.removeprefix(PREFIX): torch.tensor(np.ascontiguousarray(value)) for name, value in found.items() if value is not None}


def rebuild_base(folder: Path, room: Path) -> None:
    """Write a sentence-transformers folder into `room`; a Fault where the graph is not one that can be read back."""
    for part in NEEDED:
        if not (folder / part).is_file():
            raise Fault(f"the base folder {folder} lacks {part}; copy the whole model folder")
    require_digests(folder)
    for part in NEEDED:
        (room / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / part, room / part)
    for part in (PROMPTS, LEARNT_TEXTS):
        if (folder / part).is_file():
            shutil.copyfile(folder / part, room / part)
    kinds = [module["type"].rsplit(".", 1)[-1] for module in module_types(folder / "modules.json")]
    if not {"Transformer", "Pooling", "Normalize"}.issuperset(kinds):
        raise Fault(f"{folder} is an exported model with {', '.join(kinds)}, whose weights cannot be read back; {INSTEAD}")
    manifest = read_manifest(folder)
    weights = named_weights(onnx.load(str(folder / manifest["graph"]["file"])).graph)
    model = AutoModel.from_config(AutoConfig.from_pretrained(str(room)))
    missing = [name for name in model.state_dict() if name not in weights and not name.startswith("pooler.") and "position_ids" not in name]
    if missing:
        lacking = f"{len(missing)} weights ({missing[0]}, …)"
        raise Fault(f"{folder} is an exported model whose graph does not give back {lacking}; {INSTEAD}")
    own = model.state_dict()
    # BERT's own pooler is in no graph and read by nothing here: zeros, since the random numbers it was made with would be others in every process.
    whole = {name: weights.get(name, torch.zeros_like(value) if name.startswith("pooler.") else value).clone() for name, value in own.items()}
    with saving(room / "model.safetensors", "try again (TMPDIR names the place of temporary files)"):
        save_file(whole, str(room / "model.safetensors"), metadata={"format": "pt"})
    require_parity(folder, room)


def require_digests(folder: Path) -> None:
    """Hold every file to its digest: parity would not notice a changed row that its few texts do not read."""
    files: dict[str, str] = read_manifest(folder)["files"]
    for name, digest in files.items():
        file = folder / name
        if not file.is_file() or f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" != digest:
            raise Fault(f"{file} is not what faqmatch.json says: it was changed, damaged or left out; copy the model folder again")


def require_parity(folder: Path, room: Path) -> None:
    """Hold the rebuilt model to the vectors that came with the exported one."""
    file = folder / "parity.json"
    if not file.is_file():
        raise Fault(f"the base folder {folder} lacks parity.json, which its weights are held to; copy the model folder again")
    parity = read_object(file, texts=list, vectors=list)
    vectors = SentenceTransformer(str(room), device="cpu").encode(parity["texts"], prompt=utterance_prompt(room), normalize_embeddings=True)
    worst = float((vectors * np.array(parity["vectors"], np.float32)).sum(axis=1).min())
    if not worst >= LEAST_COSINE:
        raise Fault(f"{folder}: the weights read back from its graph give vectors with a cosine of {worst:.4f} to its parity.json; {INSTEAD}")
