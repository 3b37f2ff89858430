"""A model folder run in Python: the tokenizer and graph that the service runs, pooling done in numpy where the graph has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from tqdm import tqdm

from training.export.manifest import read_manifest
from training.faults import Fault


def pool(tokens: np.ndarray, mask: np.ndarray, mode: str) -> np.ndarray:
    """[batch, seq, dim], [batch, seq] → [batch, dim], not normalised. Written apart from the traced pooling, to check it."""
    if mode == "cls":
        return tokens[:, 0]
    rows = [vectors[keep.astype(bool)] for vectors, keep in zip(tokens, mask, strict=True)]
    if mode == "max":
        return np.stack([row.max(axis=0) for row in rows])
    return np.stack([row.sum(axis=0) / (len(row) if mode == "mean" else np.sqrt(len(row))) for row in rows])


def opened(file: Path, open_it: Callable[[Path], Any]) -> Any:
    """What the opener makes of the file; a Fault where there is none or it is damaged."""
    if not file.is_file():
        raise Fault(f"{file} is not there; a model folder holds it: copy the whole folder again")
    try:
        return open_it(file)
    except Exception as cause:  # Both openers raise whatever their formats raise.
        raise Fault(f"{file} cannot be loaded: {' '.join(str(cause).split())}; it is cut short or damaged: copy the folder again") from cause


class GraphEncoder:
    """texts → unit vectors float32 [texts, dim], by onnxruntime on the CPU."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        if not (folder / "faqmatch.json").is_file():
            raise Fault(f"{folder} has no faqmatch.json; give a folder that python -m training.export wrote")
        self.manifest = read_manifest(folder)
        self.tokenizer: Tokenizer = opened(folder / "tokenizer.json", lambda file: Tokenizer.from_file(str(file)))
        self.tokenizer.enable_truncation(self.manifest["max_seq_length"])
        self.tokenizer.enable_padding(pad_id=self.tokenizer.token_to_id("[PAD]") or 0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        graph = folder / self.manifest["graph"]["file"]
        self.session: onnxruntime.InferenceSession = opened(graph, lambda file: onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"]))

    def tensors(self, texts: list[str]) -> dict[str, np.ndarray]:
        """The graph's inputs for one batch, padded to its longest text."""
        encoded = self.tokenizer.encode_batch(texts)
        return {
            "input_ids": np.array([one.ids for one in encoded], np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
        }

    def encode(self, texts: list[str], batch: int = 32, label: str | None = None) -> np.ndarray:
        """Vectors in the order of the texts, `batch` at a time in that order; a progress bar if `label` is given."""
        parts = []
        for start in tqdm(range(0, len(texts), batch), desc=label, unit="batch", disable=label is None):
            feeds = self.tensors(texts[start : start + batch])
            vectors = self.session.run(None, feeds)[0]
            if not self.manifest["graph"]["pooled"]:
                vectors = pool(vectors, feeds["attention_mask"], self.manifest["pooling"])
                vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            parts.append(vectors)
        return np.concatenate(parts)
