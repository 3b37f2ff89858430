"""texts → unit vectors, longest first so that little is padded, in the order they came."""

from collections.abc import Callable

import numpy as np
from sentence_transformers import SentenceTransformer

from training.learning.token_limit import token_limit
from training.parity.graph_encoder import GraphEncoder

Encode = Callable[[list[str]], np.ndarray]
"""texts → unit vectors float32 [texts, dim]."""

BATCH = 32
"""Texts at once; larger ones only cost memory on a CPU."""


def model_encoder(model: SentenceTransformer, tokens: int | None = None) -> Encode:
    """Encode with the model as it is at the time of the call, texts cut at `tokens` word pieces if that is given."""

    def encode(texts: list[str]) -> np.ndarray:
        model.eval()
        with token_limit(model, tokens):
            return model.encode(texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=len(texts) > BATCH)

    return encode


def graph_encoder(encoder: GraphEncoder, label: str) -> Encode:
    """Encode with an exported folder, as the service will."""

    def encode(texts: list[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        vectors = encoder.encode([texts[place] for place in order], batch=BATCH, label=label)
        back = np.empty_like(vectors)
        back[order] = vectors
        return back

    return encode
