"""Packed word pieces in memory (or on the GPU), batches of them, and which rows a batch draws."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from training.packed.bert import Packed


class Texts:
    """All texts as word pieces: pieces [all] and starts [texts + 1] on `device`."""

    def __init__(self, pieces: np.ndarray, starts: np.ndarray, device: torch.device) -> None:
        self.pieces = torch.from_numpy(pieces.astype(np.int32)).to(device)
        self.starts_here = starts
        self.lengths = np.diff(starts)
        self.starts = torch.from_numpy(starts).to(device)
        self.device = device

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, numbers: np.ndarray) -> Packed:
        """The texts `numbers` packed; lengths are known on the CPU, so nothing waits for the GPU."""
        lengths = self.lengths[numbers]
        longest = -(-int(lengths.max()) // 8) * 8
        index = torch.from_numpy(numbers.astype(np.int64)).to(self.device, non_blocking=True)
        sizes = torch.from_numpy(lengths).to(self.device, non_blocking=True)
        total = int(lengths.sum())
        text = torch.repeat_interleave(torch.arange(len(numbers), device=self.device), sizes, output_size=total)
        place = torch.arange(total, device=self.device) - (torch.cumsum(sizes, 0) - sizes)[text]
        ids = self.pieces[self.starts[index][text] + place].long()
        mask = torch.arange(longest, device=self.device)[None, :] < sizes[:, None]
        return Packed(ids, place, text, text * longest + place, mask[:, None, None, :])


def packed_ids(ids: list[list[int]], device: torch.device) -> Texts:
    """Texts from the word pieces' numbers of each."""
    return Texts(np.concatenate([np.array(one, np.int32) for one in ids]), np.cumsum([0] + [len(one) for one in ids]), device)


def pack_texts(texts: list[str], tokenizer_file: Path, longest: int, device: torch.device) -> Texts:
    """`texts` as word pieces, each cut to `longest`, special ones included, as the service cuts it."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return packed_ids([one.ids for one in tokenizer.encode_batch(texts)], device)


@dataclass(frozen=True)
class Pairs:
    """rows int32 [n, 2] text numbers, stream uint8 [n], group int32 [n]."""

    texts: Texts
    rows: np.ndarray
    stream: np.ndarray
    group: np.ndarray


def load_pairs(path: Path, device: torch.device) -> Pairs:
    held = np.load(path)
    return Pairs(Texts(held["pieces"], held["starts"], device), held["rows"], held["stream"], held["group"])


NEAR_STREAMS = ("duplicate", "paraphrase", "title", "sentence", "qa", "body")
"""Where neighbours are other questions and titles of the same field: telling those apart is what fine-grained intents need."""


NEIGHBOURHOOD = 16
"""Rows that are drawn together because they lie near each other."""


def nearest_rows(vectors: torch.Tensor, anchors: np.ndarray, count: int) -> np.ndarray:
    """int64 [anchors, 1 + count]: the number of an anchor, then those of the unit vectors [rows, width] nearest to its own."""
    pool, found = vectors.T.contiguous(), []
    for at in range(0, len(anchors), 512):
        some = torch.from_numpy(anchors[at : at + 512].astype(np.int64)).to(vectors.device)
        near = (vectors[some] @ pool).topk(min(count + 1, len(vectors)), dim=1).indices
        found.append(torch.cat([some[:, None], near[:, 1:]], dim=1).cpu().numpy())
    return np.concatenate(found)


def neighbours(pairs: Pairs, guide: torch.Tensor, streams: list[int], anchors: int, count: int, seed: int) -> np.ndarray:
    """int32 [anchors, 1 + count] row numbers: a random row, then the rows whose first texts lie nearest to its own by the guide."""
    rows = np.flatnonzero(np.isin(pairs.stream, streams))
    first = torch.from_numpy(pairs.rows[rows, 0].astype(np.int64)).to(guide.device)
    chosen = np.random.default_rng(seed).permutation(len(rows))[:anchors]
    return rows[nearest_rows(guide[first], chosen, count)].astype(np.int32)


def some_neighbourhoods(near: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """[16 · count] row numbers: `count` anchors, each with 15 of its neighbours."""
    chosen = near[rng.integers(0, len(near), count)]
    picked = 1 + np.argsort(rng.random((count, near.shape[1] - 1)), axis=1)[:, : NEIGHBOURHOOD - 1]
    return np.concatenate([chosen[:, :1], np.take_along_axis(chosen, picked, axis=1)], axis=1).ravel()


class Draw:
    """Rows by stream shares; inside a stream a group counts by the square root of its size, so that few large intents do not rule.

    `near_share` of a batch comes in neighbourhoods instead: an anchor and 15 of its neighbours, each other's hard negatives.
    """

    def __init__(self, pairs: Pairs, shares: dict[int, float], seed: int, near: np.ndarray | None = None, near_share: float = 0.0) -> None:
        self.rng = np.random.default_rng(seed)
        self.near, self.near_share = near, near_share if near is not None else 0.0
        self.streams = list(shares)
        self.shares = np.array([shares[s] for s in self.streams]) / sum(shares.values())
        sizes = np.bincount(pairs.group)
        self.members, self.cumulative = [], []
        for stream in self.streams:
            rows = np.flatnonzero(pairs.stream == stream)
            self.members.append(rows)
            self.cumulative.append(np.cumsum(1.0 / np.sqrt(sizes[pairs.group[rows]])))

    def rows(self, count: int) -> np.ndarray:
        """`count` row numbers, streams mixed."""
        hard = np.empty(0, np.int32) if self.near is None or not self.near_share else some_neighbourhoods(self.near, int(count * self.near_share) // NEIGHBOURHOOD, self.rng)
        wanted = self.rng.multinomial(count - len(hard), self.shares)
        drawn = [
            members[np.searchsorted(weights, self.rng.random(size) * weights[-1])]
            for members, weights, size in zip(self.members, self.cumulative, wanted, strict=True)
        ]
        return np.concatenate([hard.astype(np.int64), *drawn])
