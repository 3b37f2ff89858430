"""FAQ files → entries. Reads what training needs; `faqmatch lint` and a reload are the ones that check a corpus in full."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from training.faults import Fault
from training.texts.rows import plain

FORMATS = (".yaml", ".yml", ".json", ".jsonl", ".csv", ".tsv")


@dataclass(frozen=True)
class Entry:
    """One FAQ item; `answer` is "" where there is none."""

    id: str
    intent: str
    questions: tuple[str, ...]
    answer: str


def records(path: Path) -> list[Any]:
    """The entries of one file as they stand in it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if path.suffix in (".csv", ".tsv"):
        return list(csv.DictReader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ","))
    value = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = value.get("entries") if isinstance(value, dict) else value
    return found if isinstance(found, list) else []


def parts_of(record: Any) -> tuple[str, str, list[str], str]:
    """(id, intent, questions, answer) of a record in any of the forms of docs/faq-files.md; the id is "" for a counter-example."""
    if not isinstance(record, dict):
        raise ValueError(f"expected an entry, found {type(record).__name__}")
    if "text" in record:
        intent = record.get("intent") or ""
        return intent, intent, [record["text"]], ""
    if "counter_examples" in record and "questions" not in record:
        return "", "", [], ""
    intent = record.get("intent") or record.get("id")
    questions = record.get("questions", [record["question"]] if record.get("question") else [])
    if not intent or not isinstance(questions, list) or not all(isinstance(question, str) for question in questions):
        raise ValueError("expected an id or intent and questions as a list of texts")
    answer = record.get("answer") or ""
    return str(record.get("id") or intent), str(intent), questions, answer if isinstance(answer, str) else " ".join(map(str, answer))


def read_corpus(path: Path) -> list[Entry]:
    """The corpus of a file or folder (golden files left out), entries of one id joined, repeated questions dropped."""
    files = [path] if path.is_file() else sorted(file for file in path.glob("*") if file.suffix in FORMATS and file.stem != "golden")
    if not files or any(file.suffix not in FORMATS for file in files):
        raise Fault(f"--corpus {path} is no FAQ file or folder of such; expected one of {', '.join(FORMATS)}")
    joined: dict[str, tuple[str, dict[str, None], str]] = {}
    for file in files:
        try:
            for record in records(file):
                id_, intent, questions, answer = parts_of(record)
                if id_:
                    _, known, before = joined.setdefault(id_, (intent, {}, ""))
                    known.update(dict.fromkeys(plain(question) for question in questions if question.strip()))
                    joined[id_] = (intent, known, before or plain(answer))
        except (ValueError, yaml.YAMLError, KeyError, UnicodeDecodeError) as cause:
            raise Fault(f"--corpus {file}: {cause}; see what a reload says of it") from cause
    entries = [Entry(id_, intent, tuple(questions), answer) for id_, (intent, questions, answer) in joined.items() if questions]
    if len({entry.intent for entry in entries}) < 2:
        raise Fault(f"--corpus {path} holds {len(entries)} entries with questions; at least two intents are needed")
    return entries
