"""The PyTorch module that is traced: transformer, and unless told otherwise pooling, Dense layers and L2 normalisation on top."""

import inspect
from collections.abc import Sequence

import torch


def pool(tokens: torch.Tensor, mask: torch.Tensor, mode: str) -> torch.Tensor:
    """Token vectors [batch, seq, dim] and mask [batch, seq] → [batch, dim], as sentence-transformers' Pooling defines it.

    Padding never counts. `cls` takes the first position, so padding must be on the right.
    """
    if mode == "cls":
        return tokens[:, 0]
    kept = mask.unsqueeze(-1).to(tokens.dtype)
    if mode == "max":
        return (tokens * kept + (1.0 - kept) * -1e9).amax(dim=1)
    total = (tokens * kept).sum(dim=1)
    count = kept.sum(dim=1).clamp(min=1e-9)
    return total / (count.sqrt() if mode == "mean_sqrt_len" else count)


class SentenceGraph(torch.nn.Module):
    """(input_ids, attention_mask), both int64 [batch, seq] → unit vectors [batch, dim], or token vectors if `mode` is None.

    Token types, where the model has them, are zeros made inside: the service encodes single texts only.
    """

    def __init__(self, transformer: torch.nn.Module, mode: str | None, dense: Sequence[torch.nn.Module] = ()) -> None:
        super().__init__()
        self.transformer = transformer
        self.mode = mode
        self.dense = torch.nn.ModuleList(dense)
        self.has_types = "token_type_ids" in inspect.signature(transformer.forward).parameters

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        types = {"token_type_ids": torch.zeros_like(input_ids)} if self.has_types else {}
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        if self.mode is None:
            return tokens
        vectors = pool(tokens, attention_mask, self.mode)
        for layer in self.dense:
            vectors = layer.activation_function(layer.linear(vectors))
        return torch.nn.functional.normalize(vectors, p=2.0, dim=1)
