"""One-thread latency of two model folders, interleaved, so that noise of the machine meets both alike."""

import time

import numpy as np
from tqdm import tqdm

from training.parity.graph_encoder import GraphEncoder

RUNS = 400
WARM_UP = 40


def median_milliseconds(encoders: dict[str, GraphEncoder], tokens: int) -> dict[str, float]:
    """Median of session.run for one text of `tokens` word pieces, by the encoders' names."""
    ids = np.random.default_rng(3).integers(5, 300, (1, tokens), dtype=np.int64)
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    taken: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in tqdm(range(RUNS + WARM_UP), desc=f"time {tokens} tokens", unit="run"):
        for name, encoder in encoders.items():
            start = time.perf_counter()
            encoder.session.run(None, feeds)
            taken[name].append(time.perf_counter() - start)
    return {name: float(np.median(times[WARM_UP:])) * 1e3 for name, times in taken.items()}
