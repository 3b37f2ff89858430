"""What two runs may differ in."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from training.faults import Fault
from training.shipped.pack_pairs import STREAMS

STREAM_NAMES = tuple(STREAMS)
DEFAULT_SHARES = {name: stream.share for name, stream in STREAMS.items()}


@dataclass(frozen=True)
class Recipe:
    """One run. Rates are AdamW's peak; `mix` is the share of the tuned weights in the result, the rest is the base.

    `shares` change what a batch holds (by stream); `near` is the share that comes as neighbourhoods. Rows of the streams
    `kept` are tied to the base by `relations` (neighbourhoods) and `ties` (every vector); with `tied_only` the ranking loss
    leaves them out. `limit`: a pair nearer than this to the base is never a negative. `both`: also texts of the same side are
    negatives. `quantised_steps` of learnt quantisation follow, in which the float result teaches alone.
    """

    name: str
    steps: int = 350
    pairs: int = 512
    rate: float = 5e-5
    scale: float = 20.0
    limit: float = 0.9
    both: bool = True
    ties: float = 0.0
    relations: float = 0.0
    kept: tuple[str, ...] = ()
    tied_only: bool = False
    freeze_words: bool = False
    shares: dict[str, float] = field(default_factory=dict)
    near: float = 0.0
    mix: float = 1.0
    smooth: float = 0.5
    quantised_steps: int = 0
    quantised_rate: float = 4e-5
    quantised_near: float = 0.25
    seed: int = 20

    def numbered_shares(self) -> dict[int, float]:
        """Stream number → share, streams without a share left out."""
        return {STREAM_NAMES.index(name): share for name, share in (DEFAULT_SHARES | self.shares).items() if share > 0}


def read_recipe(file: Path) -> Recipe:
    """A JSON object of Recipe's fields; a fault names what is not one."""
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise Fault(f"{file} is not a recipe: {cause}; expected a JSON object of Recipe's fields, see training/shipped/recipe.py") from cause
    streams = {*fields.get("shares", {}), *fields.get("kept", ())}
    unknown = [*(set(fields) - set(Recipe.__dataclass_fields__)), *(streams - set(STREAM_NAMES))]
    if unknown or "name" not in fields:
        raise Fault(f"{file}: unknown {unknown or 'name (missing)'}; fields are {', '.join(Recipe.__dataclass_fields__)}; streams are {', '.join(STREAM_NAMES)}")
    return Recipe(**fields | {"kept": tuple(fields.get("kept", ()))})
