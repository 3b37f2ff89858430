"""Which texts of a batch must not count as negatives of a row, though they stand in other rows."""

import torch

from training.texts.rows import Row

Groups = dict[str, set[str]]
"""Text in lower case → all groups that it stands under."""


def text_groups(rows: list[Row]) -> Groups:
    """What the rows say of their a and b, and of negatives, which may stand in no row of their own. Made of all rows there are, since a
    negative's own row is mostly in another batch."""
    found: Groups = {}
    for row in rows:
        if row.group is not None:
            for text in (row.a, row.b):
                found.setdefault(text.lower(), set()).add(row.group)
        for text, groups in zip(row.negatives, row.negative_groups, strict=False):
            found.setdefault(text.lower(), set()).update(groups)
    return found


def false_negatives(rows: list[Row], groups: Groups) -> torch.Tensor:
    """bool [1, rows, candidates + rows]: True where a text is to be left out.

    The candidates of `a` are all b, then all negatives in the rows' order; the last block is for the way back, from `b` to
    all a. Left out is a text that is the row's own a or b, case ignored, and one that shares a group with the text it would be a
    negative of. A row's own b (and a) is its answer and stays in.
    The first axis keeps MatryoshkaLoss from taking the mask for vectors and cutting it.
    """
    a, b = [row.a.lower() for row in rows], [row.b.lower() for row in rows]
    negatives = [text.lower() for row in rows for text in row.negatives]
    known = {text: number for number, text in enumerate(dict.fromkeys(a + b + negatives))}
    names = {group: number for number, group in enumerate(sorted(set().union(*(groups.get(text, ()) for text in known))))}

    def numbers(texts: list[str]) -> torch.Tensor:
        return torch.tensor([known[text] for text in texts], dtype=torch.long)

    def standing(texts: list[str]) -> torch.Tensor:
        """float [texts, groups]: 1 where a text stands under a group."""
        places = torch.zeros(len(texts), len(names))
        for number, text in enumerate(texts):
            places[number, [names[group] for group in groups.get(text, ())]] = 1
        return places

    def left_out(asking: list[str], texts: list[str]) -> torch.Tensor:
        ours = numbers(texts)[None]
        return (ours == numbers(a)[:, None]) | (ours == numbers(b)[:, None]) | (standing(asking) @ standing(texts).T > 0)

    others = ~torch.eye(len(rows), dtype=torch.bool)
    return torch.cat([left_out(a, b) & others, left_out(a, negatives), left_out(b, a) & others], dim=1)[None]
