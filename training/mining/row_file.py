"""Rows as the JSON lines that training.fit reads."""

import json
from pathlib import Path

from training.texts.rows import Row


def write_rows(path: Path, rows: list[Row]) -> None:
    """The file appears whole: written beside and renamed."""
    lines = []
    for row in rows:
        fields = {"a": row.a, "b": row.b, "neg": list(row.negatives) or None, "neg_groups": row.negative_groups or None}
        fields |= {"score": row.score, "group": row.group}
        lines.append(json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False) + "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text("".join(lines), encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
