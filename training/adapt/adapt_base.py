"""The steps of training.adapt in order."""

from argparse import Namespace
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from training.adapt.compared import ADVICE, Compared, compare
from training.adapt.finished_model import export_trained, put_in_place
from training.adapt.lessons import feedback_rows, pair_rows, pair_settings, pair_texts, stored_rows, text_rows, text_settings
from training.adapt.measure import measure
from training.adapt.next_steps import JUDGED_BY, judge_line, use_line
from training.adapt.refused_run import make_way, mark_of, note_refused
from training.adapt.report import write_report
from training.adapt.same_data import data_mark, require_same_data
from training.adapt.served import served, served_base, served_place
from training.base.base_mark import files_mark
from training.base.exported_weights import is_exported
from training.base.open_base import base_folder, open_model, pick_device
from training.export.base_folder import find_base, read_base
from training.export.calibrated_int8 import require_plain_bert
from training.faults import Refused
from training.learning.encode import model_encoder
from training.learning.learnt_texts import learnt_digests, read_learnt, write_learnt
from training.learning.run_folder import run_folder
from training.learning.train import Lesson, train
from training.texts.faq_corpus import read_corpus
from training.texts.held_out import hold_out
from training.texts.rows import Row

MOST_CALIBRATION = 4_000


def adapt_base(chosen: Namespace) -> None:
    """Read, measure, learn, export, measure, report, and only then put the model in place. @raises Refused for one not better."""
    settings, known = text_settings(chosen), read_learnt(find_base(chosen.base))
    held_out = hold_out(read_corpus(chosen.corpus), chosen.held_out, chosen.seed)
    passages, leaks = text_rows(chosen, held_out)
    feedback, of_feedback = feedback_rows(chosen, held_out)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    device = pick_device(chosen.device)
    data = data_mark(chosen, held_out, passages)
    mark = mark_of(chosen, data)
    make_way(chosen, mark)
    with run_folder(chosen.out, chosen.resume) as room, base_folder(chosen.base) as folder:
        require_same_data(room, chosen.resume, data)
        if chosen.weights == "int8":
            require_plain_bert(read_base(str(folder)), chosen.base)
        model, origin = open_model(folder, device), files_mark(folder)
        rows = [] if chosen.no_labels else pair_rows(chosen, held_out, feedback, model_encoder(model, chosen.tokens), room)
        ranges = texts_of(rows + passages)
        before = measure(served_base(chosen, folder, room, ranges), held_out)
        pairs = Lesson(rows, pair_settings(chosen, len(rows)), room / "pairs.pt", known=stored_rows(held_out), origin=origin)
        losses = learn(model, [Lesson(passages, settings, room / "text.pt", origin=origin), pairs], chosen.resume)
        fresh = export_trained(model, chosen, room, ranges)
        write_learnt(fresh, learnt_digests(pair_texts(rows, held_out), (row.a for row in passages), known))
        outcome = compare(before, measure(served(chosen, fresh), held_out), held_out, losses)
        finish(chosen, outcome, fresh, {"pairs": len(rows), "passages": len(passages), "passages_left_out": leaks, **of_feedback})
        if not (outcome.better or chosen.keep_anyway):
            note_refused(room, mark)
            raise Refused(refusal(chosen, outcome, judge_line(chosen, fresh, served_place(chosen, room))))
    if not outcome.better:
        raise Refused(f"{figures_of(outcome)}: {outcome.verdict}; kept as asked: {chosen.out}. Use it with: {use_line(chosen.out)}. {JUDGED_BY}: {kept_judge_line(chosen)}")
    print(f"{figures_of(outcome)}; {chosen.out}\n{JUDGED_BY}: {kept_judge_line(chosen)}\nUse it with: {use_line(chosen.out)}")


def figures_of(outcome: Compared) -> str:
    """What every ending says."""
    return f"P@1 by cosine {outcome.before_first:.3f} before, {outcome.after_first:.3f} after on {outcome.questions} held-out questions"


def texts_of(rows: list[Row]) -> list[str]:
    """What ranges are read from, each text once."""
    return list(dict.fromkeys(text for row in rows for text in (row.a, row.b)))[:MOST_CALIBRATION]


def learn(model: SentenceTransformer, lessons: list[Lesson], resume: bool) -> dict[str, list[float]]:
    """One after the other, each where there is anything to learn from; the losses of each."""
    return {lesson.settings.loss: train(model, lesson, resume) for lesson in lessons if lesson.rows}


def report_page(chosen: Namespace) -> Path:
    """Where the report stands."""
    return chosen.out.with_name(f"{chosen.out.name}.report.html")


def finish(chosen: Namespace, outcome: Compared, fresh: Path, learned: dict[str, int]) -> None:
    """Put the model in place if it is better or wanted anyway, and write the report beside it, which a refused model has too."""
    kept = outcome.better or chosen.keep_anyway
    judge = kept_judge_line(chosen) if kept else judge_line(chosen, fresh, served_place(chosen, fresh.parent))
    digest = put_in_place(fresh, chosen, outcome, learned) if kept else ""
    settings = {**{key: str(value) for key, value in vars(chosen).items()}, **learned, "digest": digest}
    write_report(report_page(chosen), outcome, settings, judge)


def kept_judge_line(chosen: Namespace) -> str:
    """The line for a model in place, whose run's folder is gone, and with it the export of a base that has no graph of its own."""
    base = find_base(chosen.base)
    return judge_line(chosen, chosen.out, base if is_exported(base) else None)


def refusal(chosen: Namespace, outcome: Compared, judge: str) -> str:
    """Why nothing was put in place, and what can be done: the folder that was measured stays in the run's own, to be judged in service."""
    return (
        f"{figures_of(outcome)}: {outcome.verdict}, so {chosen.out} was not written; see {report_page(chosen)}. {ADVICE}. "
        "The same command with --resume --keep-anyway writes it all the same. "
        f"{outcome.measured}. {JUDGED_BY}: {judge}"
    )
