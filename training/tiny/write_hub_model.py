"""A tiny model → a folder as the hub has it, with the vectors that sentence-transformers gives both kinds of text."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from sentence_transformers import SentenceTransformer

from training.export.reference_vectors import write_parity
from training.export.trace_graph import trace_graph
from training.tiny.hub_models import HubModel, save_hub_model

LEFT_OUT = {"model.safetensors", "README.md", "vocab.txt"}
"""The transformer's weights are in the graph, the vocabulary in tokenizer.json. A Dense layer's weights lie in its own folder and stay."""


def chosen_prompts(wanted: HubModel) -> tuple[str, str]:
    """Names of the prompts for utterances and for stored questions.

    encode_document would take the empty prompt "document", which saving adds, before "passage"; a default prompt goes before both.
    """
    if wanted.default_prompt:
        return wanted.default_prompt, wanted.default_prompt
    return "query", "passage" if "passage" in wanted.prompts else "document"


def vectors(model: SentenceTransformer, texts: list[str], prompt_name: str) -> np.ndarray:
    """Unit vectors, float32 [texts, dim]."""
    return model.encode(texts, prompt_name=prompt_name, normalize_embeddings=True, convert_to_numpy=True)


def write_hub_model(wanted: HubModel, out: Path, texts: list[str], seed: int) -> None:
    """Write `out`, replacing it. parity.json has `vectors` (utterances) and `stored` (stored questions) for its texts."""
    torch.set_num_threads(1)
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as room:
        model = save_hub_model(wanted, Path(room), seed)
        saved = Path(room) / "saved"
        for path in sorted(saved.rglob("*")):
            part = path.relative_to(saved)
            if path.is_file() and part.as_posix() not in LEFT_OUT:
                (out / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, out / part)
        queries, stored = (vectors(model, texts, name) for name in chosen_prompts(wanted))
        (out / "onnx").mkdir()
        onnx.save(trace_graph(model[0].auto_model, None), out / "onnx/model.onnx")
    write_parity(out / "parity.json", texts, queries)
    parity = json.loads((out / "parity.json").read_text(encoding="utf-8"))
    rows = [[round(float(value), 6) for value in row] for row in stored]
    (out / "parity.json").write_text(json.dumps({**parity, "stored": rows}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
