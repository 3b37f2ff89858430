"""Text files, one passage a line → passages to learn from without labels."""

from pathlib import Path

from training.faults import Fault
from training.texts.rows import LEAST_ROWS, plain
from training.texts.text_file import read_bytes

SHORTEST = 15
"""Characters; shorter lines are headings, numbers and leftovers of tables."""


def read_passages(paths: list[Path]) -> list[str]:
    """Different passages in the files' order; .gz is unpacked. Lines under 15 characters are left out."""
    passages: dict[str, None] = {}
    for path in paths:
        if not path.is_file():
            raise Fault(f"--text {path} is not a file; give text files with one passage a line")
        try:
            text = read_bytes(path, "--text").decode("utf-8-sig")
        except UnicodeDecodeError as cause:
            raise Fault(f"--text {path} cannot be read as UTF-8 text: {cause}") from cause
        passages.update(dict.fromkeys(line for line in map(plain, text.splitlines()) if len(line) >= SHORTEST))
    if len(passages) < LEAST_ROWS:
        raise Fault(f"--text gives {len(passages)} different passages of {SHORTEST} characters or more; at least {LEAST_ROWS} are needed, one a line")
    return list(passages)
