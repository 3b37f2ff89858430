"""JSON lines {"a", "b"[, "neg"[, "neg_groups"]][, "score"][, "group"]} → rows to train on."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.faults import Fault
from training.texts.text_file import lines_of, parse_json, read_text

LEAST_ROWS = 8
"""Fewer rows teach nothing: a batch would hold no negatives worth the name."""

SHOWN = 5
"""Faults of a file that are printed; the rest is counted."""


@dataclass(frozen=True)
class Row:
    """Two texts that belong together (or, with score 0, do not), texts that do not belong to `a`, a likeness in 0..1, and an
    intent: rows of one group never count as each other's negatives. `negative_groups`: the intents that each negative stands under, where
    any is known; a negative may stand in no row of its own, and is none for the rows of its intent."""

    a: str
    b: str
    negatives: tuple[str, ...] = ()
    score: float | None = None
    group: str | None = None
    negative_groups: tuple[tuple[str, ...], ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text."""
        return (self.a, self.b, *self.negatives)


def plain(text: str) -> str:
    """White space collapsed, nothing else changed: the tokenizer does the rest, as in the service."""
    return " ".join(text.split())


def negative_groups_of(value: Any, count: int) -> tuple[tuple[str, ...], ...]:
    """The column "neg_groups" of a row with `count` negatives: a list of intents for each, or nothing where none is known."""
    if value is None:
        return ()
    lists = value if isinstance(value, list) else []
    if len(lists) != count or not all(isinstance(groups, list) and all(isinstance(group, str) for group in groups) for groups in lists):
        raise ValueError(f'expected a list of intents for each of {count} texts of "neg" in "neg_groups", found {value!r}')
    return tuple(tuple(groups) for groups in lists) if any(lists) else ()


def row_of(value: Any) -> Row:
    """One parsed line as a row; ValueError says which column is wrong."""
    if not isinstance(value, dict) or not {"a", "b"} <= value.keys():
        found = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise ValueError(f'expected the columns "a" and "b", found {found}')
    negatives = value.get("neg", [])
    negatives = [negatives] if isinstance(negatives, str) else negatives
    texts = [value["a"], value["b"], *(negatives if isinstance(negatives, list) else [None])]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError('expected text in "a", "b" and "neg" (a text or a list of them), found something else or nothing')
    score, group = value.get("score"), value.get("group")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1 or math.isnan(score)):
        raise ValueError(f'expected "score" from 0 to 1, found {score!r}')
    if group is not None and not isinstance(group, str):
        raise ValueError(f'expected text in "group", found {group!r}')
    standing = negative_groups_of(value.get("neg_groups"), len(texts) - 2)
    return Row(plain(texts[0]), plain(texts[1]), tuple(plain(text) for text in texts[2:]), None if score is None else float(score), group, standing)


def read_rows(path: Path) -> tuple[list[Row], int]:
    """(rows in the file's order without repeats, how many repeats were dropped). A file with faults is refused whole."""
    text = read_text(path, "--data", 'JSON lines with "a" and "b"')
    faults: list[str] = []
    rows: dict[Row, None] = {}
    read = 0
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            continue
        try:
            rows[row_of(parse_json(line))] = None
            read += 1
        except json.JSONDecodeError:
            faults.append(f'{path}:{number} expected a JSON object with "a" and "b", found {line.strip()[:40]!r}')
        except ValueError as cause:
            faults.append(f"{path}:{number} {cause}")
    if faults:
        more = f"\n  and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Fault("the data has faults:\n  " + "\n  ".join(faults[:SHOWN]) + more)
    if len(rows) < LEAST_ROWS:
        raise Fault(f"{path} holds {len(rows)} different rows; at least {LEAST_ROWS} are needed, and some hundreds to teach anything")
    return list(rows), read - len(rows)
