"""What of a command can be told to be wrong from its arguments alone, before torch is loaded, which takes seconds."""

from argparse import Namespace
from pathlib import Path

from training.export.base_folder import find_base
from training.export.whole_folder import require_not_base, require_replaceable
from training.faults import Fault


def require_inputs(chosen: Namespace) -> None:
    """A Fault where a file to be read is not there, the base is nowhere, or --out is taken. What the files hold is looked at later."""
    if not chosen.corpus.exists():
        raise Fault(f"--corpus {chosen.corpus} does not exist; give an FAQ file or a folder of such")
    for option, path in (*(("--text", path) for path in chosen.text), ("--feedback", chosen.feedback), ("--licence", chosen.licence)):
        if path is not None and not path.is_file():
            raise Fault(f"{option} {path} is not a file; give one, or leave the option out")
    require_free(chosen.out, find_base(chosen.base))


def require_free(out: Path, base: Path) -> None:
    """A Fault where --out is the base or a finished model. A run that is refused writes its report beside --out all the same, and
    beside a finished model it would take the place of the report that tells how that one was made."""
    require_not_base(out, base)
    require_replaceable(out)
    if (out / "faqmatch.json").is_file():
        raise Fault(f"--out {out} is a finished model folder; give another path, or remove that folder and its report yourself")
