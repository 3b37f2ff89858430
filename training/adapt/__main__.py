"""`python -m training.adapt`: an FAQ corpus or plain text in, a complete model folder and a before/after report out."""

import argparse
from pathlib import Path

from training.adapt.inputs import require_inputs
from training.faults import run_command
from training.learning.arguments import add_run_arguments, share, whole


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.adapt",
        description="Adapt an encoder to an FAQ corpus, measure it before and after on questions kept aside, and write the model folder if it is better.",
        epilog="example: python -m training.adapt --corpus my-faq.yaml --text manuals/*.txt --out models/my-domain",
    )
    parser.add_argument("--corpus", required=True, type=Path, help="FAQ file or folder; golden and calibration files in it are not read")
    parser.add_argument("--text", type=Path, nargs="+", default=[], help="plain text of the domain, one passage a line; learned from first")
    parser.add_argument("--text-loss", choices=["simcse", "simcse-crop", "tsdae"], default="simcse-crop", help="how (default simcse-crop)")
    parser.add_argument("--no-labels", action="store_true", help="learn from --text alone; the corpus only measures")
    parser.add_argument("--feedback", type=Path, help="JSON lines {utterance, entry_id, correct[, right_intent]} of the feedback log")
    parser.add_argument("--base", default="models/faqmatch-minilm-l6", help="a sentence-transformers folder, a folder of training.export, or a package")
    parser.add_argument("--out", required=True, type=Path, help="the model folder to write; <out>.report.html and .json stand beside it")
    parser.add_argument("--epochs", type=whole(1), help="how often each pair is seen (default 2, more where that is under 60 steps)")
    parser.add_argument("--steps", type=whole(1), help="steps over pairs instead of epochs; at most 400 unless given here")
    parser.add_argument("--text-steps", type=whole(1), default=60, help="steps over plain text (default 60: more made models worse, docs/evaluation.md)")
    parser.add_argument("--held-out", type=share, help="share of the questions to measure with, at most 1,000 (default .25; .5 with --no-labels)")
    parser.add_argument("--weights", choices=["int8-stored", "int8", "float32", "float16"], default="int8-stored", help="form of the export (default int8-stored; int8 is twice as fast and a little less exact)")
    parser.add_argument("--licence", type=Path, help="licence text to copy in as LICENSE (default: the LICENSE of the base, where it has one)")
    parser.add_argument("--keep-anyway", action="store_true", help="put a model in place that is not better; the exit code is 6 all the same")
    add_run_arguments(parser)
    chosen = parser.parse_args()
    if chosen.held_out is None:
        chosen.held_out = 0.5 if chosen.no_labels else 0.25
    if chosen.held_out == 1:
        parser.error("--held-out: expected a share between 0 and 1")
    if chosen.no_labels and not chosen.text:
        parser.error("--no-labels: give --text to learn from")
    if chosen.no_labels and chosen.feedback:
        parser.error("--no-labels: feedback is a label; leave one of the two out")
    require_inputs(chosen)
    # After the checks, so that a wrong path is said at once and not when torch has loaded.
    from training.adapt.adapt_base import adapt_base

    adapt_base(chosen)


if __name__ == "__main__":
    run_command(main)
