"""The steps of training.adapt in order."""

from argparse import Namespace
from pathlib import Path

import torch

from training.adapt.compared import Compared, compare
from training.adapt.finished_model import export_trained, put_in_place
from training.adapt.lessons import pair_rows, pair_settings, text_settings
from training.adapt.measure import measure
from training.adapt.report import write_report
from training.base.open_base import base_folder, open_model, pick_device
from training.faults import Refused
from training.learning.encode import graph_encoder, model_encoder
from training.learning.run_folder import end_run, run_folder
from training.learning.train import Lesson, train
from training.parity.graph_encoder import GraphEncoder
from training.texts.faq_corpus import read_corpus
from training.texts.held_out import hold_out
from training.texts.plain_text import read_passages
from training.texts.rows import Row


def adapt_base(chosen: Namespace) -> None:
    """Read, measure, learn, export, measure, report, and only then put the model in place. @raises Refused for one not better."""
    held_out = hold_out(read_corpus(chosen.corpus), chosen.held_out, chosen.seed)
    passages = [Row(passage, passage) for passage in read_passages(chosen.text)] if chosen.text else []
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    device = pick_device(chosen.device)
    room = run_folder(chosen.out, chosen.resume)
    with base_folder(chosen.base) as folder:
        model = open_model(folder, device)
        encode = model_encoder(model)
        before = measure(encode, held_out)
        rows = [] if chosen.no_labels else pair_rows(chosen, held_out, encode, room)
        losses: dict[str, list[float]] = {}
        if passages:
            text = Lesson(passages, text_settings(chosen), room / "text.pt")
            losses[chosen.text_loss] = train(model, text, chosen.resume)
        if rows:
            losses["mnrl"] = train(model, Lesson(rows, pair_settings(chosen, len(rows)), room / "pairs.pt"), chosen.resume)
        fresh = export_trained(model, chosen, room)
    threads = chosen.threads or torch.get_num_threads()
    after = measure(graph_encoder(GraphEncoder(fresh, threads), "measure"), held_out)
    outcome = compare(before, after, held_out, losses)
    finish(chosen, outcome, fresh, {"pairs": len(rows), "passages": len(passages)})
    end_run(room)
    if not outcome.better:
        raise Refused(f"P@1 {outcome.before_first:.3f} before, {outcome.after_first:.3f} after: not better, {'kept as asked' if chosen.keep_anyway else 'not put in place'}; see {report_path(chosen.out)}")
    print(f"P@1 {outcome.before_first:.3f} before, {outcome.after_first:.3f} after on {outcome.questions} held-out questions; {chosen.out}")


def report_path(out: Path) -> Path:
    """Beside the model folder, so that it is there for a refused model too."""
    return out.with_name(f"{out.name}.report.html")


def finish(chosen: Namespace, outcome: Compared, fresh: Path, learned: dict[str, int]) -> None:
    """Write the report; move the model where it belongs if it is better or wanted anyway."""
    digest = ""
    if outcome.better or chosen.keep_anyway:
        digest = put_in_place(fresh, chosen, outcome, learned)
    write_report(report_path(chosen.out), outcome, {**{key: str(value) for key, value in vars(chosen).items()}, **learned, "digest": digest})
