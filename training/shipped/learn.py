"""One run: base → tuned on pairs → (optionally) quantisation learnt → measured, mixed with the base, saved."""

import argparse
import json
import math
import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from training.shipped.measure import Sets, measure
from training.shipped.objective import false_negatives, ranking_loss, relation_tie, tie
from training.shipped.packed_bert import PackedBert, Product, load_state
from training.shipped.packed_texts import NEAR_STREAMS, Draw, Pairs, Texts, load_pairs, neighbours

STREAM_NAMES = ("same_intent", "duplicate", "paraphrase", "title", "sentence", "same_act", "response", "intent_description", "qa", "body", "lexicon", "noise")


@dataclass(frozen=True)
class Recipe:
    """What a run may differ in. `seconds`, if not 0, shortens a phase that would last longer. `ties` weighs the pull of every vector to the base, `relations` that of neighbourhoods."""

    name: str = "plain"
    steps: int = 1500
    pairs: int = 512
    rate: float = 5e-5
    scale: float = 20.0
    limit: float = 0.9
    ties: float = 0.0
    relations: float = 0.0
    freeze_words: bool = False
    shares: dict[str, float] = field(default_factory=dict)
    quantised_steps: int = 0
    quantised_rate: float = 3e-5
    smooth: float = 0.5
    mix: float = 1.0
    layers: int = 6
    seed: int = 20
    seconds: float = 0.0
    near: float = 0.0
    both: bool = True
    kept: tuple[str, ...] = ()
    tied_only: bool = False


CALIBRATION_BATCHES = 64

DEFAULT_SHARES = {"same_intent": 0.18, "duplicate": 0.12, "paraphrase": 0.14, "title": 0.12, "sentence": 0.04, "same_act": 0.03, "response": 0.05, "intent_description": 0.02, "qa": 0.10, "body": 0.12, "lexicon": 0.05, "noise": 0.06}


def encode(bert: PackedBert, texts: Texts, chunk: int, precise: bool) -> torch.Tensor:
    """[texts, width] on the device, shortest texts first so that no chunk pads much."""
    order = np.argsort(texts.lengths, kind="stable")
    out = torch.empty(len(texts), bert.words.weight.shape[1], device=texts.device)
    bert.eval()
    with torch.no_grad(), torch.autocast(texts.device.type, torch.bfloat16, enabled=texts.device.type == "cuda" and not precise):
        for at in range(0, len(order), chunk):
            some = order[at : at + chunk]
            out[torch.from_numpy(some).to(texts.device)] = bert(texts.batch(some))
    return out


def optimiser(bert: PackedBert, rate: float, freeze_words: bool) -> torch.optim.AdamW:
    decayed, plain, steps = [], [], []
    for name, value in bert.named_parameters():
        if name == "words.weight" and freeze_words:
            value.requires_grad_(False)
            continue
        value.requires_grad_(True)
        (steps if "input_" in name else decayed if value.ndim == 2 else plain).append(value)
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}, {"params": steps, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=next(bert.parameters()).is_cuda)


def tune(bert: PackedBert, pairs: Pairs, guide: torch.Tensor, recipe: Recipe, steps: int, rate: float, reference: torch.Tensor | None, near: np.ndarray, log) -> None:
    """`steps` of the ranking loss; with `reference` [texts, width] vectors are tied to it (quantisation learns from the float model)."""
    draw = Draw(pairs, {STREAM_NAMES.index(name): share for name, share in (DEFAULT_SHARES | recipe.shares).items() if share > 0}, recipe.seed, near, recipe.near)
    device = pairs.texts.device
    group = torch.from_numpy(pairs.group).to(device)
    kept = [STREAM_NAMES.index(name) for name in recipe.kept]
    best = optimiser(bert, rate, recipe.freeze_words)
    warm = max(1, steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(best, lambda s: min(1.0, (s + 1) / warm) * 0.5 * (1 + math.cos(math.pi * min(1.0, s / steps))))
    bert.train()
    began, recent = time.time(), []
    step = -1
    while (step := step + 1) < steps:
        if step == 60 and recipe.seconds:
            if device.type == "cuda":
                torch.cuda.synchronize()
            steps = max(step, min(steps, int(recipe.seconds * 60 / (time.time() - began))))
        rows = draw.rows(recipe.pairs)
        numbers = np.concatenate([pairs.rows[rows, 0], pairs.rows[rows, 1]])
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            vectors = bert(pairs.texts.batch(numbers))
        n = len(rows)
        index = torch.from_numpy(numbers.astype(np.int64)).to(device, non_blocking=True)
        known = guide[index].float()
        where = group[torch.from_numpy(rows).to(device, non_blocking=True)]
        same_text = index[:n, None] == index[None, :n]
        forbidden = false_negatives(where, known[:n], known[n:], recipe.limit) | (same_text & ~torch.eye(n, dtype=torch.bool, device=device))
        is_kept = np.isin(pairs.stream[rows], kept)
        free, bound = (torch.from_numpy(np.flatnonzero(some)).to(device, non_blocking=True) for some in (~is_kept if recipe.tied_only else is_kept | True, is_kept if len(kept) else is_kept | True))
        loss = ranking_loss(vectors[:n][free], vectors[n:][free], forbidden[free][:, free], recipe.scale, recipe.both)
        bound = torch.cat([bound, bound + n])
        if reference is not None:
            loss = 5.0 * tie(vectors, reference[index].float()) + relation_tie(vectors, reference[index].float())
        if recipe.ties:
            loss = loss + recipe.ties * tie(vectors[bound], known[bound])
        if recipe.relations:
            loss = loss + recipe.relations * relation_tie(vectors[bound], known[bound])
        best.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        best.step()
        schedule.step()
        recent.append(loss.detach())
        if (step + 1) % 100 == 0 or step + 1 == steps:
            value = float(torch.stack(recent).mean())
            recent = []
            log({"step": step + 1, "of": steps, "loss": round(value, 4), "seconds": round(time.time() - began, 1)})
            if not math.isfinite(value):
                raise SystemExit(f"error: the loss is {value} at step {step + 1}; lower the rate")


def calibrate(bert: PackedBert, texts: Texts, recipe: Recipe) -> None:
    """First smoothing, scales and zero points from 8,192 texts drawn at random; the bert is left in quantised mode."""

    def watch(mode: str) -> None:
        bert.set_mode(mode)
        rng = np.random.default_rng(recipe.seed)
        with torch.no_grad():
            for _ in range(CALIBRATION_BATCHES):
                bert(texts.batch(rng.integers(0, len(texts), 128)))

    watch("observe channels")
    for name, product in bert.named_modules():
        if isinstance(product, Product) and name.endswith(("qkv", "up")):
            product.settle_smooth(recipe.smooth)
    watch("observe")
    for product in bert.products():
        product.settle()
    bert.set_mode("quantised")


def mixed(base: dict, tuned: dict, share: float) -> dict:
    """share · tuned + (1 − share) · base, weight by weight (Wortsman 2022): gives back what tuning forgot."""
    return {name: value if "input_" in name or name.endswith("smooth") else share * value + (1 - share) * base[name] for name, value in tuned.items()}


def run(recipe: Recipe, data: Path, measuring: Path, base_file: Path, out: Path, guide_file: Path | None, slow: bool) -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    log_file = open(out / f"{recipe.name}.log", "a")

    def log(row: dict) -> None:
        line = json.dumps({"recipe": recipe.name} | row)
        print(line, flush=True)
        log_file.write(line + "\n")
        log_file.flush()

    pairs = load_pairs(data, device)
    sets = Sets(measuring)
    held = np.load(base_file)
    base_state = {name: torch.from_numpy(held[name].astype(np.float32)) for name in held.files}
    bert = PackedBert(layers=recipe.layers)
    load_state(bert, base_state)
    bert.to(device)
    eval_texts = measuring_texts(sets, data.parent / "tokenizer.json", device)
    base = {name: value.clone() for name, value in bert.state_dict().items()}
    if guide_file is not None and guide_file.exists():
        guide = torch.load(guide_file, map_location=device, weights_only=True)
    else:
        guide = encode(bert, pairs.texts, 4096, precise=False).half()
        if guide_file is not None:
            torch.save(guide, guide_file)
    near_file = guide_file.with_suffix(".near.npy") if guide_file is not None else None
    if near_file is not None and near_file.exists():
        near = np.load(near_file)
    else:
        near = neighbours(pairs, guide, [STREAM_NAMES.index(name) for name in NEAR_STREAMS], min(40_000, len(pairs.rows) // 4), min(96, len(pairs.rows) // 8), recipe.seed)
        if near_file is not None:
            np.save(near_file, near)
    log({"recipe_is": recipe.__dict__, "texts": len(pairs.texts), "rows": len(pairs.rows)})

    def report(label: str, precise: bool = True, slow_now: bool = False) -> None:
        vectors = encode(bert, eval_texts, 2048, precise).cpu().numpy()
        log({"at": label} | measure(sets, vectors, slow_now))

    if recipe.steps == 0:
        if slow:
            report("base", slow_now=True)
        return
    tune(bert, pairs, guide, recipe, recipe.steps, recipe.rate, None, near, log)
    tuned = {name: value.clone() for name, value in bert.state_dict().items()}
    torch.save(tuned, out / f"{recipe.name}.pt")
    for share in (1.0, 0.85, 0.7, 0.5):
        bert.load_state_dict(mixed(base, tuned, share))
        report(f"mix {share}", slow_now=slow and share == recipe.mix)
    bert.load_state_dict(mixed(base, tuned, recipe.mix))
    if recipe.quantised_steps:
        reference = encode(bert, pairs.texts, 4096, precise=False).half()
        calibrate(bert, pairs.texts, recipe)
        report("quantised, not yet learnt")
        tune(bert, pairs, guide, replace(recipe, relations=0.0, ties=0.0), recipe.quantised_steps, recipe.quantised_rate, reference, near, log)
        report("quantised", slow_now=slow)
        bert.set_mode("float")
        report("quantised, read as float", slow_now=slow)
    save(bert, out / recipe.name)


def measuring_texts(sets: Sets, tokenizer_file: Path, device: torch.device) -> Texts:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    ids = [one.ids for one in tokenizer.encode_batch(list(sets.texts))]
    return Texts(np.concatenate([np.array(one, np.int32) for one in ids]), np.cumsum([0] + [len(one) for one in ids]), device)


def save(bert: PackedBert, stem: Path) -> None:
    """Weights as float16 in parts of at most 15 MiB: `<stem>.<n>.npz`."""
    parts, size, number = {}, 0, 0
    for name, value in bert.state_dict().items():
        array = value.detach().cpu().numpy()
        pieces = np.array_split(array.astype(np.float16), 2) if name == "words.weight" else [array.astype(np.float32 if array.size < 5000 else np.float16)]
        for at, piece in enumerate(pieces):
            if size + piece.nbytes > 15 * 2**20:
                np.savez(f"{stem}.{number}.npz", **parts)
                parts, size, number = {}, 0, number + 1
            parts[f"{name}@{at}"] = piece
            size += piece.nbytes
    np.savez(f"{stem}.{number}.npz", **parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", required=True, help="JSON of Recipe fields, or a file holding it")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--measuring", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--guide", type=Path)
    parser.add_argument("--slow", action="store_true")
    args = parser.parse_args()
    text = Path(args.recipe).read_text() if os.path.exists(args.recipe) else args.recipe
    run(Recipe(**json.loads(text)), args.data, args.measuring, args.base, args.out, args.guide, args.slow)
