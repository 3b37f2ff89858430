"""The texts of a parity run: lines of a file, or a seeded draw from JSON-lines files with a "text" field."""

import random
from pathlib import Path

from training.faults import Fault
from training.texts.text_file import lines_of, parse_json, read_text


def text_lines(path: Path, option: str) -> list[str]:
    """The file's lines that are not blank; a Fault where there is none."""
    lines = [line for line in read_text(path, option, "a text file with one text a line").splitlines() if line.strip()]
    if not lines:
        raise Fault(f"{option} {path} holds no text; give a text file with one text a line")
    return lines


def draw_texts(files: list[Path], count: int, seed: int) -> list[str]:
    """`count` distinct texts, the same ones for the same files, count and seed, whatever the order of the files."""
    found: set[str] = set()
    for path in files:
        text = read_text(path, "--jsonl", 'JSON-lines files with a "text" field')
        for number, line in enumerate(lines_of(text), 1):
            try:
                row = parse_json(line) if line.strip() else {}
            except ValueError as cause:
                raise Fault(f"{path}:{number} is not JSON: {cause}") from cause
            text = row.get("text") if isinstance(row, dict) else None
            if isinstance(text, str) and text.strip():
                found.add(" ".join(text.split()))
    if len(found) < count:
        raise Fault(f"the files hold {len(found)} distinct texts and {count} were asked for; give more files or a smaller --count")
    return random.Random(seed).sample(sorted(found), count)
