"""What adapt learns from, and for how long."""

import math
from argparse import Namespace
from pathlib import Path

from training.faults import Fault
from training.learning.encode import Encode
from training.learning.run_settings import RunSettings
from training.mining.feedback import read_feedback, without_twins
from training.mining.hard_negatives import MiningSettings, mine
from training.mining.row_file import write_rows
from training.texts.held_out import HeldOut
from training.texts.leaks import without_leaks
from training.texts.plain_text import read_passages
from training.texts.rows import LEAST_ROWS, Row, read_rows
from training.texts.synthetic_pairs import corpus_pairs

MOST_STEPS = 400
"""Over pairs, unless --steps says more: some minutes on two quiet cores, and beyond it a small corpus is learned by heart."""

LEAST_STEPS = 60
"""Over pairs, unless --steps or --epochs says fewer. With a small corpus two epochs end before the weights have moved: of a bank's 42 entries
with 97 questions (faq-data/bank cut down), 11 steps brought P@1 on 277 other questions from 43.3 to 46.9 %, 60 steps to 60.3 (53 won, 6 lost)."""

EPOCHS = 2
"""How often each pair is seen where LEAST_STEPS does not ask for more."""

PAIR_RATE, TEXT_RATE = 5e-5, 2e-5
"""Learning rates; plain text teaches less per step and forgets more, so it gets less."""


def text_rows(chosen: Namespace, held_out: HeldOut) -> tuple[list[Row], int]:
    """(a row for each passage of --text, how many passages were left out since they hold a question kept aside)."""
    if not chosen.text:
        return [], 0
    read = read_passages(chosen.text)
    passages = without_leaks(read, [question for question, _ in held_out.questions])
    leaks = len(read) - len(passages)
    if leaks:
        print(f"{leaks} of {len(read)} passages left out: they hold a question kept aside to measure with")
    if len(passages) < LEAST_ROWS:
        raise Fault(f"--text: {leaks} of {len(read)} passages hold questions kept aside, and {LEAST_ROWS} others are needed; give more text or a smaller --held-out")
    return [Row(passage, passage) for passage in passages], leaks


def feedback_rows(chosen: Namespace, held_out: HeldOut) -> tuple[list[Row], dict[str, int]]:
    """(pairs of the feedback log, what became of it: pairs to learn from, lines that name what the corpus lacks, pairs without a
    right intent, which this loss cannot use, and pairs that repeat a question kept aside)."""
    if not chosen.feedback:
        return [], {}
    rows, unknown = read_feedback(chosen.feedback, held_out.kept)
    labelled = [row for row in rows if row.score is None]
    used = without_twins(labelled, [question for question, _ in held_out.questions])
    counts = {"used": len(used), "unknown": unknown, "without_label": len(rows) - len(labelled), "held_out": len(labelled) - len(used)}
    print("feedback: {used} pairs used; passed over: {unknown} lines of entries or intents that the corpus lacks or that are kept aside, "
          "{without_label} pairs wrong without a right intent, {held_out} that repeat a question kept aside".format(**counts))
    return used, {f"feedback_{name}": count for name, count in counts.items()}


def pair_rows(chosen: Namespace, held_out: HeldOut, feedback: list[Row], encode: Encode, room: Path) -> list[Row]:
    """Pairs of the corpus and of the feedback log, one hard negative each; mined once and kept for --resume."""
    kept = room / "rows.jsonl"
    if chosen.resume and kept.is_file():
        return read_rows(kept)[0]
    rows = list(dict.fromkeys(corpus_pairs(held_out.kept, chosen.seed) + feedback))
    if len(rows) < 8:
        raise Fault(f"the corpus gives {len(rows)} pairs to learn from and 8 are needed; give entries alternates or answers, or use --no-labels with --text")
    mined = list(dict.fromkeys(mine(rows, [(row.a, row.group) for row in stored_rows(held_out)], encode, MiningSettings())))
    write_rows(kept, mined)
    return mined


def stored_rows(held_out: HeldOut) -> tuple[Row, ...]:
    """Each text of the corpus under its intent: one that is in no pair may be mined as a negative all the same."""
    return tuple(Row(text, text, group=entry.intent) for entry in held_out.kept for text in (*entry.questions, entry.answer) if text)


def pair_texts(rows: list[Row], held_out: HeldOut) -> set[str]:
    """What the pairs teach: their texts, and the corpus's that were not kept aside, since any may have been a negative. None without pairs."""
    stored = [text for entry in held_out.kept for text in (*entry.questions, entry.answer) if text] if rows else []
    return {*stored, *(text for row in rows for text in row.texts)}


def pair_settings(chosen: Namespace, rows: int) -> RunSettings:
    """The run over pairs."""
    least = LEAST_STEPS if chosen.epochs is None else 1
    steps = chosen.steps or min(MOST_STEPS, max(least, math.ceil(rows * (chosen.epochs or EPOCHS) / chosen.batch)))
    return RunSettings("mnrl", steps, chosen.batch, chosen.rate or PAIR_RATE, chosen.tokens, chosen.seed, chosen.matryoshka)


def text_settings(chosen: Namespace) -> RunSettings:
    """The run over plain text."""
    rate = chosen.rate or TEXT_RATE
    return RunSettings(chosen.text_loss, chosen.text_steps, chosen.batch, rate, chosen.tokens, chosen.seed, chosen.matryoshka)
