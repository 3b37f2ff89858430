"""Reference vectors: what sentence-transformers itself answers in float32, which every graph is held against."""

import json
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from training.faults import Fault


def load_reference(folder: Path) -> SentenceTransformer:
    """The base on one CPU thread, float32, with the attention that traces best; a fault if it does not load."""
    logging.set_verbosity_error()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    try:
        return SentenceTransformer(str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"}).eval()
    except Exception as cause:  # The loaders raise whatever their formats raise: a cut weight file, an unknown model type.
        raise Fault(f"sentence-transformers cannot load {folder}: {cause}; is a file cut short, or a custom model?") from cause


def reference_vectors(model: SentenceTransformer, texts: list[str], progress: bool = False, prompt: str = "") -> np.ndarray:
    """Unit vectors, float32 [texts, dim], of the texts with `prompt` before each."""
    return model.encode(texts, prompt=prompt, batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=progress)


def write_parity(path: Path, texts: list[str], vectors: np.ndarray) -> None:
    """parity.json: {"texts": [...], "vectors": [[...], ...]}, vectors to six decimals, one text and one vector a line."""
    lines = [json.dumps([round(float(value), 6) for value in vector], separators=(",", ":")) for vector in vectors]
    said = [json.dumps(text, ensure_ascii=False) for text in texts]
    body = '{"texts":[\n' + ",\n".join(said) + '\n],"vectors":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(body, encoding="utf-8")
