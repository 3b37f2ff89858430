"""What decides a training run, beside its data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunSettings:
    """`rate`: highest learning rate, reached after a tenth of the steps and then falling to 0 in a line. `tokens`: longer texts
    are cut while training. `seed` decides order, dropout and noise."""

    loss: str
    steps: int
    batch: int
    rate: float
    tokens: int
    seed: int
    matryoshka: tuple[int, ...] = ()


WARM_UP = 0.1
"""Share of the steps over which the learning rate rises."""


def rate_at(settings: RunSettings, step: int) -> float:
    """Learning rate of a step counted from 0."""
    rising = max(1, round(WARM_UP * settings.steps))
    if step < rising:
        return settings.rate * (step + 1) / rising
    return settings.rate * (settings.steps - step) / max(1, settings.steps - rising)
