"""`python -m training.domain_sets`: write measuring corpora (faq.json, manual.txt). Their text is not part of the project."""

import argparse
import io
import json
import random
from pathlib import Path

from training.faults import Fault, run_command
from training.learning.arguments import whole
from training.texts.text_file import lines_of, parse_json, read_text

SETS: dict[str, tuple[str, ...]] = {
    "medical": ("medquad",),
    "counselling": ("counsel_chat",),
    "technical": ("MicrosoftDocs__azure-aks-docs", "MicrosoftDocs__IntuneDocs", "MicrosoftDocs__azure-management-docs", "MicrosoftDocs__azure-security-docs"),
}
"""Corpus → its files under pairs/ and text/; licences stand in the README beside them."""

QUESTION_KINDS = {"title_title", "title_desc"}
"""`a` and `b` ask or name the same thing."""

ANSWER_KINDS = {"qa", "title_body"}
"""`b` answers `a`."""


def pair_of(line: str, place: str) -> dict[str, str]:
    """One row; a Fault names the place of a line that is none."""
    try:
        row = parse_json(line)
    except ValueError as cause:
        raise Fault(f"{place} {cause}; give --train-data the folder with pairs/ and text/") from cause
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("a", "b", "kind")):
        raise Fault(f'{place} expected text in "a", "b" and "kind", found {line.strip()[:40]!r}')
    return row


def read_pairs(folder: Path, names: tuple[str, ...]) -> list[dict[str, str]]:
    """All rows of the named files."""
    rows: list[dict[str, str]] = []
    for name in names:
        path = folder / "pairs" / f"{name}.jsonl.gz"
        if not path.is_file():
            raise Fault(f"{path} is not there; give --train-data the folder with pairs/ and text/")
        for number, line in enumerate(lines_of(read_text(path, "--train-data", "the folder with pairs/ and text/")), 1):
            if line.strip():
                rows.append(pair_of(line, f"{path}:{number}"))
    return rows


def entries_of(rows: list[dict[str, str]], name: str) -> list[dict[str, object]]:
    """One entry a question; a forum post (`title_body` of counselling) and a page's description are alternates of its title."""
    asks = QUESTION_KINDS | ({"title_body"} if name == "counselling" else set())
    alternates: dict[str, dict[str, None]] = {}
    answers: dict[str, str] = {}
    for row in rows:
        if row["kind"] in asks:
            alternates.setdefault(row["a"], {})[row["b"]] = None
        elif row["kind"] in ANSWER_KINDS:
            answers.setdefault(row["a"], row["b"])
    if name != "medical":
        heads = [head for head in alternates if head in answers]
    else:
        heads = list(answers)
    used = {text for head in heads for text in alternates.get(head, {})}
    return [
        {"id": f"e{number:05}", "questions": [head, *alternates.get(head, {})], "answer": answers[head]}
        for number, head in enumerate(heads)
        if head not in used
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.domain_sets",
        description="Write FAQ corpora of one domain, and plain text of that domain, from public training text.",
        epilog="example: python -m training.domain_sets --train-data DATA/train --out OTHER/domains",
    )
    parser.add_argument("--train-data", required=True, type=Path, help="folder with pairs/*.jsonl.gz and text/*.txt.gz")
    parser.add_argument("--out", required=True, type=Path, help="folder to write <set>/faq.json and <set>/manual.txt into")
    parser.add_argument("--entries", type=whole(1), default=2000, help="entries a corpus, drawn with a fixed seed (default 2000)")
    parser.add_argument("--passages", type=whole(1), default=20000, help="passages of plain text (default 20000)")
    chosen = parser.parse_args()
    for name, files in SETS.items():
        found = entries_of(read_pairs(chosen.train_data, files), name)
        entries = random.Random(5).sample(found, min(len(found), chosen.entries))
        texts = [read_text(chosen.train_data / "text" / f"{file}.txt.gz", "--train-data", "the folder with pairs/ and text/") for file in files]
        lines = [line for text in texts for line in io.StringIO(text, newline=None)]
        lines = random.Random(5).sample(lines, min(len(lines), chosen.passages))
        (chosen.out / name).mkdir(parents=True, exist_ok=True)
        (chosen.out / name / "faq.json").write_text(json.dumps({"entries": entries}, indent=1, ensure_ascii=False), encoding="utf-8")
        (chosen.out / name / "manual.txt").write_text("".join(lines), encoding="utf-8")
        print(f"{chosen.out / name}: {len(entries)} entries, {sum(len(entry['questions']) for entry in entries)} questions, {len(lines)} passages")


if __name__ == "__main__":
    run_command(main)
