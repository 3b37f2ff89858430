"""`python -m training.shipped.distil`: a shipped model learns what another encoder knows, and keeps what it knows itself.

The teacher is both of them: the cosines of the model as it is and of the other encoder, mixed. The other may be deeper, wider or of
another family, since only its vectors are read. No labels are needed: the texts are those of the training pairs, and what people ask a
service desk, composed (service_talk.py). First in float32, then in the integers that the graph will
compute with; a part of the utterances is seen reworded (rewordings.py). Two hours and a half on two cores with --bfloat16.
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from training.faults import Fault, run_command
from training.packed.bert import Packed, PackedBert
from training.packed.texts import NEIGHBOURHOOD, Texts, nearest_rows, pack_texts, packed_ids, some_neighbourhoods
from training.shipped.drawn_texts import TextStream, draw_texts, measured_texts, plain
from training.shipped.learn import logger, save
from training.shipped.objective import taught_loss
from training.shipped.rewordings import Rewording, other_number
from training.shipped.self_teach import read_model
from training.shipped.service_talk import service_talk
from training.shipped.tune import descend, encode, mixed, optimiser

STREAMS = (
    TextStream(("dialogue_same_intent",), 105_000, "ab"),
    TextStream(("duplicate",), 100_000, "ab"),
    TextStream(("paraphrase",), 70_000, "ab"),
    TextStream(("title_revision", "title_title", "desc_revision"), 90_000, "ab"),
    TextStream(("qa", "qa_short"), 125_000),
    TextStream(("dialogue_same_act",), 38_000),
    TextStream(("dialogue_response",), 55_000, "ab"),
    TextStream(("intent_description",), 26_000, "ab"),
    TextStream(("example", "definition"), 22_000, "b", spoken=False),
    TextStream(("title_body",), 185_000),
    TextStream(("title_body", "desc_body"), 12_000, "b", spoken=False),
    TextStream(("sentence_revision",), 16_000, spoken=False),
)
TAUGHT, SEEN = 40, 32
"""Word pieces that the teacher and the student read."""

ANCHORS, NEAREST = 30_000, 47
BY_LENGTH = 3
"""Parts of a batch, by length: attention pads each to its own longest text."""


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def mixed_vectors(own: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Unit vectors float32 [texts, width of own]: their cosines are the mean of own's and other's, `share` being other's weight; coordinates as near to own's as can be.

    The mean of `other` is taken off first: two texts at random have a cosine far above 0 in many encoders, and a mixture wants both on one scale. Side by side and weighted
    by roots, two vectors have the mixed cosine; of these the first principal axes are kept (meta-embeddings by SVD, Yin & Schütze 2016) and
    turned towards own (orthogonal Procrustes, Schönemann 1966).
    """
    both = np.concatenate([np.sqrt(1 - share) * own, np.sqrt(share) * unit(other - other.mean(axis=0))], axis=1).astype(np.float64)
    _, axes = np.linalg.eigh(both.T @ both)
    kept = unit(both @ axes[:, ::-1][:, : own.shape[1]])
    left, _, right = np.linalg.svd(kept.T @ own)
    return (kept @ (left @ right)).astype(np.float32)


def other_vectors(folder: Path, texts: list[str]) -> np.ndarray:
    """What the other encoder says of the texts: unit vectors float32 [texts, its width]."""
    if not (folder / "modules.json").is_file():
        raise Fault(f"--other {folder} has no modules.json; give a sentence-transformers folder")
    encoder = SentenceTransformer(str(folder))
    encoder.max_seq_length = TAUGHT
    return encoder.encode(texts, batch_size=128, normalize_embeddings=True, show_progress_bar=True)


class Lessons:
    """Batches without end: half of each in neighbourhoods by the teacher, half at random, all texts in turn."""

    def __init__(self, texts: list[str], spoken: list[bool], wanted: torch.Tensor, tokenizer: Path, seed: int) -> None:
        self.texts, self.spoken, self.wanted = texts, spoken, wanted
        self.rng, self.chance = np.random.default_rng(seed), random.Random(seed)
        self.near = nearest_rows(wanted, self.rng.permutation(len(texts))[:ANCHORS], NEAREST)
        self.rewording = Rewording(self.chance, other_number(texts))
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(SEEN)
        self.left = np.empty(0, np.int64)

    def numbers(self, count: int) -> np.ndarray:
        near = some_neighbourhoods(self.near, count // 2 // NEIGHBOURHOOD, self.rng)
        while len(self.left) < count:
            self.left = np.concatenate([self.left, self.rng.permutation(len(self.texts))])
        turn, self.left = np.split(self.left, [count - len(near)])
        return np.concatenate([near, turn])

    def batch(self, count: int, reworded: float) -> tuple[list[Packed], torch.Tensor]:
        """Texts in parts of a like length, and the vectors that they should have; a share of what is spoken is reworded."""
        numbers = self.numbers(count)
        seen = [self.rewording.reworded(self.texts[at]) if self.spoken[at] and self.chance.random() < reworded else self.texts[at] for at in numbers]
        packed: Texts = packed_ids([one.ids for one in self.tokenizer.encode_batch(seen)], self.wanted.device)
        order = np.argsort(packed.lengths, kind="stable")
        parts = [packed.batch(part) for part in np.array_split(order, BY_LENGTH) if len(part)]
        return parts, self.wanted[torch.from_numpy(numbers[order]).to(self.wanted.device)]


def distil(chosen: argparse.Namespace) -> None:
    """Write `<out>.<n>.npz`, what training.shipped.ship reads."""
    torch.manual_seed(chosen.seed)
    rng = random.Random(chosen.seed)
    measured = measured_texts(chosen.measuring)
    texts, spoken = draw_texts(chosen.pairs, STREAMS, rng, measured)
    composed = [text for text in service_talk(chosen.composed, rng) if plain(text) not in measured]
    texts, spoken = [*texts, *composed], [*spoken, *(True for _ in composed)]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = chosen.model / "tokenizer.json"
    bert: PackedBert = read_model(chosen.model).to(device)
    bert.set_mode("float")
    with torch.autocast(device.type, torch.bfloat16, enabled=chosen.bfloat16):
        other = other_vectors(chosen.other, texts)
    own = encode(bert, pack_texts(texts, tokenizer, TAUGHT, device), 128, chosen.bfloat16).cpu().numpy()
    wanted = torch.from_numpy(mixed_vectors(own, other, chosen.share)).to(device)
    lessons = Lessons(texts, spoken, wanted, tokenizer, chosen.seed)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    log = logger(Path(f"{chosen.out}.log"))
    before = {name: value.clone() for name, value in bert.state_dict().items()}
    for mode, steps, rate, reworded in (("float", chosen.steps, chosen.rate, 0.5), ("quantised", chosen.quantised_steps, chosen.quantised_rate, 0.6)):
        bert.set_mode(mode)

        def loss_at(_: int, reworded: float = reworded) -> torch.Tensor:
            parts, vectors = lessons.batch(chosen.texts, reworded)
            with torch.autocast(device.type, torch.bfloat16, enabled=chosen.bfloat16):
                found = torch.cat([bert(part) for part in parts])
            return taught_loss(found, vectors)

        if steps:
            descend(bert, optimiser(bert, rate, freeze_words=False), steps, loss_at, log)
        if mode == "float":
            bert.load_state_dict(mixed(before, bert.state_dict(), chosen.mix))
        save(bert, chosen.out)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.distil",
        description=__doc__,
        epilog='example: python -m training.shipped.distil --model models/faqmatch-minilm-l6 --other OTHER/encoder --pairs DATA/train/pairs --measuring "$FAQMATCH_EVAL_DATA" --out OTHER/distilled',
    )
    parser.add_argument("--model", type=Path, required=True, help="the model folder that training.shipped.ship wrote")
    parser.add_argument("--other", type=Path, required=True, help="a sentence-transformers folder: the encoder to learn from")
    parser.add_argument("--share", type=float, default=0.5, help="weight of the other's cosines, 0 to 1")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of *.jsonl.gz")
    parser.add_argument("--measuring", type=Path, required=True, help="the measuring sets (FAQMATCH_EVAL_DATA): their texts are left out")
    parser.add_argument("--composed", type=int, default=200_000, help="utterances of service_talk.py that are read beside the pairs' texts")
    parser.add_argument("--out", type=Path, required=True, help="stem of the weight files, for training.shipped.ship")
    parser.add_argument("--steps", type=int, default=6500, help="in float32")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--mix", type=float, default=0.8, help="share of the new weights after that, 0 to 1; the rest are those of --model")
    parser.add_argument("--quantised-steps", type=int, default=650, help="in the graph's integers")
    parser.add_argument("--quantised-rate", type=float, default=8e-5)
    parser.add_argument("--texts", type=int, default=256, help="of one step")
    parser.add_argument("--bfloat16", action="store_true", help="products in bfloat16: twice as fast on GPUs and on CPUs with AMX")
    parser.add_argument("--seed", type=int, default=31)
    distil(parser.parse_args())


if __name__ == "__main__":
    run_command(main)
