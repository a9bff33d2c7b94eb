"""Recipes as files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.adapters import Adapter
from app.core.candidates.settings import KvType
from app.core.errors import PersonError
from app.core.models.levels import LEVELS
from app.core.shrink.healing import Healing
from app.core.shrink.recipe import Done, MatrixUse, MemoryTarget, Recipe, Rule
from app.core.shrink.written import as_done, from_text, to_text, written

RECIPES = st.builds(
    Recipe,
    level=st.none() | st.sampled_from([each for each in LEVELS if each.can_be_made]),
    target_bytes=st.none() | st.integers(1, 1 << 56),
    target_memory=st.none()
    | st.builds(
        MemoryTarget, st.integers(1, 1 << 56), st.integers(1, 1 << 20), st.sampled_from(KvType)
    ),
    matrix=st.sampled_from([*MatrixUse, "/a/b.gguf"]),
    matrix_sha256=st.sampled_from(["", "0" * 64]),
    matrix_texts=st.sampled_from([(), ("history", "/a/b.txt")]),
    rules=st.lists(
        st.builds(Rule, st.sampled_from(["ffn_down", r"^blk\.1\."]), st.sampled_from(["Q6_K"])),
        max_size=3,
    ).map(tuple),
    drop_layers=st.integers(1, 9) | st.sets(st.integers(0, 99)).map(sorted).map(tuple),
    width=st.none() | st.floats(0.01, 0.9),
    experts=st.integers(0, 99),
    sparsity=st.none() | st.just("2:4") | st.floats(0.01, 0.95),
    requantizes=st.booleans(),
    merge=st.lists(
        st.builds(Adapter, st.sampled_from(["/a/b.gguf", "c*2"]), st.floats(-100, 100)), max_size=3
    ).map(tuple),
    healing=st.none() | st.builds(Healing, windows=st.integers(8, 99), text=st.just("/a/b.txt")),
)


@given(RECIPES)
def test_what_is_written_is_read(recipe: Recipe) -> None:
    again = from_text(to_text(written(recipe)), "a").recipe()
    assert again == recipe
    assert type(again.matrix) is type(recipe.matrix)


def test_what_a_target_chose_stands_by_name() -> None:
    asked = written(Recipe(target_bytes=5_000))
    done = Done("Q4_K_M", 5_000, None, "text.gguf", [], {}, {"a.weight": "Q4_K"}, [3])
    again = as_done(asked, done, "source.gguf", 99).recipe()
    assert again.level is not None
    assert (again.level.name, again.target_bytes, again.drop_layers) == ("Q4_K_M", None, (3,))
    assert again.rules == (Rule(r"^a\.weight$", "Q4_K"),)
    assert again.matrix is MatrixUse.OWN


def test_what_is_given_to_others_names_no_folder_and_no_text() -> None:
    done = Done("Q4_0", None, None, "b.gguf", [], {}, {}, [], matrix_sha256="1" * 64)
    for asked in (
        Recipe(matrix="/a/b.gguf"),
        Recipe(matrix=MatrixUse.OWN, matrix_texts=("history", "/a/b.txt")),
    ):
        again = as_done(written(asked), done, "source.gguf", 99)
        assert (again.matrix, again.matrix_sha256) == ("b.gguf", "1" * 64)
        assert again.matrix_texts == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"", "no recipe"),
        (b'{"type": "another"}', "no recipe"),
        (b'{"type": "shrinkscope-recipe", "version": 2}', "later version"),
        (b'{"type": "shrinkscope-recipe", "level": "Q9_X"}', "Q9_X"),
        (b'{"type": "shrinkscope-recipe", "sparsity": 7}', "7"),
        (b'{"type": "shrinkscope-recipe", "merge": [{"path": "a", "strength": 1e9}]}', "strength"),
        (b'{"type": "shrinkscope-recipe", "rules": [{"pattern": "(", "type": "Q4_K"}]}', "("),
    ],
)
def test_others_are_refused(text: bytes, part: str) -> None:
    with pytest.raises(PersonError) as refused:
        from_text(text, "a.json")
    assert part in refused.value.sentence
