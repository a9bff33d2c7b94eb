"""Links: the whole grammar, and nothing besides it."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.hub.links import (
    MAX_LINK_CHARACTERS,
    Link,
    LinkAction,
    LinkError,
    is_link,
    parse_link,
)
from app.core.hub_names import is_repo_id

HALVES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]", fullmatch=True)
REPOSITORIES = st.builds("{}/{}".format, HALVES, HALVES).filter(is_repo_id)
LEVELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
OWN_HOSTS = ("hf.co", "www.hf.co", "huggingface.co", "www.huggingface.co")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("shrinkscope://open/org/model-GGUF", Link(LinkAction.OPEN, "org/model-GGUF")),
        ("shrinkscope://open/org/model-GGUF/", Link(LinkAction.OPEN, "org/model-GGUF")),
        ("SHRINKSCOPE://Open/org/m:Q4_K_M", Link(LinkAction.OPEN, "org/m", ("Q4_K_M",))),
        ("shrinkscope://open/org/m%3aQ4_K_M", Link(LinkAction.OPEN, "org/m", ("Q4_K_M",))),
        (
            "shrinkscope://open/a.b/c.d:UD-Q4_K_XL",
            Link(LinkAction.OPEN, "a.b/c.d", ("UD-Q4_K_XL",)),
        ),
        (
            "shrinkscope://compare/org/m:Q8_0,Q4_K_M,q8_0",
            Link(LinkAction.COMPARE, "org/m", ("q8_0", "Q4_K_M")),
        ),
        (
            "shrinkscope://compare/org/m:F16%2CQ2_K",
            Link(LinkAction.COMPARE, "org/m", ("F16", "Q2_K")),
        ),
    ],
)
def test_what_is_understood(text: str, link: Link) -> None:
    assert is_link(text)
    assert parse_link(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shrinkscope:",
        "shrinkscope://",
        "shrinkscope:open/org/model",
        "shrinkscope:///open/org/model",
        "shrinkscope://open/org",
        "shrinkscope://open/org/model/extra",
        "shrinkscope://open/org/model//",
        "shrinkscope://open//org/model",
        "shrinkscope://get/org/model:Q4_K_M",
        "shrinkscope://open/../../etc/passwd",
        "shrinkscope://open/org/..",
        "shrinkscope://open/org/a..b",
        "shrinkscope://open/%2e%2e/%2e%2e",
        "shrinkscope://open/org%2Fmodel/x",
        "shrinkscope://open/org/model:..",
        "shrinkscope://open/org/model:../../x",
        "shrinkscope://open/org/model:",
        "shrinkscope://open/org/model:,",
        "shrinkscope://open/org/model:Q8_0,Q4_K_M",
        "shrinkscope://compare/org/model",
        "shrinkscope://compare/org/model:Q8_0,,Q4_K_M",
        "shrinkscope://compare/org/model:a,b,c,d,e,f,g",
        "shrinkscope://evil.example/org/model",
        "shrinkscope://open/huggingface.co/model",
        "shrinkscope://open/https://evil.example/org/model",
        "shrinkscope://user@open/org/model",
        "shrinkscope://open:80/org/model",
        "shrinkscope://open/org/model?revision=main",
        "shrinkscope://open/org/model#Q4_K_M",
        "shrinkscope://open/org/model:Q4_K_M\n",
        "shrinkscope://open/org/mo\x00del",
        "shrinkscope://open/org/mo\x1b[31mdel",
        "shrinkscope://open/org/modél",
        "shrinkscope://open/org/mоdel",  # a Cyrillic o
        "ſhrinkscope://open/org/model",  # a long s, which is an s in other letters' case
        "shrinkscope://open/org/model:Q4_K_M%00",
        "shrinkscope://open/C:\\Windows/model",
        "https://huggingface.co/org/model",
        "file:///etc/passwd",
        "shrinkscope://open/org/" + "m" * 600,
        "shrinkscope://open/org/model:" + "Q" * 100_000,
    ],
)
def test_anything_else_gets_one_sentence(text: str) -> None:
    with pytest.raises(LinkError) as refused:
        parse_link(text)
    sentence = refused.value.sentence
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 320


@given(REPOSITORIES, LEVELS)
def test_what_is_written_is_read_again(repo_id: str, level: str) -> None:
    for link in (
        Link(LinkAction.OPEN, repo_id),
        Link(LinkAction.OPEN, repo_id, (level,)),
        Link(LinkAction.COMPARE, repo_id, (level, f"{level}x"[:30])),
    ):
        if repo_id.lower().startswith(OWN_HOSTS):
            continue
        assert parse_link(str(link)) == link


LETTERS = string.ascii_letters + string.digits + ":/%.,-_?#@\\\x00\n é\ud800"
TEXTS = st.one_of(
    st.text(),
    st.text(LETTERS, max_size=60).map("shrinkscope://open/".__add__),
    st.text(LETTERS, max_size=60).map("shrinkscope://compare/o/m:".__add__),
)


@given(TEXTS)
@example("shrinkscope://open/o/m:" + "%3A" * 20)
def test_no_text_does_harm(text: str) -> None:
    try:
        link = parse_link(text)
    except LinkError as error:
        sentence = error.sentence
    else:
        sentence = "It is understood."
        assert len(text) <= MAX_LINK_CHARACTERS
        assert is_repo_id(link.repo_id)
        assert all(re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]*", level) for level in link.levels)
        assert parse_link(str(link)) == link
    assert sentence.endswith(".")
    assert not any("\ud800" <= sign <= "\udfff" for sign in sentence)
