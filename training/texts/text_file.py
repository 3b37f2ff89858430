"""The one reader of text that users give: UTF-8 and nothing else, since a guessed encoding garbles questions without a word."""

from pathlib import Path

from training.faults import Fault


def decode(raw: bytes, said: str) -> str:
    """The text without a byte order mark; a Fault names the line. `said` is the option and the file, as messages name them."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = raw[: cause.start].count(b"\n") + 1
        raise Fault(f"{said}: line {line} is not UTF-8 (often it is Latin-1 or Windows-1252); save the file as UTF-8") from cause


def read_text(path: Path, option: str, holds: str) -> str:
    """The file's text. @raises Fault where there is no such file, where it cannot be read, or is not UTF-8; `holds` says what to give."""
    if not path.is_file():
        raise Fault(f"{option} {path} is not a file; give {holds}")
    try:
        raw = path.read_bytes()
    except OSError as cause:
        raise Fault(f"{option} {path} cannot be read: {cause.strerror}") from cause
    return decode(raw, f"{option} {path}")


def lines_of(text: str) -> list[str]:
    """Its lines as the service counts them: only a line feed ends one. A JSON text may hold the other line breaks of Unicode."""
    return text.split("\n")
