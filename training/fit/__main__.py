"""`python -m training.fit`: train a base with one loss; the outcome is a sentence-transformers folder for training.export."""

import argparse
from pathlib import Path

from training.faults import run_command
from training.learning.arguments import add_run_arguments, whole

LOSS_NAMES = (
    "contrastive", "online-contrastive", "triplet", "mnrl", "mnrl-cached", "cosent", "margin-mse", "embedding-mse", "simcse", "simcse-crop", "tsdae",
)
"""The keys of losses/table.py, which is not loaded for --help; a test holds the two together."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.fit",
        description='Train an encoder. Rows are JSON lines {"a", "b"[, "neg"[, "neg_groups"]][, "score"][, "group"]}; simcse, simcse-crop and tsdae take plain text.',
        epilog="example: python -m training.fit --data pairs.jsonl --loss mnrl --out OTHER/mine && python -m training.export --base OTHER/mine --out models/mine",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="rows, for all losses but those of plain text (.gz too)")
    source.add_argument("--text", type=Path, nargs="+", help="text files, one passage a line (.gz too)")
    parser.add_argument("--loss", required=True, choices=LOSS_NAMES)
    parser.add_argument("--base", default="models/faqmatch-minilm-l6", help="a sentence-transformers folder, a folder of training.export, or a package")
    parser.add_argument("--teacher", help="base that margin-mse and embedding-mse learn from")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write; it appears when the run is done, and replaces only what this command wrote")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=whole(1), default=1, help="how often each row is seen (default 1)")
    length.add_argument("--steps", type=whole(1), help="steps instead of epochs")
    add_run_arguments(parser)
    chosen = parser.parse_args()
    from training.fit.fit_base import fit_base

    print(fit_base(chosen))


if __name__ == "__main__":
    run_command(main)
