"""The model card of an adapted encoder."""

from argparse import Namespace
from pathlib import Path

from training.adapt.compared import ADVICE, Compared
from training.adapt.served import licence_of


def model_card(chosen: Namespace, outcome: Compared, learned: dict[str, int], digest: str) -> str:
    """Markdown: origin, what it learned from, figures, limits. Names files by their last part, since paths are nobody else's."""
    name = chosen.out.resolve().name
    texts = ", ".join(path.name for path in chosen.text) or "none"
    verdict = "better than its base" if outcome.better else f"**not better than its base; kept because --keep-anyway asked for it**. Measured: {outcome.verdict}. {ADVICE}"
    won = "1 question was" if len(outcome.won) == 1 else f"{len(outcome.won)} questions were"
    pairs = "nothing, it only measures" if chosen.no_labels else f"{learned['pairs']} pairs (question ↔ alternate, question ↔ answer, feedback), a hard negative each"
    return f"""# {name}

An encoder for faqmatch, adapted with `python -m training.adapt`. On its own held-out questions it is {verdict}.

## Origin and licence
Base: `{Path(chosen.base).name}`. The licence of the base and that of the texts below both apply; {'see LICENSE.' if licence_of(chosen) else 'no licence text was given.'}

## Learned from
- corpus `{chosen.corpus.name}`: {pairs}
- plain text: {texts} ({learned['passages']} passages{', ' + chosen.text_loss if chosen.text else ''}; {learned['passages_left_out']} left out that hold a question kept aside)
- steps: {', '.join(f'{loss} {len(losses)}' for loss, losses in outcome.losses.items())}; {chosen.batch} rows a step, seed {chosen.seed}

## Figures
{outcome.questions} questions of the corpus were kept aside, near-duplicates with them. Nothing was learned from them, nor from passages in which one stands or a sentence
is its near-duplicate; a passage that says the same in other words was not looked for. {outcome.measured}:
`faqmatch eval` measures that, with this folder as `--model` and labelled utterances as `--golden`.

| | before | after |
|---|---|---|
| P@1 by cosine | {outcome.before_first:.3f} | {outcome.after_first:.3f} |
| MRR by cosine | {outcome.before_reciprocal:.3f} | {outcome.after_reciprocal:.3f} |

{won} won and {len(outcome.lost)} lost; luck alone differs as much with a probability of {outcome.luck:.2g}.
Both encoders are measured as the service runs them: before with the base's own graph, or with an export of it like this one; after with this folder,
whose weights are stored as {chosen.weights}. Digest: `{digest}`.

## Limits
Measured on this corpus alone: how it does elsewhere is not known, and an encoder adapted to one domain tends to lose a
little in others. The limits of the base are its limits too.
"""
