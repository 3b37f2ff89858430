"""Base folder → model folder: the steps of an export in order, checked before the folder appears."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense
from tqdm import tqdm

from training.export.base_folder import BaseFolder, read_base
from training.export.calibrated_int8 import calibrated_graph, quantised_vectors, require_plain_bert
from training.export.half_precision import store_as_half
from training.export.int8_store import store_as_int8
from training.export.manifest import GRAPH_FILE, write_manifest
from training.export.model_files import write_model_files
from training.export.reference_vectors import load_reference, reference_vectors, write_parity
from training.export.trace_graph import trace_graph
from training.export.whole_folder import whole_folder
from training.faults import Fault
from training.parity.graph_encoder import GraphEncoder

LEAST_SAME = 0.99
"""What an int8 graph must reach against PyTorch computing in the same whole numbers: a float rounded otherwise moves an input by a step."""

LEAST_COSINE = {"int8": 0.96, "int8-stored": 0.99, "float16": 0.999, "float32": 0.99999}
"""What every parity text must reach against sentence-transformers, or the folder is not written."""


@dataclass(frozen=True)
class ExportRequest:
    """One export. `weights` is a key of LEAST_COSINE; `card` and `licence` are files copied into the folder if given; ranges of int8 are read from `calibration`; `called` is the base's name in messages, where it is not `base`."""

    base: str
    out: Path
    name: str
    pooled: bool
    weights: str
    texts: list[str]
    card: Path | None = None
    licence: Path | None = None
    calibration: list[str] | None = None
    called: str = ""


def build_graph(request: ExportRequest, base: BaseFolder, reference: SentenceTransformer, next_step: Callable[[str], None]) -> tuple[onnx.ModelProto, np.ndarray | None]:
    """The graph in the form that is asked for, and the vectors of the request's texts where they are not those of sentence-transformers."""
    if request.weights == "int8":
        if not request.pooled:
            raise Fault("--no-pooling and --weights int8 exclude one another: the int8 graph pools; give --weights int8-stored")
        next_step("read ranges")
        graph, bert = calibrated_graph(base, reference, request.texts if request.calibration is None else request.calibration)
        return graph, quantised_vectors(base, bert, request.texts)
    graph = trace_graph(reference[0].auto_model, base.pooling if request.pooled else None, [module for module in reference if isinstance(module, Dense)])
    next_step(f"store weights as {request.weights}")
    if request.weights == "int8-stored":
        store_as_int8(graph)
    return (store_as_half(graph) if request.weights == "float16" else graph), None


def require_near(found: np.ndarray, wanted: np.ndarray, whose: str, least: float) -> None:
    """A fault where a row of unit vectors is further from what it should be than a cosine of `least`."""
    worst = float((found * wanted).sum(axis=1).min())
    if not worst >= least:
        raise Fault(f"the graph's worst cosine to {whose} is {worst:.6f}, below {least}; nothing was written")


def require_files(*extras: Path | None) -> None:
    """A Fault where a file to be copied into the folder is none."""
    for extra in extras:
        if extra is not None and not extra.is_file():
            raise Fault(f"{extra} is not a file; give the model card and the licence text, or leave the option out")


def write_model(request: ExportRequest) -> str:
    """Write the model folder; returns its digest. The same request gives the same bytes under the pinned packages."""
    require_files(request.card, request.licence)
    base = read_base(request.base)
    if request.weights == "int8":
        require_plain_bert(base, request.called)
    mode = base.pooling if request.pooled else None
    if base.dense and mode is None:
        raise Fault("the base has a Dense layer, which follows pooling; leave out --no-pooling, so that the graph holds both")
    with whole_folder(request.out) as folder, tqdm(total=5, unit="step", desc="load base") as bar:

        def next_step(label: str) -> None:
            bar.update(1)
            bar.set_description(label)

        reference = load_reference(base.path)
        next_step("trace graph")
        graph, own = build_graph(request, base, reference, next_step)
        (folder / GRAPH_FILE).parent.mkdir()
        (folder / GRAPH_FILE).write_bytes(graph.SerializeToString(deterministic=True))
        write_model_files(base, folder)
        for extra, name in ((request.card, "README.md"), (request.licence, "LICENSE")):
            if extra is not None:
                shutil.copyfile(extra, folder / name)
        digest = write_manifest(folder, request.name, base, mode)
        next_step("reference vectors")
        vectors = reference_vectors(reference, request.texts, prompt=base.prompt)
        write_parity(folder / "parity.json", request.texts, vectors if own is None else own)
        next_step("check")
        found = GraphEncoder(folder).encode([base.prompt + text for text in request.texts])
        require_near(found, vectors, "sentence-transformers", LEAST_COSINE[request.weights])
        if own is not None:
            require_near(found, own, "PyTorch in the same whole numbers", LEAST_SAME)
        bar.update(1)
    return digest
