"""The texts of a parity run: lines of a file, or a seeded draw from JSON-lines files with a "text" field."""

import json
import random
from pathlib import Path

from training.faults import Fault


def text_lines(path: Path) -> list[str]:
    """The file's lines that are not blank."""
    if not path.is_file():
        raise Fault(f"--texts {path} is not a file; give a text file with one text a line")
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def draw_texts(files: list[Path], count: int, seed: int) -> list[str]:
    """`count` distinct texts, the same ones for the same files, count and seed, whatever the order of the files."""
    found: set[str] = set()
    for path in files:
        if not path.is_file():
            raise Fault(f"--jsonl {path} is not a file; give JSON-lines files with a \"text\" field")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line) if line.strip() else {}
            except ValueError as cause:
                raise Fault(f"{path}:{number} is not JSON: {cause}") from cause
            text = row.get("text") if isinstance(row, dict) else None
            if isinstance(text, str) and text.strip():
                found.add(" ".join(text.split()))
    if len(found) < count:
        raise Fault(f"the files hold {len(found)} distinct texts and {count} were asked for; give more files or a smaller --count")
    return random.Random(seed).sample(sorted(found), count)
