from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.notation import (
    split_words,
    told_settings,
    with_settings,
    words_of,
)
from app.core.candidates.setting import NotationError
from app.core.candidates.settings import ALL_LAYERS, EngineSettings, FlashAttention, KvType
from tests.core.candidates.test_candidate import candidates

SKY = candidate_of("sky.gguf")


def typed(word: str, *there: str) -> Candidate:
    model, settings = split_words(word, lambda path: path in there)
    return with_settings(candidate_of(model), settings)


@given(candidates, st.sampled_from(["/a.gguf", "a #1.gguf", "größe,kv=f16.gguf", "C:\\a=b#c.gguf"]))
def test_what_is_typed_is_read_back(candidate: Candidate, path: str) -> None:
    candidate = replace(candidate, source=LocalFile(path))

    assert typed(words_of(candidate), path) == candidate


def test_every_setting_can_be_typed() -> None:
    found = typed(
        "sky.gguf#ctx=8192,kv=q8_0/q4_0,threads=4,gpu=20,flash=off,experts=3,cpu-experts=all,"
        "template=chatml,mmproj=/eyes/mmproj-F16.gguf,draft=tiny.gguf,draft-max=4"
    )

    engine = EngineSettings(
        8192, 4, 20, KvType.Q8_0, FlashAttention.OFF, KvType.Q4_0, experts=3, cpu_experts=ALL_LAYERS
    )
    eyes, draft = "/eyes/mmproj-F16.gguf", Draft("tiny.gguf", 4)
    assert found == Candidate(SKY.source, engine, "chatml", projector=eyes, draft=draft)
    assert told_settings(found) == (
        "8,192 tokens of context, KV q8_0/q4_0, 4 threads, 20 layers on the GPU, flash attention "
        "off, 3 experts a token, experts in the PC's memory, template chatml, "
        "projector mmproj-F16.gguf, draft tiny.gguf, 4 drafted tokens at most"
    )
    assert typed("sky.gguf#draft=ngram") == replace(SKY, draft=Draft())
    assert typed("sky.gguf#gpu=auto,flash=auto,kv=f16/f16") == SKY


def test_a_setting_goes_before_what_holds_for_all() -> None:
    all_alike = Candidate(SKY.source, EngineSettings(512, kv_type=KvType.Q4_0))

    assert with_settings(all_alike, "kv=f16").engine == EngineSettings(512)


def test_a_path_that_exists_is_taken_whole() -> None:
    assert typed("sky.gguf#kv=q8_0", "sky.gguf#kv=q8_0") == candidate_of("sky.gguf#kv=q8_0")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            "kw=q8_0",
            "“kw” is no setting; there are ctx, kv, threads, gpu, flash, experts, cpu-experts, "
            "devices, split, shares, main, kv-on, batch, ubatch, mmap, mlock, rope, rope-base, "
            "rope-scale, template, lora, mmproj, draft, draft-max.",
        ),
        ("kv", "kv=: kv is one of f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0."),
        ("kv=q8", "kv=q8: kv is one of f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0."),
        ("kv=q8_0/q4", "kv=q4: kv is one of f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0."),
        ("experts=0", "experts=0: experts is a number from 1 to 65,536."),
        ("cpu-experts=few", "cpu-experts=few: cpu-experts is a number from 1 to 65,535 or all."),
        ("ctx=0", "ctx=0: ctx is a number from 1 to 16,777,216."),
        ("threads=many", "threads=many: threads is a number from 1 to 512."),
        ("gpu=-1", "gpu=-1: gpu is a number from 0 to 65,536 or auto."),
        ("lora=a*101", "lora=a*101: the strength must lie between −100 and 100."),
        (
            "lora=",
            "lora= wants the path of an adapter, and its strength behind a * where it is not 1: "
            "lora=style.gguf*0.5.",
        ),
        (",".join(["lora=a"] * 9), "No more than 8 adapters can be used at once."),
        ("ctx=1,ctx=2", "“ctx” is set twice in “ctx=1,ctx=2”."),
    ],
)
def test_what_is_no_setting_is_said_in_one_sentence(settings: str, sentence: str) -> None:
    with pytest.raises(NotationError) as caught:
        with_settings(SKY, settings)

    assert caught.value.sentence == sentence


def test_adapters_are_typed_with_their_strengths() -> None:
    found = typed("sky.gguf#lora=a, b.gguf*0.5,kv=q8_0,lora=b.gguf,lora=c*2*-1e-2")

    assert found.adapters == (
        Adapter("a, b.gguf", 0.5),
        Adapter("b.gguf"),
        Adapter("c*2", -0.01),
    )
    assert told_settings(found) == "KV q8_0, adapter a, b.gguf × 0.5 + b.gguf + c*2 × -0.01"
    assert words_of(replace(SKY, adapters=(Adapter("/home/a/b.gguf"),)), "sky") == "sky#lora=b.gguf"


def test_nothing_behind_the_sign_is_no_setting() -> None:
    with pytest.raises(NotationError, match="no setting"):
        typed("sky.gguf#")


def test_settings_are_told_to_people() -> None:
    engine = EngineSettings(8192, 1, 20, KvType.Q8_0, FlashAttention.OFF)
    assert told_settings(Candidate(SKY.source, engine, "chatml")) == (
        "8,192 tokens of context, KV q8_0, 1 thread, 20 layers on the GPU, flash attention off, "
        "template chatml"
    )
    assert told_settings(SKY) == ""
