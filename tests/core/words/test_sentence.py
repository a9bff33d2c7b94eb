"""A sentence is an id and facts, and its English stands once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import PersonError
from app.core.words import english, sentence
from app.core.words.english import TEXTS
from app.core.words.sentence import Amount, Kind, Sentence, from_kept, kept, say, verbatim
from tests.helpers.extraction import found_by_qt

APP = Path(english.__file__).parents[2]
_PLACE = re.compile(r"\{(\w+)(?::[lw])?\}")


def said_in_the_program() -> list[tuple[str, ast.Call]]:
    """Every call that makes a sentence, with where it stands."""
    found: list[tuple[str, ast.Call]] = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                is_said = node.func.id in ("say", "worded", "chained")
                if not is_said or not isinstance(first, ast.Constant):
                    continue
                if "." in str(first.value) and not re.search(r"\s", str(first.value)):
                    found.append((f"{path.relative_to(APP)}:{node.lineno}", node))
    return found


SAID = said_in_the_program()


def test_every_sentence_has_its_words_and_they_its_facts() -> None:
    wrong: list[str] = []
    for where, call in SAID:
        assert isinstance(call.args[0], ast.Constant)
        name = str(call.args[0].value)
        facts = {each.arg or "**" for each in call.keywords}
        if "**" in facts:
            continue
        if ast.unparse(call.func) == "chained":
            facts = {"first", "rest"}
        for form in (name, f"{name}.one"):
            places = set(_PLACE.findall(TEXTS.get(form, "")))
            if form == name and (form not in TEXTS or places | {"n"} != facts | {"n"}):
                wrong.append(f"{where}: {name}, {sorted(facts)} for {sorted(places)}")
            elif not places <= facts:
                wrong.append(f"{where}: {form} wants {sorted(places)}")
    assert wrong == []


def test_all_words_are_said_somewhere() -> None:
    said = {str(call.args[0].value) for _, call in SAID if isinstance(call.args[0], ast.Constant)}
    refusals = (APP / "engine/host/refusals.py").read_text()  # they choose one by llama.cpp's log
    said |= set(re.findall(r'"(engine\.\w+)"', refusals))
    assert {name.removesuffix(".one") for name in TEXTS} - said == {"verbatim"}


def test_qts_extractor_finds_all_words(tmp_path: Path) -> None:
    modules = sorted((APP / "core/words/texts").glob("*.py"))
    expected = {("Sentences", text) for name, text in TEXTS.items() if name != "verbatim"}
    assert found_by_qt(modules, tmp_path) == expected


def test_an_id_begins_with_its_subject() -> None:
    files = {path.stem for path in (APP / "core/words/texts").glob("*.py")}
    assert {name.partition(".")[0] for name in TEXTS if name != "verbatim"} <= files


def test_no_error_for_people_is_made_of_finished_english() -> None:
    """But in the window, which has translated what it says."""
    classes = {"PersonError"}
    sources = {path: ast.parse(path.read_text()) for path in sorted(APP.rglob("*.py"))}
    for _ in range(4):  # errors of errors
        for tree in sources.values():
            classes |= {
                node.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef)
                and any(isinstance(base, ast.Name) and base.id in classes for base in node.bases)
            }
    found = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path, tree in sources.items()
        if "ui" not in path.relative_to(APP).parts[:1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in classes
        and node.args
        and (
            isinstance(node.args[0], ast.JoinedStr)
            or (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
        )
    ]
    assert found == []


def test_nothing_compares_or_parses_a_sentence() -> None:
    """But what other programs say: llama.cpp of how it was built, a proxy of what it refuses."""
    others = {"engine/host/worker.py", "hub/net/ways.py"}
    takes_apart = {"startswith", "endswith", "partition", "rpartition", "split", "find", "index"}
    found: list[str] = []
    for path in sorted(APP.rglob("*.py")):
        where = str(path.relative_to(APP))
        if where in others:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            compared = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            is_words = any(
                isinstance(each, ast.Constant) and re.search(r"\w \w", str(each.value))
                for each in compared
            )
            is_parsed = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in takes_apart
                and "sentence" in ast.unparse(node.func.value)
            )
            if is_words or is_parsed:
                found.append(f"{where}: {ast.unparse(node)}")
    assert found == []


# English documents for others, and what the window's own table of columns says by Qt's marks.
_DOCUMENTS = (
    "core/chats/export.py",
    "core/chats/templates.py",
    "core/ladder/columns/",
    "core/tasks/reading.py",
    "core/words/texts/",
    "engine/host/measuring/self_check.py",
    "hub/files/snapshots.py",
    "lab/reports/",
    "lab/speed/drafted.py",
)
# What only the log, a program or a programmer reads.
_NOT_SAID = re.compile(r"_?log\.\w+|re\.\w+|\w*(Assertion|Value|Type|Runtime|Key|Codec)Error")
_SENTENCE = re.compile(r"[A-Z“{].*\s.*[.!]\s*|.*[a-z”]\. [A-Z“].*", re.DOTALL)


def written_texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts that a module writes by itself, with ``{}`` for what is filled in."""
    if isinstance(node, ast.Call) and _NOT_SAID.fullmatch(ast.unparse(node.func)):
        return
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
        yield node.lineno, "".join(map(str, parts))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # docstrings
        for child in ast.iter_child_nodes(node):
            yield from written_texts(child)


def test_no_sentence_is_written_below_the_window() -> None:
    """But by its id; a part of one as a fact would stay English, too."""
    found: list[str] = []
    for path in sorted(APP.rglob("*.py")):
        where = path.relative_to(APP).as_posix()
        if where.startswith(("ui/", "cli/", *_DOCUMENTS)) or "/" not in where:
            continue
        for line, text in written_texts(ast.parse(path.read_text())):
            if _SENTENCE.fullmatch(text):
                found.append(f"{where}:{line}: {text}")
    for where, call in SAID:
        for fact in call.keywords:
            value = fact.value
            if isinstance(value, ast.Constant) and re.search(r"\w \w", str(value.value)):
                found.append(f"{where}: {fact.arg}={value.value!r}")
    assert found == []


def test_a_sentence_that_is_written_is_told() -> None:
    module = ast.parse(
        '"""A module. It says this."""\n'
        'log.warning("It went wrong. Nobody is told.")\n'
        'raise PersonError("It went wrong.")\n'
        'remark = f"{name} is there already."\n'
        'query = "SELECT a FROM b WHERE c = ?"\n'
    )
    found = [text for _, text in written_texts(module) if _SENTENCE.fullmatch(text)]
    assert found == ["It went wrong.", "{} is there already."]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_fact_is_written(kind: Kind) -> None:
    assert sentence.english_amount(Amount(kind, 0.5))[0] in "05+1"


def test_facts_are_written_by_their_kind() -> None:
    full = say("hub.disk_too_full_still_written", needed_bytes=sentence.size(3e9), free_bytes=7)
    assert str(full).startswith("The disk is too full: 3.00 GB are still to be written and 7 are")
    assert str(say("lab.line_too_long", number=1234)) == "Line 1,234 is too long."


def test_a_sentence_stands_inside_another_with_a_small_letter() -> None:
    reason = say("hub.connection_hub_broke_off")
    whole = str(say("hub.download_does_not_go_already", reason=reason))
    assert whole.startswith("The download does not go on: the connection to the Hub broke off. Wh")


def test_one_has_words_of_its_own() -> None:
    one = say("models.of_this_model_there", n=1, listed="Q8_0")
    two = say("models.of_this_model_there", n=2, listed="Q8_0, Q2_K")
    assert (str(one), str(two)) == (
        "; of this model Q8_0 is there",
        "; of this model Q8_0, Q2_K are there",
    )


def test_names_with_braces_stay_as_they_are() -> None:
    named = str(say("models.file_empty", name="{name} {x}.gguf"))
    assert named == "“{name} {x}.gguf” is empty."


def test_what_is_stored_is_said_again() -> None:
    inner = say("hub.too_many_requests_wait", wait=sentence.wait(40))
    for one in (inner, say("hub.download_does_not_go_already", reason=inner), verbatim("Old.")):
        assert from_kept(kept(one)) == one
    assert kept(verbatim("Old.")) == "Old."
    newer = '{"type":"Sentence","id":"of.tomorrow","facts":{}}'
    for odd in (newer, "{", "", "[1]", '{"type":"Sentence","id":"hub.ends_inside_header"}'):
        assert from_kept(odd) == verbatim(odd)


def test_an_error_carries_its_sentence() -> None:
    error = PersonError(say("lab.line_too_long", number=3), "detail")
    assert error.said == Sentence("lab.line_too_long", {"number": Amount(Kind.COUNT, 3)})
    assert (error.sentence, str(error)) == ("Line 3 is too long.",) * 2
    assert PersonError("Said by others.").sentence == "Said by others."


FACTS = st.text() | st.integers() | st.floats().map(lambda value: Amount(Kind.BYTES, value))


@given(FACTS)
def test_what_is_kept_is_said_the_same_again(fact: object) -> None:
    """A count beyond 2**53 is no float; what cannot be written is kept as its English."""
    sentence = say("models.entry_impossible", key="a.b", value=fact)
    again = from_kept(kept(sentence))
    assert again == sentence or again == verbatim(str(sentence))
    if isinstance(fact, int) and abs(fact) < 2**63:
        assert again == sentence
