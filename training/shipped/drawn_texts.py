"""Texts drawn from the training pairs, without their labels: what a model learns from where a teacher says what is wanted."""

import json
import random
import re
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from training.faults import Fault
from training.shipped.pack_pairs import read_rows, source_quota

FEWEST_WORDS, MOST_WORDS = 2, 40


@dataclass(frozen=True)
class TextStream:
    """At most `most` texts of the pairs of some kinds, of their sides `a`, `b` or both (`ab`). `spoken`: what users type, and may type otherwise."""

    kinds: tuple[str, ...]
    most: int
    sides: str = "a"
    spoken: bool = True


def plain(text: str) -> str:
    """What two texts share that differ in case and marks only."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def measured_texts(folder: Path) -> set[str]:
    """Every text of the measuring sets, plain: none of them is to be learnt, however it came about."""
    files = sorted(folder.rglob("*.jsonl"))
    if not files:
        raise Fault(f"{folder} holds no *.jsonl; give the folder of the measuring sets")
    rows = (json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line)
    return {plain(value) for row in rows for value in row.values() if isinstance(value, str)}


def draw_texts(folder: Path, streams: tuple[TextStream, ...], rng: random.Random, measured: Set[str]) -> tuple[list[str], list[bool]]:
    """Texts in random order, each once and none of `measured`, and which of them may be reworded; sources share a stream by the square roots of their sizes."""
    kinds = {kind for stream in streams for kind in stream.kinds}
    found: list[dict[str, dict[str, None]]] = [{} for _ in streams]
    for source, kind, a, b in read_rows(folder, kinds):
        for stream, sources in zip(streams, found, strict=True):
            if kind in stream.kinds:
                sources.setdefault(source, {}).update(dict.fromkeys(text for side, text in (("a", a), ("b", b)) if side in stream.sides))
    drawn: dict[str, bool] = {}
    for stream, sources in zip(streams, found, strict=True):
        for source, quota in source_quota({name: len(texts) for name, texts in sources.items()}, stream.most).items():
            for text in rng.sample(list(sources[source]), quota):
                if plain(text) not in measured:
                    drawn.setdefault(text, stream.spoken and FEWEST_WORDS <= len(text.split()) <= MOST_WORDS)
    if not drawn:
        raise Fault(f"{folder} holds no pairs of the kinds {', '.join(sorted(kinds))}; give the folder of *.jsonl.gz")
    texts = list(drawn)
    rng.shuffle(texts)
    return texts, [drawn[text] for text in texts]
