"""Which texts of a batch must not count as negatives of a row, though they stand in other rows."""

import torch

from training.texts.rows import Row


def known_ids(texts: list[str], known: dict[str, int]) -> torch.Tensor:
    """A number for each text, case ignored; equal texts have equal numbers. `known` is added to."""
    return torch.tensor([known.setdefault(text.lower(), len(known)) for text in texts])


def false_negatives(rows: list[Row]) -> torch.Tensor:
    """bool [1, rows, candidates + rows]: True where a text is to be left out.

    The candidates of `a` are all b, then all negatives in the rows' order; the last block is for the way back, from `b` to
    all a. Left out is a text that is the row's own a or b, and one of the row's group: a b or a of a row of that group, or a
    negative that stands elsewhere in the batch as such. A row's own b (and a) is its answer and stays in.
    The first axis keeps MatryoshkaLoss from taking the mask for vectors and cutting it.
    """
    known: dict[str, int] = {}
    a, b = known_ids([row.a for row in rows], known), known_ids([row.b for row in rows], known)
    negatives = known_ids([text for row in rows for text in row.negatives], known).long()
    names: dict[str, int] = {}
    groups = [names.setdefault(row.group, len(names)) if row.group is not None else -1 - place for place, row in enumerate(rows)]
    own = torch.tensor(groups)
    group_of = {int(text): group for texts in (a, b) for text, group in zip(texts, groups, strict=True)}
    of_negatives = torch.tensor([group_of.get(int(text), -1 - len(rows)) for text in negatives], dtype=torch.long)

    def left_out(texts: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        return (texts[None] == a[:, None]) | (texts[None] == b[:, None]) | (theirs[None] == own[:, None])

    diagonal = torch.eye(len(rows), dtype=torch.bool)
    forward, back = left_out(b, own) & ~diagonal, left_out(a, own) & ~diagonal
    return torch.cat([forward, left_out(negatives, of_negatives), back], dim=1)[None]
