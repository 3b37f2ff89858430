"""A full disk while a library saves a model, told in one line that says how to go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from training.faults import OUT_OF_REACH, Fault


def of_file_system(cause: Exception) -> bool:
    """Whether the file system said no. The writers of safetensors and tokenizers, in Rust, raise errors of their own for it."""
    if isinstance(cause, OSError):
        return cause.errno in OUT_OF_REACH
    return isinstance(cause, SafetensorError) or "(os error " in str(cause)


@contextmanager
def saving(target: Path, then: str) -> Iterator[None]:
    """A Fault where the file system stops what the block writes for `target`; `then` says what to do once there is room."""
    try:
        yield
    except Exception as cause:
        if not of_file_system(cause):
            raise
        raise Fault(f"{target} cannot be written: {' '.join(str(cause).split())}; make room, then {then}") from cause
