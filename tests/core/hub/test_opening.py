"""What a start asks of the window, and the line in which a second start says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.hub.opening import MAX_BYTES, Opening, OpeningError, from_line, read_words, to_line

HERE = Path("/home/mary")
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=80)


def test_words_become_absolute_paths_and_links() -> None:
    words = ["a.gguf", "../b.gguf", "/c.gguf", "shrinkscope://open/org/model"]
    opening = read_words(words, HERE, {})

    assert opening.files == ("/home/mary/a.gguf", "/home/mary/../b.gguf", "/c.gguf")
    assert opening.links == ("shrinkscope://open/org/model",)
    assert opening.paths == [Path(file) for file in opening.files]


@pytest.mark.parametrize(
    ("word", "link"),
    [
        ("https://huggingface.co/org/repo", "org/repo"),
        ("hf.co/org/repo:Q4_K_M", "org/repo:Q4_K_M"),
        ("https://huggingface.co/org/repo/blob/main/x/a-Q8_0.gguf", "org/repo:a-Q8_0.gguf"),
        ("https://huggingface.co/org/repo/blob/main/a%20b.gguf", "org/repo"),
        ("lmstudio://open_from_hf?model=org/repo", "org/repo"),
    ],
)
def test_addresses_of_the_hub_lead_where_a_link_does(word: str, link: str) -> None:
    assert read_words([word], HERE, {}) == Opening(links=(f"shrinkscope://open/{link}",))


@pytest.mark.parametrize("word", ["org/repo", "org/repo:Q8_0", "https://example.org/org/repo"])
def test_what_may_be_a_path_is_one(word: str) -> None:
    assert read_words([word], HERE, {}).links == ()


def test_after_two_dashes_every_word_is_a_file() -> None:
    opening = read_words(["shrinkscope:x", "file:///a"], HERE, {}, files_only=True)

    assert opening.files == ("/home/mary/shrinkscope:x", "/home/mary/file:/a")
    assert opening.links == ()


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("file:///models/a%20b.gguf", "/models/a b.gguf"),
        ("FILE://localhost/models/a.gguf", "/models/a.gguf"),
        ("file:///models/%FF.gguf", "/models/\udcff.gguf"),
        ("file:///models/\udcff.gguf", "/models/\udcff.gguf"),
        ("file://elsewhere/a.gguf", "/home/mary/file:/elsewhere/a.gguf"),
        ("file:///a%00b", "/home/mary/file:/a%00b"),
    ],
)
def test_desktops_write_files_as_addresses(word: str, path: str) -> None:
    assert read_words([word], HERE, {}, windows=False).files == (path,)


def test_a_drive_letter_follows_the_slash_of_an_address() -> None:
    opening = read_words(["file:///C:/m/a.gguf"], Path("C:/x"), {}, windows=True)
    assert opening.files[0].endswith("C:/m/a.gguf")


def test_no_more_is_taken_than_a_window_opens() -> None:
    opening = read_words([f"{n}.gguf" for n in range(500)], HERE, {})
    assert len(opening.files) == 7  # one too many, which is said

    opening = read_words(["shrinkscope:" + "x" * 100_000] * 9, HERE, {})
    assert len(to_line(opening)) < 2_000
    assert from_line(to_line(opening)) == opening


def test_the_desktops_token_comes_along_if_it_can_be_one() -> None:
    assert read_words([], HERE, {"XDG_ACTIVATION_TOKEN": "abc-1"}).token == "abc-1"
    assert read_words([], HERE, {"DESKTOP_STARTUP_ID": "kde_2"}).token == "kde_2"
    assert read_words([], HERE, {"XDG_ACTIVATION_TOKEN": "a\nb"}).token == ""
    assert read_words([], HERE, {"XDG_ACTIVATION_TOKEN": "x" * 5000}).token == ""


@given(st.lists(TEXTS, max_size=7), st.lists(TEXTS, max_size=2))
def test_a_line_is_read_as_it_was_written(names: list[str], links: list[str]) -> None:
    opening = Opening(tuple(f"/{name}" for name in names), tuple(links))

    line = to_line(opening)

    assert line.count(b"\n") == 1
    assert from_line(line) == opening


def test_a_line_that_nobody_would_read_is_not_written() -> None:
    with pytest.raises(OpeningError, match="too long"):
        to_line(Opening(("/" + "x" * MAX_BYTES,)))


GOOD = {"version": 1, "files": ["/a"], "links": [], "token": ""}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": None},
        {"files": None},
        {"files": ["a"]},
        {"files": ["../a"]},
        {"files": ["/a\0b"]},
        {"files": [1]},
        {"files": "/a"},
        {"files": ["/a"] * 8},
        {"links": {"a": 1}},
        {"links": ["x" * 600]},
        {"links": ["a", "b", "c"]},
        {"token": "a\nb"},
        {"token": 3},
    ],
)
def test_lines_of_another_kind_are_refused(changed: dict[str, object]) -> None:
    assert from_line(json.dumps(GOOD).encode()).files == ("/a",)
    with pytest.raises(OpeningError, match="did not understand"):
        from_line(json.dumps(GOOD | changed).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("version", "files", "links", "token", "x")), inner)
    ),
)


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_no_line_does_harm(line: bytes) -> None:
    try:
        opening = from_line(line)
    except OpeningError:
        return
    assert all(file.startswith("/") for file in opening.files)


@pytest.mark.parametrize("line", [b"", b"[" * 60_000, b'{"version":1}' + b" " * MAX_BYTES])
def test_nor_do_deep_or_long_ones(line: bytes) -> None:
    with pytest.raises(OpeningError):
        from_line(line)
