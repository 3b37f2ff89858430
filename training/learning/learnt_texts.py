"""learnt-texts.txt: which texts a model has learnt, so that the service can tell that they no longer measure it.

A corpus's own questions say how good an encoder is only while it has not learnt them: it finds what it knows by heart, and finds it surely. The
texts stand as digests, since a model folder is handed on where the corpus and manuals behind it may not be.
"""

import hashlib
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from training.export.manifest import LEARNT_TEXTS
from training.faults import Fault

MOST_LINES = 200_000
"""Texts of no corpus fill up to this many lines, some 3 MB; what a corpus holds is listed in any case, since that is what the service looks up."""

DIGITS = 16
"""Hex digits of a line: 64 bits, so that two of some million texts hardly ever share one."""

LINE = re.compile(rf"[0-9a-f]{{{DIGITS}}}")


def text_digest(text: str) -> str:
    """The line of a text: white space and case aside, since a text typed otherwise in these is no other to have learnt."""
    return hashlib.sha256(" ".join(text.split()).lower().encode("utf-8")).hexdigest()[:DIGITS]


def learnt_digests(certain: Iterable[str], others: Iterable[str], before: set[str]) -> list[str]:
    """The lines in order: of every certain text and of `before`, the base's lines, since it has not forgotten; then of others, in their order,
    up to MOST_LINES."""
    found = set(map(text_digest, certain)) | before
    more = dict.fromkeys(digest for text in others if (digest := text_digest(text)) not in found)
    return sorted(found.union(islice(more, max(0, MOST_LINES - len(found)))))


def read_learnt(folder: Path) -> set[str]:
    """The lines of a model folder, none where it has no such file. @raises Fault for a damaged one, which would damage the next model's."""
    file = folder / LEARNT_TEXTS
    lines = file.read_text(encoding="ascii", errors="replace").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):
            raise Fault(f"{file}:{number} expected {DIGITS} hex digits, found {line[:40]!r}; copy the model folder again")
    return set(lines)


def write_learnt(folder: Path, digests: list[str]) -> None:
    """Write the file, one digest a line."""
    (folder / LEARNT_TEXTS).write_text("".join(f"{digest}\n" for digest in digests), encoding="ascii")
