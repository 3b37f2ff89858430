"""A model as the service would run it, which is how adapt measures: before on the base, after on what was learned."""

from argparse import Namespace
from pathlib import Path

import torch

from training.base.exported_weights import is_exported
from training.export.base_folder import find_base
from training.export.parity_texts import PARITY_TEXTS
from training.export.write_model import ExportRequest, write_model
from training.learning.encode import Encode, graph_encoder
from training.parity.graph_encoder import GraphEncoder


def licence_of(chosen: Namespace) -> Path | None:
    """The licence text to copy in: the one given, or else that of the base, which its offspring stand under too."""
    own = find_base(chosen.base) / "LICENSE"
    return chosen.licence or (own if own.is_file() else None)


def export_for(chosen: Namespace, base: Path, out: Path, texts: list[str]) -> Path:
    """`base` exported to `out` in the form of --weights; `texts` are what int8's ranges are read from. Returns `out`."""
    threads = torch.get_num_threads()
    name, calibration = chosen.out.resolve().name, [*texts, *PARITY_TEXTS]
    write_model(ExportRequest(str(base), out, name, True, chosen.weights, PARITY_TEXTS, licence=licence_of(chosen), calibration=calibration))
    torch.set_num_threads(threads)  # An export computes on one thread, and what comes after it need not.
    return out


def served(chosen: Namespace, folder: Path) -> Encode:
    """Encode with an exported folder."""
    return graph_encoder(GraphEncoder(folder, chosen.threads or torch.get_num_threads()), "measure")


def served_base(chosen: Namespace, folder: Path, room: Path, texts: list[str]) -> Encode:
    """The base before it learns anything: its own graph where it has one, which may compute in int8, or else an export like the one
    that the trained model gets. The weights in float would be a base that nobody runs, and better or worse than the one that is."""
    place = served_place(chosen, room)
    if place.is_relative_to(room):
        export_for(chosen, folder, place, texts)
    return served(chosen, place)


def served_place(chosen: Namespace, room: Path) -> Path:
    """The folder that the base is measured with: its own, or the export's in the run's folder."""
    found = find_base(chosen.base)
    return found if is_exported(found) else room / "base"
