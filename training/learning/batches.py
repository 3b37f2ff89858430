"""Which rows a step takes: a function of the seed and the step's number, and of nothing else."""

import random
from functools import lru_cache

from training.texts.rows import Row


@lru_cache(maxsize=2)
def shuffled(count: int, seed: int, epoch: int) -> list[int]:
    """The order of an epoch."""
    order = list(range(count))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return order


def batch_of(rows: list[Row], size: int, seed: int, step: int) -> list[Row]:
    """The step's rows: the next `size` of one endless row of shuffled epochs; all rows where there are fewer."""
    size = min(size, len(rows))
    places = range(step * size, (step + 1) * size)
    return [rows[shuffled(len(rows), seed, place // len(rows))[place % len(rows)]] for place in places]
