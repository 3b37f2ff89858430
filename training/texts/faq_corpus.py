"""FAQ files → entries. Reads what training needs; `faqmatch validate` and a reload are the ones that check a corpus in full."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from training.faults import Fault
from training.texts.rows import plain
from training.texts.text_file import lines_of, parse_json, read_text, require_characters
from training.texts.yaml_core import read_yaml

FORMATS = (".yaml", ".yml", ".json", ".jsonl", ".csv", ".tsv")


@dataclass(frozen=True)
class Entry:
    """One FAQ item; `answer` is "" where there is none."""

    id: str
    intent: str
    questions: tuple[str, ...]
    answer: str


def format_of(path: Path) -> str:
    """The ending in lower case; "" where it is none of FORMATS."""
    return path.suffix.lower() if path.suffix.lower() in FORMATS else ""


def table_rows(text: str, ending: str) -> list[dict[str, str]]:
    """Rows by column, cells trimmed, rows of blank cells left out. Column names in any case; `text` is another word for `question`."""
    rows = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline=""), delimiter="\t" if ending == ".tsv" else ",", strict=ending == ".csv")
    try:
        header, *cells = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as cause:
        raise ValueError(f"row that ends in line {rows.line_num}: {cause}") from cause
    names = ["question" if name.lower() == "text" else name.lower() for name in header]
    if not {"question"} <= set(names) or not {"id", "intent"} & set(names):
        raise ValueError(f"expected a header with id or intent, and question, found {', '.join(header) or 'nothing'}")
    return [dict(zip(names, row, strict=False)) for row in cells]


def records(path: Path) -> list[Any]:
    """The entries of one file as they stand in it."""
    text, ending = read_text(path, "--corpus", "an FAQ file or a folder of such"), format_of(path)
    if ending == ".jsonl":
        return [parse_json(line) for line in lines_of(text) if line.strip()]
    if ending in (".csv", ".tsv"):
        return [row for row in table_rows(text, ending) if not is_corpus_wide(row)]
    value = parse_json(text) if ending == ".json" else read_yaml(text)
    found = value.get("entries") if isinstance(value, dict) else value
    return found if isinstance(found, list) else []


def is_corpus_wide(row: dict[str, str]) -> bool:
    """Whether a table's row says nothing but what the whole corpus must not answer."""
    return bool(row.get("counter_example")) and not any(row.get(column) for column in ("id", "intent", "question", "answer"))


def text_in(record: dict[str, Any], field: str) -> str:
    """The text of a field, "" where there is none."""
    value = record.get(field)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"expected text in {field}, found {value!r}; put it in quotes")
    return require_characters(value or "")


def parts_of(record: Any) -> tuple[str, str, list[str], str]:
    """(id, intent, questions, answer) of a record in any of the forms of docs/faq-files.md; the id is "" for a counter-example."""
    if not isinstance(record, dict):
        raise ValueError(f"expected an entry, found {type(record).__name__}")
    intent = text_in(record, "intent") or text_in(record, "id")
    if "text" in record and "questions" not in record and "id" not in record:
        if not intent and record.get("intent", "") is not None:
            raise ValueError("expected an intent beside the text; null makes a counter-example")
        return intent, intent, [text_in(record, "text")], ""
    if "counter_examples" in record and "questions" not in record:
        return "", "", [], ""
    if isinstance(record.get("question"), list) and "questions" not in record:
        raise ValueError(f"expected text in question, found a list of {len(record['question'])}; did you mean questions?")
    question = text_in(record, "question")
    questions = record.get("questions", [question] if question else [])
    if not intent or not isinstance(questions, list) or not all(isinstance(question, str) for question in questions):
        raise ValueError("expected an id or intent and questions as a list of texts")
    return text_in(record, "id") or intent, intent, list(map(require_characters, questions)), text_in(record, "answer")


LABELLED = ("golden", "calibration")
"""Files of these names hold labelled utterances, which measure a service or teach its confidences: an encoder that learnt from them would spoil both."""

MOST_DEPTH = 8
"""Subfolders below the corpus folder that are read, as in the service."""


def faq_files(folder: Path, depth: int = 0) -> list[Path]:
    """FAQ files of a folder and its subfolders in order of name; those of labelled utterances, dot files and dot folders left out."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            found += faq_files(path, depth + 1) if depth < MOST_DEPTH else []
        elif format_of(path) and path.stem.lower() not in LABELLED:
            found.append(path)
    return found


def read_corpus(path: Path) -> list[Entry]:
    """The corpus of a file or folder (labelled utterances left out), entries of one id joined, repeated questions dropped."""
    files = [path] if path.is_file() else faq_files(path) if path.is_dir() else []
    if not files or not all(map(format_of, files)):
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
        except (ValueError, yaml.YAMLError, RecursionError) as cause:
            said = "is nested too deep to be read" if isinstance(cause, RecursionError) else " ".join(str(cause).split())
            raise Fault(f"--corpus {file}: {said}; see what faqmatch validate says of it") from cause
    entries = [Entry(id_, intent, tuple(questions), answer) for id_, (intent, questions, answer) in joined.items() if questions]
    if len({entry.intent for entry in entries}) < 2:
        raise Fault(f"--corpus {path} holds {len(entries)} entries with questions; at least two intents are needed")
    return entries
