"""From observed ranges to scales: what an int8 graph needs, whether quantisation is learnt afterwards or not."""

import numpy as np
import torch

from training.packed.bert import PackedBert, Product
from training.packed.texts import Texts

BATCH = 128


def calibrate(bert: PackedBert, texts: Texts, count: int, smooth: float = 0.5, seed: int = 20) -> None:
    """First smoothing (its share, see SmoothQuant), scales and zero points from `count` of the texts, drawn at random; the bert is left in quantised mode."""

    def watch(mode: str) -> None:
        bert.set_mode(mode)
        rng = np.random.default_rng(seed)
        with torch.no_grad():
            for _ in range(-(-count // BATCH)):
                bert(texts.batch(rng.integers(0, len(texts), BATCH)))

    watch("observe channels")
    for name, product in bert.named_modules():
        # Only what layer normalisation feeds has outlier channels; the other inputs keep their scale and save a product.
        if isinstance(product, Product) and name.endswith(("qkv", "up")):
            product.settle_smooth(smooth)
    watch("observe")
    for product in bert.products():
        product.settle()
    bert.set_mode("quantised")
