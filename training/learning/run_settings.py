"""What decides a training run, beside its data."""

from dataclasses import dataclass

from training.faults import Fault


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

    def __post_init__(self) -> None:
        """@raises Fault for TSDAE with shorter vectors: its decoder reads whole ones only."""
        if self.loss == "tsdae" and self.matryoshka:
            raise Fault("--matryoshka does not go with tsdae, whose decoder reads whole vectors; leave one of the two out, or take simcse-crop")


WARM_UP = 0.1
"""Share of the steps over which the learning rate rises."""


def rate_at(settings: RunSettings, step: int) -> float:
    """Learning rate of a step counted from 0."""
    rising = max(1, round(WARM_UP * settings.steps))
    if step < rising:
        return settings.rate * (step + 1) / rising
    return settings.rate * (settings.steps - step) / max(1, settings.steps - rising)
