"""One utterance as other hands would type it: typos, number, contractions, marks, politeness around it. The meaning stays. All lower case."""

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
OPENINGS = (
    *("please ", "please, ", "please tell me ", "please let me know ", "please help, ", "please help me: ", "tell me: ", "tell me please, ", "kindly ", "kindly tell me "),
    *("hi, ", "hello, ", "hey ", "hey, ", "hi there, ", "hello there, ", "hi all, ", "good morning, ", "good afternoon, ", "dear team, "),
    *("excuse me, ", "sorry, ", "sorry to bother you, ", "can you help me: ", "can you tell me ", "could you tell me ", "could you please tell me ", "would you mind telling me "),
    *("can someone tell me ", "could anyone tell me ", "may i ask ", "could i ask: ", "i'd like to ask: ", "i'd like to ask you ", "i want to know ", "i want to ask: ", "i need to know "),
    *("i was wondering ", "i'm wondering ", "i am wondering: ", "i'm trying to find out ", "i hope you can help: ", "i need help: ", "help: "),
    *("quick question: ", "just a quick question, ", "i have a question: ", "one question: ", "question: "),
    *("ok, ", "okay, ", "ok so ", "so, ", "well, ", "um, ", "hmm, "),
)
ENDINGS = (
    *(" please", ", please", ", please help", " thanks", ", thanks", ", many thanks", " thanks in advance", " thank you", ", thank you very much", ", cheers"),
    *(", can you help?", " if you can", ", i'd be grateful"),
)
MARKS = ("?", "!", "??", "?!", "!!", "...", ".", "")
CONTRACTIONS = (
    *(("do not", "don't"), ("does not", "doesn't"), ("did not", "didn't"), ("is not", "isn't"), ("can not", "can't"), ("cannot", "can't"), ("will not", "won't")),
    *(("i am", "i'm"), ("i have", "i've"), ("i would", "i'd"), ("i will", "i'll"), ("it is", "it's"), ("that is", "that's")),
    *(("what is", "what's"), ("where is", "where's"), ("how is", "how's")),
)
DETERMINERS = frozenset(("a", "an", "the", "my", "your", "this", "that"))
LEAST_SEEN, LEAST_AS_NOUN, LEAST_AS_PLURAL = 5, 3, 3
UNCHANGED = 0.2
CHANCES = {"number": 0.35, "contraction": 0.2, "typo": 0.3, "marks": 0.25, "politeness": 0.45}
"""Each is drawn for itself, for the utterances that are changed at all."""


def plural_of(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def other_number(texts: Iterable[str]) -> dict[str, str]:
    """Singular → plural and back, of the nouns of some texts: words that stand after a determiner, in both forms."""
    words: Counter[str] = Counter()
    nouns: Counter[str] = Counter()
    for text in texts:
        found = re.findall(r"[a-z']+", text.lower())
        words.update(found)
        nouns.update(word for before, word in zip(found, found[1:], strict=False) if before in DETERMINERS)
    pairs: dict[str, str] = {}
    for word, count in words.items():
        many = plural_of(word)
        if len(word) >= 3 and not word.endswith("s") and count >= LEAST_SEEN and nouns[word] >= LEAST_AS_NOUN and words[many] >= LEAST_AS_PLURAL:
            pairs |= {word: many, many: word}
    return pairs


@dataclass(frozen=True)
class Rewording:
    """A seeded source of rewordings. `numbers`: what `other_number` found."""

    rng: random.Random
    numbers: dict[str, str]

    def reworded(self, text: str) -> str:
        """`text`, or as another hand would type it."""
        text = text.lower()
        if self.rng.random() < UNCHANGED:
            return text
        for name, change in {"number": self.number, "contraction": contracted, "typo": self.typo, "marks": self.marks, "politeness": self.politeness}.items():
            if self.rng.random() < CHANCES[name]:
                text = change(text)
        return text

    def typo(self, text: str) -> str:
        """One letter inside a word of four and more left out, doubled, hit beside, or exchanged with the next; half of the time in the longest word."""
        words = list(re.finditer(r"[a-z]{4,}", text))
        if not words:
            return text
        word = self.rng.choice(words) if self.rng.random() < 0.5 else max(words, key=lambda match: match.end() - match.start())
        at = self.rng.randrange(word.start() + 1, word.end() - 1)
        row = next(keys for keys in KEYS if text[at] in keys)
        beside = [row[place] for place in (row.index(text[at]) - 1, row.index(text[at]) + 1) if 0 <= place < len(row)]
        kind = self.rng.randrange(4)
        instead = ("", text[at] * 2, self.rng.choice(beside), text[at + 1] + text[at])[kind]
        return text[:at] + instead + text[at + (2 if kind == 3 else 1) :]

    def number(self, text: str) -> str:
        """One noun in its other number."""
        nouns = [match for match in re.finditer(r"[a-z]+", text) if match.group() in self.numbers]
        if not nouns:
            return text
        noun = self.rng.choice(nouns)
        return text[: noun.start()] + self.numbers[noun.group()] + text[noun.end() :]

    def marks(self, text: str) -> str:
        """Without marks, or with others at the end."""
        if self.rng.random() < 0.5:
            return re.sub(r"[.,;:!?]+", "", text).strip()
        return text.rstrip(".!?") + self.rng.choice(MARKS)

    def politeness(self, text: str) -> str:
        """A phrase before it, after it, or both."""
        where = self.rng.random()
        if where < 0.75:
            text = self.rng.choice(OPENINGS) + text
        if where > 0.6:
            text = text.rstrip(".!?") + self.rng.choice(ENDINGS)
        return text


def contracted(text: str) -> str:
    """What is written out contracted, else what is contracted written out."""
    for full, short in CONTRACTIONS:
        shorter = re.sub(rf"\b{full}\b", short, text)
        text = shorter if shorter != text else re.sub(rf"\b{short}\b", full, text)
    return text
