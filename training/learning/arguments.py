"""Options that all training commands share."""

import argparse


MOST_SEED = 2**32 - 1
"""A step's seed is a million times this at most, and has to fit 64 bits."""


def number_in(text: str, kind: type[int] | type[float], said: str):
    """The text as a number; argparse would name the function that could not read it, and not what was expected."""
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {said}, got {text!r}") from None


def whole(least: int, most: int | None = None):
    """An argparse type: a whole number of at least `least`, and at most `most` where that is given."""

    def parse(text: str) -> int:
        value = number_in(text, int, "a whole number")
        if value < least:
            raise argparse.ArgumentTypeError(f"expected at least {least}, got {value}")
        if most is not None and value > most:
            raise argparse.ArgumentTypeError(f"expected at most {most}, got {value}")
        return value

    return parse


def positive(text: str) -> float:
    """An argparse type: a finite number over 0."""
    value = number_in(text, float, "a number over 0")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number over 0, got {text}")
    return value


def share(text: str) -> float:
    """An argparse type: a number over 0, at most 1."""
    value = positive(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"expected a number over 0, at most 1, got {text}")
    return value


def not_negative(text: str) -> float:
    """An argparse type: a finite number of 0 or more."""
    value = number_in(text, float, "a number of 0 or more")
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of 0 or more, got {text}")
    return value


def lengths(text: str) -> tuple[int, ...]:
    """An argparse type: whole numbers joined by commas."""
    return tuple(whole(1)(part) for part in text.split(","))


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """--batch, --rate, --tokens, --seed, --matryoshka, --device, --threads, --resume."""
    parser.add_argument("--batch", type=whole(2), default=32, help="rows a step (default 32)")
    parser.add_argument("--rate", type=positive, default=None, help="highest learning rate (default 5e-5 for pairs, 2e-5 for plain text)")
    parser.add_argument("--tokens", type=whole(4), default=64, help="word pieces of a text while training, the rest is cut (default 64)")
    parser.add_argument("--seed", type=whole(0, MOST_SEED), default=7, help="of order, dropout, noise and split (default 7)")
    parser.add_argument("--matryoshka", type=lengths, default=(), help="also train these shorter vectors, e.g. 192,96")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto", help="where to train (default: a GPU if there is one)")
    parser.add_argument("--threads", type=whole(1), default=None, help="CPU threads (default: torch's own choice)")
    parser.add_argument("--resume", action="store_true", help="go on with the run that was stopped")
