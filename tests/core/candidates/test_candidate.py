from __future__ import annotations

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import COLOURS, LETTERS, Candidate, LocalFile, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import (
    EngineSettings,
    FlashAttention,
    KvType,
    RopeScaling,
    SplitMode,
)

SKY = candidate_of("/models/sky.gguf")
engines = st.builds(
    EngineSettings,
    context_tokens=st.none() | st.integers(1, 1 << 20),
    threads=st.none() | st.integers(1, 512),
    gpu_layers=st.none() | st.integers(0, 99),
    kv_type=st.sampled_from(KvType),
    flash_attention=st.sampled_from(FlashAttention),
    experts=st.none() | st.integers(1, 99),
    cpu_experts=st.none() | st.integers(1, 99),
    devices=st.sampled_from([(), ("CUDA0",), ("Vulkan1", "Vulkan0")]),
    split=st.none() | st.sampled_from(SplitMode),
    shares=st.just(()) | st.lists(st.floats(0.001, 1e9), min_size=1, max_size=4).map(tuple),
    main_device=st.none() | st.integers(0, 15),
    kv_on_cpu=st.booleans(),
    batch_tokens=st.none() | st.integers(1, 16_384),
    micro_batch_tokens=st.none() | st.integers(1, 16_384),
    maps_file=st.booleans(),
    locks_memory=st.booleans(),
    rope_scaling=st.none() | st.sampled_from(RopeScaling),
    rope_base=st.none() | st.floats(1, 1e9),
    rope_scale=st.none() | st.floats(1, 1024),
)
candidates = st.builds(
    Candidate,
    st.builds(LocalFile, st.sampled_from(["/a.gguf", "/b.gguf"])),
    engines,
    st.none() | st.sampled_from(["chatml", "gemma"]),
    st.lists(
        st.builds(
            Adapter,
            st.sampled_from(["/a.gguf", "/b, kv=1*2.gguf", "größe*0.5"]),
            st.floats(-100, 100),
        ),
        max_size=3,
    ).map(tuple),
    st.none() | st.sampled_from(["/mmproj.gguf", "/b, kv=1.gguf"]),
    st.none() | st.builds(Draft, st.sampled_from(["", "/a.gguf"]), st.integers(1, 16)),
)


def test_every_letter_has_a_colour_of_its_own() -> None:
    assert list(COLOURS) == list(LETTERS)
    assert len(set(COLOURS.values())) == len(LETTERS)


def test_a_file_with_nothing_set_is_named_by_its_path() -> None:
    assert candidate_of(Path("/models/sky.gguf")).key() == "/models/sky.gguf"
    assert SKY.settings_key() == ""
    assert SKY.is_plain


def test_keys_of_settings_stay_what_they_are() -> None:
    candidate = Candidate(SKY.source, EngineSettings(kv_type=KvType.Q8_0), "chatml")

    assert candidate.key() == "/models/sky.gguf#fe1b71149e072c11"
    assert not candidate.is_plain


@given(candidates, candidates)
def test_equal_candidates_and_only_they_have_equal_keys(one: Candidate, other: Candidate) -> None:
    assert (one.key() == other.key()) == (one == other)


@given(candidates)
def test_a_setting_that_a_later_version_adds_changes_no_key(candidate: Candidate) -> None:
    class Engine(EngineSettings, frozen=True):
        projectors: int | None = None

    class Later(Candidate, frozen=True):
        voice: str = ""

    engine = Engine(**msgspec.structs.asdict(candidate.engine))
    later = Later(
        candidate.source,
        engine,
        candidate.template_id,
        candidate.adapters,
        candidate.projector,
        candidate.draft,
    )

    assert later.settings_key() == candidate.settings_key()
