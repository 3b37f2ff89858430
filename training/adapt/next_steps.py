"""Command lines to go on with, as an ending prints them."""

import shlex
from argparse import Namespace
from pathlib import Path


def in_shell(path: Path | str) -> str:
    """The path for a command line. A relative one starts with ./ or ../, since the service takes a bare name for a package or a hub's model."""
    path = Path(path)
    return shlex.quote(str(path) if path.is_absolute() or path.parts[:1] == ("..",) else f"./{path}")


def use_line(out: Path) -> str:
    """Runs the service with the model."""
    return f"FAQMATCH_MODEL={in_shell(out)} faqmatch serve"


def judge_line(chosen: Namespace, model: Path, base: Path | None) -> str:
    """Compares two model folders as the service would answer with them, which P@1 of bare cosines does not. `base`: None where it has no graph to serve."""
    other = "<its base, exported by training.export>" if base is None else in_shell(base)
    return f"faqmatch eval {in_shell(chosen.corpus)} --golden <file> --model {in_shell(model)} --against-with model={other}"


JUDGED_BY = "To measure the whole service with both models, on a file of labelled utterances"
"""What judge_line stands behind, where figures of the encoder alone are told."""
