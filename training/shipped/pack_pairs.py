"""Training pairs → one packed file of word pieces, small enough to travel and to lie in a GPU's memory whole.

Every text is cut into word pieces once. A row is two texts, the stream it belongs to and the group whose members mean
the same (an intent, a cluster of paraphrases): two members of one group are never negatives of each other.
"""

import argparse
import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from training.export.whole_folder import require_file_place
from training.faults import Fault, run_command
from training.parity.graph_encoder import opened

MOST_PIECES = 64
"""Longer texts are cut: questions seldom reach 40 pieces, and the first lines of an answer say what it is about."""

GROUPED = {"dialogue_same_intent", "duplicate"}
"""Kinds whose pairs, joined, are the members of one meaning."""

WITHOUT_CHAINING = {"paraphrase", "title_revision", "desc_revision", "title_title", "sentence_revision"}
"""Kinds whose chains drift in meaning: only the pair itself is a group, which is the default."""


@dataclass(frozen=True)
class Stream:
    """Rows that are drawn together: `share` of every batch, at most `most` rows kept from the sources."""

    kinds: tuple[str, ...]
    share: float
    most: int


STREAMS: dict[str, Stream] = {
    "same_intent": Stream(("dialogue_same_intent",), 0.18, 100_000),
    "duplicate": Stream(("duplicate",), 0.12, 100_000),
    "paraphrase": Stream(("paraphrase",), 0.14, 100_000),
    "title": Stream(("title_revision", "title_title", "desc_revision"), 0.12, 100_000),
    "sentence": Stream(("sentence_revision",), 0.04, 50_000),
    "same_act": Stream(("dialogue_same_act",), 0.03, 30_000),
    "response": Stream(("dialogue_response",), 0.05, 60_000),
    "intent_description": Stream(("intent_description",), 0.02, 20_000),
    "qa": Stream(("qa", "qa_short"), 0.10, 60_000),
    "body": Stream(("title_body", "desc_body", "title_desc"), 0.12, 150_000),
    "lexicon": Stream(("definition", "synonym", "example"), 0.05, 110_000),
    "noise": Stream(("noise",), 0.06, 60_000),
}
"""Shares of a batch, summing to 1.03 before they are normalised. Same intent, duplicates and paraphrases are what matching
needs most; the caps follow the data's own advice (dictionaries under 15 %, documentation bodies under 30 %)."""


def read_rows(folder: Path, kinds: set[str]) -> Iterator[tuple[str, str, str, str]]:
    """(source, kind, a, b) of every pair of the wanted kinds, in file order."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        source = path.name.removesuffix(".jsonl.gz")
        try:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    row = json.loads(line)
                    if row["kind"] in kinds:
                        yield source, row["kind"], row["a"], row["b"]
        except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, TypeError) as cause:
            raise Fault(f'{path} cannot be read: {cause!r}; expected gzip of JSON lines with "kind", "a" and "b"') from cause


def source_quota(counts: dict[str, int], most: int) -> dict[str, int]:
    """Rows to keep of each source: in proportion to the square root of its size, never more than it has, `most` in all."""
    left, open_sources, quota = most, dict(counts), {}
    while open_sources:
        total = sum(count**0.5 for count in open_sources.values())
        full = {name: count for name, count in open_sources.items() if count <= left * count**0.5 / total}
        if not full:
            return quota | {name: int(left * count**0.5 / total) for name, count in open_sources.items()}
        for name, count in full.items():
            quota[name] = count
            left -= count
            del open_sources[name]
    return quota


TYPO_KEYS = "abcdefghijklmnopqrstuvwxyz"
POLITE = ("please, ", "hi, ", "hello, ", "can you help me: ", "i would like to know ", "quick question: ", "could you tell me ", "hey ", "sorry, ")
CONTRACTIONS = (("do not", "don't"), ("can not", "can't"), ("cannot", "can't"), ("i am", "i'm"), ("it is", "it's"), ("what is", "what's"), ("i have", "i've"), ("where is", "where's"))


def one_typo(text: str, rng: random.Random) -> str:
    """One letter of one longer word dropped, doubled, replaced or swapped with the next; unchanged if there is no such word."""
    spots = [m for m in re.finditer(r"[a-z]{4,}", text)]
    if not spots:
        return text
    word = rng.choice(spots)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(4)
    middle = ("", text[at] * 2, rng.choice(TYPO_KEYS), text[at + 1] + text[at])[kind]
    return text[:at] + middle + text[at + (2 if kind == 3 else 1) :]


def noisy(text: str, rng: random.Random) -> str:
    """The same utterance as another hand would type it: typo, lost punctuation, politeness, contraction, lost spaces."""
    out = text.lower()
    if rng.random() < 0.5:
        out = one_typo(out, rng)
    if rng.random() < 0.35:
        out = re.sub(r"[^\w\s']", " ", out).strip()
    if rng.random() < 0.3:
        out = rng.choice(POLITE) + out
    if rng.random() < 0.1:
        out = out + rng.choice((" please", " thanks", "??", "!!", "..."))
    if rng.random() < 0.5:
        for full, short in CONTRACTIONS:
            out = out.replace(full, short) if rng.random() < 0.5 else out.replace(short, full)
    return out


def group_of(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Text → the name of its component when pairs are edges (union-find with path halving)."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        parent.setdefault(text, text)
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for a, b in pairs:
        left, right = root(a), root(b)
        if left != right:
            parent[left] = right
    return {text: root(text) for text in list(parent)}


def pack(folder: Path, tokenizer_file: Path, out: Path, seed: int = 20) -> dict[str, int]:
    """Write `out` (.npz) and return the rows kept by stream.

    Arrays: pieces uint16 [all], starts int64 [texts + 1], rows int32 [n, 2] (text numbers), stream uint8 [n], group int32 [n].
    The tokenizer's own [CLS] and [SEP] are in the pieces.
    """
    rng = random.Random(seed)
    kinds = {kind for stream in STREAMS.values() for kind in stream.kinds}
    by_stream: dict[str, dict[str, list[tuple[str, str, str]]]] = {name: {} for name in STREAMS}
    stream_of = {kind: name for name, stream in STREAMS.items() for kind in stream.kinds}
    for source, kind, a, b in tqdm(read_rows(folder, kinds), desc="read pairs", unit=" pairs"):
        by_stream[stream_of[kind]].setdefault(source, []).append((kind, a, b))
    kept: list[tuple[str, str, str, str]] = []
    for name, sources in by_stream.items():
        for source, quota in source_quota({key: len(rows) for key, rows in sources.items()}, STREAMS[name].most).items():
            kept.extend((name, f"{source}/{kind}", a, b) for kind, a, b in rng.sample(sources[source], quota))
    if not kept:
        raise Fault(f"--pairs {folder} holds no pairs of the kinds {', '.join(sorted(kinds))}; give the folder of *.jsonl.gz")
    spoken = [a for name, _, a, _ in kept if name in ("same_intent", "duplicate", "paraphrase", "title") and 12 <= len(a) <= 160]
    kept.extend(("noise", "noise", text, changed) for text in rng.sample(spoken, min(len(spoken), STREAMS["noise"].most)) if (changed := noisy(text, rng)) != text.lower())
    edges: dict[str, list[tuple[str, str]]] = {}
    for _, source, a, b in kept:
        if source.split("/")[-1] in GROUPED:
            edges.setdefault(source, []).append((a.lower(), b.lower()))
    groups = {source: group_of(pairs) for source, pairs in edges.items()}
    group_numbers: dict[str, int] = {}
    texts: dict[str, int] = {}
    rows, streams, numbers = [], [], []
    names = list(STREAMS)
    for name, source, a, b in kept:
        key = f"{source}:{groups[source][a.lower()]}" if source in groups else f"text:{a.lower()}"
        rows.append((texts.setdefault(a, len(texts)), texts.setdefault(b, len(texts))))
        streams.append(names.index(name))
        numbers.append(group_numbers.setdefault(key, len(group_numbers)))
    tokenizer: Tokenizer = opened(tokenizer_file, lambda file: Tokenizer.from_file(str(file)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_PIECES)
    pieces, starts = [], [0]
    everything = list(texts)
    for at in tqdm(range(0, len(everything), 10_000), desc="word pieces", unit=" batches"):
        for one in tokenizer.encode_batch(everything[at : at + 10_000]):
            pieces.append(np.array(one.ids, np.uint16))
            starts.append(starts[-1] + len(one.ids))
    np.savez(
        out,
        pieces=np.concatenate(pieces),
        starts=np.array(starts, np.int64),
        rows=np.array(rows, np.int32),
        stream=np.array(streams, np.uint8),
        group=np.array(numbers, np.int32),
    )
    return {name: streams.count(index) for index, name in enumerate(names)} | {"crc": zlib.crc32(np.concatenate(pieces).tobytes())}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.pack_pairs",
        description=__doc__,
        epilog="example: python -m training.shipped.pack_pairs --pairs DATA/train/pairs --tokenizer BASE/tokenizer.json --out OTHER/pairs.npz",
    )
    parser.add_argument("--pairs", type=Path, required=True, help="folder of *.jsonl.gz")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json of the base")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    chosen = parser.parse_args()
    require_file_place(chosen.out)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    print(json.dumps(pack(chosen.pairs, chosen.tokenizer, chosen.out), indent=1))


if __name__ == "__main__":
    run_command(main)
