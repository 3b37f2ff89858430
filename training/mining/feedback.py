"""The feedback log → rows: what users were shown and whether it was right."""

from pathlib import Path
from typing import Any

from training.faults import Fault
from training.texts.faq_corpus import Entry
from training.texts.near_duplicates import near_duplicate_groups
from training.texts.rows import Row, plain
from training.texts.text_file import lines_of, parse_json, read_text


def verdict_of(value: Any) -> tuple[str, str, bool, str]:
    """(utterance, id of the entry shown, whether it was right, right intent or "") of one line."""
    if not isinstance(value, dict) or not isinstance(value.get("utterance"), str) or not value["utterance"].strip():
        raise ValueError('expected "utterance" with text')
    if not isinstance(value.get("entry_id"), str) or not isinstance(value.get("correct"), bool):
        raise ValueError('expected "entry_id" (text) and "correct" (true or false)')
    intent = value.get("right_intent")
    if intent is not None and not isinstance(intent, str):
        raise ValueError(f'expected text or nothing in "right_intent", found {intent!r}')
    return plain(value["utterance"]), value["entry_id"], value["correct"], intent or ""


def read_feedback(path: Path, entries: list[Entry]) -> tuple[list[Row], int]:
    """(rows, how many lines name entries or intents that the corpus no longer has, which are passed over).

    Right: the utterance with the entry's first question. Wrong with a right intent known: the utterance with that intent's first
    question, the question shown as negative unless it is of that intent too (another of its entries was right). Wrong without:
    a pair with score 0, of use to the contrastive losses alone.
    """
    text = read_text(path, "--feedback", "JSON lines with utterance, entry_id and correct")
    by_id = {entry.id: entry for entry in entries if entry.questions}
    by_intent = {entry.intent: entry for entry in reversed(entries) if entry.questions}
    rows: dict[Row, None] = {}
    unknown = 0
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            continue
        try:
            utterance, shown, correct, intent = verdict_of(parse_json(line))
        except ValueError as cause:
            raise Fault(f"{path}:{number} {cause}") from cause
        entry, right = by_id.get(shown), by_intent.get(intent)
        if entry is None or (intent and right is None):
            unknown += 1
        elif correct:
            rows[Row(utterance, entry.questions[0], group=entry.intent)] = None
        elif right is not None:
            other = right.intent != entry.intent
            shown_wrongly, standing = ((entry.questions[0],), ((entry.intent,),)) if other else ((), ())
            rows[Row(utterance, right.questions[0], shown_wrongly, group=right.intent, negative_groups=standing)] = None
        else:
            rows[Row(utterance, entry.questions[0], score=0.0)] = None
    return list(rows), unknown


def without_twins(rows: list[Row], held_out: list[str]) -> list[Row]:
    """The rows whose `a` is no near-duplicate of a held-out question."""
    numbers = near_duplicate_groups([row.a for row in rows] + held_out)
    measured = set(numbers[len(rows) :])
    return [row for row, number in zip(rows, numbers, strict=False) if number not in measured]
