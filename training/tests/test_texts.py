"""Reading rows, plain text and corpora, and splitting a corpus."""

import gzip
import json
import re
from pathlib import Path

import pytest

from training.faults import Fault
from training.texts.faq_corpus import Entry, read_corpus
from training.texts.held_out import hold_out
from training.texts.leaks import without_leaks
from training.texts.near_duplicates import near_duplicate_groups
from training.texts.plain_text import read_passages
from training.texts.rows import Row, read_rows
from training.texts.synthetic_pairs import corpus_pairs
from training.texts.yaml_core import read_yaml

ROOT = Path(__file__).parents[2]

GOOD = [{"a": f"question {number}", "b": f"answer {number}"} for number in range(9)]


def written(folder: Path, rows: list[object]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def test_repeated_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    rows, repeats = read_rows(written(tmp_path, [*GOOD, {"a": " question  0", "b": "answer 0"}]))
    assert (len(rows), repeats) == (9, 1)
    assert rows[0] == Row("question 0", "answer 0")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "a", "label": "b"}, "'label', 'text'"),
        ({"a": "x", "b": ""}, "found something else or nothing"),
        ({"a": "x", "b": 3}, "found something else or nothing"),
        ({"a": "x", "b": "y", "neg": [None]}, "found something else or nothing"),
        ({"a": "x", "b": "y", "neg": ["z"], "neg_groups": [["i"], []]}, "a list of intents for each of 1 texts"),
        ({"a": "x", "b": "y", "neg": "z", "neg_groups": ["i"]}, "a list of intents for each of 1 texts"),
        ({"a": "x", "b": "y", "score": 7}, "from 0 to 1, found 7"),
        ('{"a": "x", "b": "y", "score": NaN}', "from 0 to 1, found nan"),
        ("not json", "rows.jsonl:10"),
    ],
)
def test_a_file_with_a_faulty_row_is_refused_with_its_line(tmp_path: Path, row: object, said: str) -> None:
    with pytest.raises(Fault, match="rows.jsonl:10") as thrown:
        read_rows(written(tmp_path, [*GOOD, row]))
    assert said in str(thrown.value)


def test_packed_rows_are_read_and_damaged_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(written(tmp_path, GOOD).read_bytes()))
    assert read_rows(path) == read_rows(tmp_path / "rows.jsonl")
    path.write_bytes(b"\x1f\x8b\x08" + b"\xff" * 40)
    with pytest.raises(Fault, match=r"--data .*rows.jsonl.gz cannot be unpacked"):
        read_rows(path)


@pytest.mark.parametrize("rows", [[], GOOD[:1], [GOOD[0]] * 50])
def test_a_file_with_hardly_any_rows_is_refused(tmp_path: Path, rows: list[object]) -> None:
    with pytest.raises(Fault, match="at least 8 are needed"):
        read_rows(written(tmp_path, rows))


def test_passages_are_different_lines_of_some_length(tmp_path: Path) -> None:
    path = tmp_path / "manual.txt"
    path.write_text("\n".join([f"Turn the valve number {number} to the left." for number in range(9)] * 2 + ["Page 3", ""]))
    assert len(read_passages([path])) == 9
    path.write_text("one line of text, and nothing else\n")
    with pytest.raises(Fault, match="1 different passages"):
        read_passages([path])
    packed = gzip.compress(("Turn the valve to the left now.\n" * 9).encode())
    for damaged in (packed[:-12], packed[:12] + b"\xff" * 8 + packed[20:], b"no gzip"):
        (tmp_path / "manual.txt.gz").write_bytes(damaged)
        with pytest.raises(Fault, match=r"--text .*manual.txt.gz cannot be unpacked"):
            read_passages([tmp_path / "manual.txt.gz"])
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Fault, match="cannot be read as UTF-8"):
        read_passages([path])


def test_a_corpus_reads_alike_from_every_format(tmp_path: Path) -> None:
    expected = [Entry("hours", "opening", ("When?", "opening times"), "9 to 18"), Entry("pay", "pay", ("Card?",), "")]
    files = {
        "a.yaml": "entries:\n  - {id: hours, intent: opening, questions: ['When?', 'opening  times'], answer: 9 to 18}\n"
        "  - {id: pay, questions: ['Card?']}\ncounter_examples: [no]\n",
        "b.csv": "id,intent,question,answer\nhours,opening,When?,9 to 18\nhours,opening,opening times,\npay,,Card?,\n",
        "c.jsonl": '{"id":"hours","intent":"opening","questions":["When?","opening times"],"answer":"9 to 18"}\n{"text":"Card?","intent":"pay"}\n{"text":"no","intent":null}\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        assert read_corpus(tmp_path / name) == expected, name


def test_yaml_is_read_by_the_rules_of_1_2_as_in_the_service(tmp_path: Path) -> None:
    (tmp_path / "faq.yaml").write_text("- {id: no, question: on, answer: 12:30}\n- {id: 2024-01-01, questions: [yes, 1_000, ~x, =, 0b1, <<]}\n")
    assert read_corpus(tmp_path / "faq.yaml") == [Entry("no", "no", ("on",), "12:30"), Entry("2024-01-01", "2024-01-01", ("yes", "1_000", "~x", "=", "0b1", "<<"), "")]
    words = {"true": True, "FALSE": False, "010": 10, "0o10": 8, "0xff": 255, "-7": -7, "1.5": 1.5, ".5": 0.5, "1e3": 1000.0, "~": None, "Null": None, "-.inf": float("-inf"), "y": "y", "Off": "Off"}
    for word, value in words.items():
        found = read_yaml(f"- {word}\n")[0]
        assert (type(found), found) == (type(value), value), word
    assert read_yaml("a:\nb: ''\n") == {"a": None, "b": ""}


@pytest.mark.parametrize("text", ["- {id: true, question: x}", "- {id: 7, question: x}", "- {id: a, question: 1.5}"])
def test_plain_words_that_are_no_text_in_1_2_either_are_to_be_quoted(tmp_path: Path, text: str) -> None:
    (tmp_path / "faq.yaml").write_text(text)
    with pytest.raises(Fault, match="expected text in .* put it in quotes"):
        read_corpus(tmp_path / "faq.yaml")


@pytest.mark.parametrize("text", ["entries: [", "entries: []", "entries: [{id: a, questions: [x]}]", "entries: [{id: a, questions: 5}]", "- just text"])
def test_a_file_that_is_no_corpus_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "faq.yaml").write_text(text)
    with pytest.raises(Fault, match="--corpus"):
        read_corpus(tmp_path / "faq.yaml")


def test_near_duplicates_share_a_group_through_a_chain() -> None:
    words = ["how", "do", "i", "change", "the", "delivery", "address", "of", "my", "order", "please"]
    chain = [" ".join(words), " ".join([*words[:-1], "today"]), " ".join([*words[1:-1], "today", "please"])]
    groups = near_duplicate_groups([*chain, "where is my parcel", "WHERE is my parcel?"])
    assert groups[0] == groups[1] == groups[2] != groups[3] == groups[4]


def test_near_duplicates_are_the_pairs_that_a_full_comparison_finds() -> None:
    texts = [f"what are the symptoms of disease {left} with {right}" for left in "abcd" for right in ("fever", "pain", "fever and pain")]

    def alike(one: str, other: str) -> bool:
        first, second = set(one.split()), set(other.split())
        return len(first & second) >= 0.8 * len(first | second)

    groups = near_duplicate_groups(texts)
    assert all(groups[i] == groups[j] for i, one in enumerate(texts) for j, other in enumerate(texts) if alike(one, other))


def test_no_held_out_question_has_a_near_duplicate_to_learn_from(corpus: Path) -> None:
    held_out = hold_out(read_corpus(corpus), 0.4, 7)
    asked = [question for question, _ in held_out.questions]
    kept = [question for entry in held_out.kept for question in entry.questions]
    groups = near_duplicate_groups(asked + kept)
    assert not set(groups[: len(asked)]) & set(groups[len(asked) :])
    assert not held_out.by_answer
    assert all(entry.questions for entry in held_out.kept)
    assert held_out == hold_out(read_corpus(corpus), 0.4, 7)


def test_a_share_too_small_to_measure_with_is_told_with_one_that_suffices() -> None:
    entries = [Entry(str(n), str(n), tuple(f"what about matter{n} in case{n}{m}" for m in range(6)), "") for n in range(10)]
    with pytest.raises(Fault, match=r"25% of the corpus's 60 questions are 15 and 20 are needed to measure with; give --held-out 0.34"):
        hold_out(entries, 0.25, 7)


def test_entries_of_one_question_are_measured_by_their_answer() -> None:
    entries = [Entry(str(n), str(n), (f"what is the price of thing{n} in town{n}",), f"it costs {n} coins") for n in range(100)]
    held_out = hold_out(entries, 0.3, 7)
    assert held_out.by_answer
    assert len(held_out.questions) == 30


def test_few_alternates_and_no_answers_are_measured_by_question() -> None:
    pairs = [Entry(f"p{n}", f"p{n}", (f"thing{n}", f"what is it{n}"), "") for n in range(24)]
    single = [Entry(f"s{n}", f"s{n}", (f"lonely{n} item{n}",), "") for n in range(150)]
    held_out = hold_out(pairs + single, 0.4, 7)
    assert not held_out.by_answer
    assert len(held_out.questions) == 24


def test_a_corpus_too_small_to_measure_is_refused() -> None:
    with pytest.raises(Fault, match="could be held out"):
        hold_out([Entry(str(n), str(n), (f"thing{n}", f"what is it{n}"), "") for n in range(5)], 0.25, 7)


def test_pairs_are_questions_with_alternates_and_with_the_answer() -> None:
    rows = corpus_pairs([Entry("x", "i", ("q1", "q2"), "the answer"), Entry("y", "j", ("alone",), "")], 7)
    assert rows == [Row("q1", "q2", group="i"), Row("q1", "the answer", group="i"), Row("q2", "the answer", group="i")]


def test_passages_that_hold_a_held_out_question_are_left_out() -> None:
    questions = ["How do I change the delivery address of my order?", "Security", "Reset a password"]
    leaks = [
        "Many ask: how do I change the delivery address of my order, and here is how it goes.",
        "Welcome. How do I change the delivery address of an order? Open the page.",
        "Security. All that keeps your account safe.",
    ]
    others = ["Security is what this manual is about, from end to end.", "The delivery address of my order is wrong.", "To reset it, a password is needed first."]
    assert without_leaks([*leaks, *others], questions) == others


def test_the_documented_table_is_read_as_the_service_reads_it(tmp_path: Path) -> None:
    documented = re.search(r"```csv\n(.*?)```", (ROOT / "docs/faq-files.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "faq.csv").write_text(documented[1] + 'pay,,How to pay?,,"By card,\nor by transfer.",,,\n')
    hours = Entry("opening-hours", "opening_hours", ("When are you open?", "opening times"), "Monday to Saturday, 9 to 18.")
    assert read_corpus(tmp_path / "faq.csv") == [hours, Entry("pay", "pay", ("How to pay?",), "By card, or by transfer.")]


@pytest.mark.parametrize("text", ["id;question\na;b\n", "id,answer\na,b\n", 'id,question\na,"b\n', ""])
def test_a_table_without_its_columns_or_a_closing_quote_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "faq.csv").write_text(text)
    with pytest.raises(Fault, match="--corpus"):
        read_corpus(tmp_path / "faq.csv")


def test_a_corpus_folder_is_read_with_its_subfolders_as_in_the_service(tmp_path: Path) -> None:
    def put(place: str, id_: str) -> None:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(json.dumps([{"id": id_, "questions": [f"about {id_}"]}]))

    read = ["a.json", "b/c.JSON", "b/1/2/3/4/5/6/7/eight.json", "z.json"]
    left = ["golden.json", "b/Golden.json", "Calibration.json", ".hidden/d.json", ".e.json", "b/1/2/3/4/5/6/7/8/nine.json", "notes.txt"]
    for place in read + left:
        put(place, place)
    assert sorted(entry.id for entry in read_corpus(tmp_path)) == sorted(read)


def test_marks_and_line_breaks_of_unicode_are_read_as_in_the_service(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"one\u2028two {intent}", "intent": intent}, ensure_ascii=False) for intent in "ab"]
    (tmp_path / "faq.jsonl").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8", newline="")
    assert [entry.questions for entry in read_corpus(tmp_path / "faq.jsonl")] == [("one two a",), ("one two b",)]
    (tmp_path / "faq.json").write_text("\ufeff" + json.dumps([{"id": id_, "questions": [id_]} for id_ in "ab"]), encoding="utf-8")
    assert len(read_corpus(tmp_path / "faq.json")) == 2
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"a": f"a{n}", "b": "x\u2028y\u0085z"}, ensure_ascii=False) + "\n" for n in range(9)), encoding="utf-8")
    assert read_rows(tmp_path / "rows.jsonl")[0][8] == Row("a8", "x y z")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"text": 5, "intent": "x"}, "expected text in text, found 5"),
        ({"text": "x"}, "expected an intent"),
        ({"id": "x", "questions": ["y"], "answer": 5}, "expected text in answer, found 5"),
        ({"id": 7, "questions": ["y"]}, "expected text in id, found 7"),
    ],
)
def test_a_value_of_another_kind_than_text_is_named(tmp_path: Path, line: object, said: str) -> None:
    (tmp_path / "faq.jsonl").write_text(json.dumps(line))
    with pytest.raises(Fault, match=said):
        read_corpus(tmp_path / "faq.jsonl")


def test_what_is_not_utf8_is_refused_with_file_and_line(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"a": f"caf\u00e9 {n}", "b": "x"}, ensure_ascii=False) + "\n" for n in range(9)).replace("caf\u00e9 0", "cafe").encode("latin-1")
    for name, read in (("rows.jsonl", read_rows), ("faq.jsonl", read_corpus)):
        (tmp_path / name).write_bytes(rows)
        with pytest.raises(Fault, match=f"{name}: line 2 is not UTF-8"):
            read(tmp_path / name)
