"""The one reader of text that users give: UTF-8 and nothing else, since a guessed encoding garbles questions without a word."""

import gzip
import json
import re
import zlib
from pathlib import Path
from typing import Any

from training.faults import Fault


def decode(raw: bytes, said: str) -> str:
    """The text without a byte order mark; a Fault names the line. `said` is the option and the file, as messages name them."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = raw[: cause.start].count(b"\n") + 1
        raise Fault(f"{said}: line {line} is not UTF-8 (often it is Latin-1 or Windows-1252); save the file as UTF-8") from cause


def read_bytes(path: Path, option: str) -> bytes:
    """What the file holds, unpacked where it is named .gz. @raises Fault where it cannot be read or unpacked."""
    try:
        raw = path.read_bytes()
    except OSError as cause:
        raise Fault(f"{option} {path} cannot be read: {cause.strerror}") from cause
    try:
        return gzip.decompress(raw) if path.suffix.lower() == ".gz" else raw
    except (OSError, EOFError, zlib.error) as cause:
        raise Fault(f"{option} {path} cannot be unpacked: {cause}; it is cut short, damaged or no gzip: make it again") from cause


def read_text(path: Path, option: str, holds: str) -> str:
    """The file's text, .gz unpacked. @raises Fault where there is no such file, where it cannot be read, or is not UTF-8; `holds` says what to give."""
    if not path.is_file():
        raise Fault(f"{option} {path} is not a file; give {holds}")
    return decode(read_bytes(path, option), f"{option} {path}")


def require_characters(text: str) -> str:
    """The text. @raises ValueError for half a surrogate pair, which an escape may make: it is no character, and no tokenizer or file takes it."""
    if found := re.search("[\ud800-\udfff]", text):
        raise ValueError(f"holds half a surrogate pair ({found[0]!a}), which is no character; write the whole character")
    return text


def parse_json(text: str) -> Any:
    """The value. @raises ValueError for what is no JSON, is nested too deep to be read, or holds half a surrogate pair."""
    try:
        value = json.loads(text)
        if "\\u" in text:
            require_characters(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        raise ValueError("is JSON nested too deep to be read") from None
    return value


def lines_of(text: str) -> list[str]:
    """Its lines as the service counts them: only a line feed ends one. A JSON text may hold the other line breaks of Unicode."""
    return text.split("\n")
