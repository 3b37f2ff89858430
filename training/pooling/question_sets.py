"""The public sets, each as stored questions and utterances with their intents."""

import random
from dataclasses import dataclass
from pathlib import Path

from training.faults import Fault
from training.texts.text_file import lines_of, parse_json, read_text

SETS = {
    "CLINC150 10-shot": ("clinc150/train-10shot.jsonl", "clinc150/test.jsonl"),
    "BANKING77 10-shot": ("banking77-fewshot/train-10shot.jsonl", "banking77-fewshot/test.jsonl"),
    "HINT3 Curekart": ("hint3-v2-curekart/train.jsonl", "hint3-v2-curekart/test.jsonl"),
    "corpus50": ("nlpjs-corpus50/train.jsonl", "nlpjs-corpus50/test.jsonl"),
    "StackFAQ": ("stackfaq/faq.jsonl", "stackfaq/queries.jsonl"),
}
"""Name → stored questions, utterances."""


@dataclass(frozen=True)
class QuestionSet:
    """Texts with the intent of each."""

    name: str
    stored: list[tuple[str, str]]
    asked: list[tuple[str, str]]


def text_and_intent(row: dict) -> tuple[str, str]:
    """Of an intent set's row, an FAQ's entry or a query with the entry it asks for."""
    intent = row.get("intent") or row.get("id") or (row.get("relevant") or [""])[0]
    return row.get("text") or row.get("question") or "", intent


def row_in(line: str, place: str) -> dict:
    """A line's JSON object; a Fault names the place of a line that holds none."""
    try:
        row = parse_json(line)
    except ValueError as cause:
        raise Fault(f"{place} is not JSON: {cause}") from cause
    if not isinstance(row, dict):
        raise Fault(f"{place} expected a JSON object with a text and an intent, found {line.strip()[:40]!r}")
    return row


def read_lines(path: Path) -> list[tuple[str, str]]:
    """All rows with a text and an intent."""
    if not path.is_file():
        raise Fault(f"{path} is not there; give --data the folder of public sets, the one that FAQMATCH_EVAL_DATA names")
    rows = []
    for number, line in enumerate(lines_of(read_text(path, "--data", "the folder of public sets")), 1):
        if line.strip():
            rows.append(text_and_intent(row_in(line, f"{path}:{number}")))
    found = [(text, intent) for text, intent in rows if text and intent]
    if not found:
        raise Fault(f"{path} holds no row with a text and an intent; copy the public sets again")
    return found


def question_sets(folder: Path, count: int) -> list[QuestionSet]:
    """All sets, at most `count` utterances each, the same ones every time."""
    sets = []
    for name, (stored, asked) in SETS.items():
        rows = read_lines(folder / asked)
        sets.append(QuestionSet(name, read_lines(folder / stored), random.Random(5).sample(rows, min(count, len(rows)))))
    return sets
