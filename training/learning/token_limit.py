"""How much of a text a model reads, changed for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from sentence_transformers import SentenceTransformer


@contextmanager
def token_limit(model: SentenceTransformer, tokens: int | None) -> Iterator[None]:
    """Texts are cut at `tokens` word pieces inside the block, if that is given and less than the model's own limit."""
    own = model.max_seq_length
    model.max_seq_length = min(tokens or own, own)
    try:
        yield
    finally:
        model.max_seq_length = own
