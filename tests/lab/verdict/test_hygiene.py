"""What stands above a ladder when its rows were not treated alike, with the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.core.ladder.results import TextReading
from app.core.shrink.ways import Way
from app.core.words.sentence import worded
from app.lab.verdict.hygiene import settings_of
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

PROMPT = "<|im_start|>system\nYou are helpful.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n"
Q8 = "/m/sky-Q8_0.gguf"


def measured() -> LadderResult:
    result = cases.result()
    for file in result.rows:
        give(result, file)
    return result


def give(result: LadderResult, file: str, **reading: Any) -> None:
    """Let a row have read the texts as all do, but for these."""
    quality = result.rows[file].quality
    if quality is None:
        return
    usual: dict[str, Any] = {
        "vocabulary_digest": "v", "tokens_digest": "t", "rendered": PROMPT, "rendered_digest": "r",
    }  # fmt: skip
    read = TextReading(**usual | reading)
    cases.change(result, file, quality=msgspec.structs.replace(quality, reading=read))


def remarks(result: LadderResult) -> list[str]:
    return cases.document(result)["remarks"]


def test_rows_that_are_alike_have_no_remark() -> None:
    assert remarks(measured()) == []


def test_a_reference_that_guesses_is_warned_of_and_no_word_of_its_text_is_said() -> None:
    result = measured()
    row = result.rows[Q8]
    assert any("next word" in one["sentence"] for one in cases.document(result)["verdicts"])
    assert row.quality is not None
    figures = dict(row.quality.figures) | {"reference_ppl": 36_700.0, "ppl": 37_000.0}
    cases.change(result, Q8, quality=msgspec.structs.replace(row.quality, figures=figures))
    (remark,) = remarks(result)
    assert remark.startswith("F16 foresees the text worse than guessing would")
    document = cases.document(result)
    assert not any("next word" in one["sentence"] for one in document["verdicts"])
    assert "next word" not in document["recommendation"]["sentence"]


def test_a_file_without_a_begin_token_among_others_is_named() -> None:
    result = measured()
    give(result, result.plan.reference, begins=True)
    give(result, Q8, begins=False)
    (remark,) = remarks(result)
    assert remark.startswith("Q8_0 sets no begin token before its texts, others do")


def test_other_prompts_are_shown_where_they_begin_to_differ() -> None:
    result = measured()
    other = PROMPT.replace("You are helpful.", "Today is Monday.")
    give(result, Q8, rendered=other, rendered_digest="other")
    (remark,) = remarks(result)
    assert remark.startswith("The prompts that Q8_0 reads differ from the original's: “")
    ours, theirs = remark.split(" instead of ")
    assert "Today is Monday." in ours
    assert "You are helpful." in theirs
    assert "\n" not in remark


def test_another_template_that_writes_the_same_prompts() -> None:
    result = measured()
    cases.change(result, Q8, facts=cases.facts("Q8_0", 8.5, template_sha256="other"))
    (remark,) = remarks(result)
    assert remark == (
        "The chat template of Q8_0 is another one than the original's; it writes the same prompts."
    )


def test_a_base_model_beside_tuned_ones_is_asked_in_another_way() -> None:
    result = measured()
    row = result.rows[Q8]
    cases.change(result, Q8, facts=cases.facts("Q8_0", 8.5, template_sha256=None))
    said = "Asked by plain completion, the others in their chat templates: Q8_0."
    assert said in " ".join(remarks(result))
    cases.change(result, Q8, facts=row.facts, tasks=None)
    assert said not in " ".join(remarks(result))


def test_another_tokenizer_with_the_same_vocabulary() -> None:
    result = measured()
    give(result, Q8, tokens_digest="other")
    (remark,) = remarks(result)
    assert "Q8_0 cuts the same text into other tokens" in remark


def test_another_vocabulary_explains_other_tokens() -> None:
    result = measured()
    give(result, Q8, vocabulary_digest="other", tokens_digest="other")
    (remark,) = remarks(result)
    assert "Q8_0 has another vocabulary" in remark
    assert "bits per byte, tasks and votes compare them" in remark


def test_another_model_of_the_same_vocabulary_is_a_student() -> None:
    result = measured()
    facts = result.rows[Q8].facts
    assert facts is not None
    cases.change(result, Q8, facts=msgspec.structs.replace(facts, parameters=7))
    assert any("is another model with the same vocabulary" in one for one in remarks(result))
    # What lost layers on the way is the same model.
    pruned = msgspec.structs.replace(facts, parameters=7, way=Way.PRUNED_QUANTIZED)
    cases.change(result, Q8, facts=pruned)
    assert not any("is another model" in one for one in remarks(result))
    cases.change(result, Q8, facts=msgspec.structs.replace(facts, parameters=7))
    give(result, Q8, vocabulary_digest="other")
    row = result.rows[Q8]
    assert row.quality is not None
    refused = worded("lab.another_vocabulary_than_reference")
    cases.change(result, Q8, quality=msgspec.structs.replace(row.quality, refused=refused))
    assert not any("same vocabulary" in one for one in remarks(result))


def test_contexts_and_threads() -> None:
    result = measured()
    row = result.rows[Q8]
    assert row.memory is not None
    memory = msgspec.structs.replace(row.memory, context_tokens=512)
    speed = tuple(msgspec.structs.replace(one, threads=2) for one in row.speed)
    cases.change(result, Q8, memory=memory, speed=speed)
    said = " ".join(remarks(result))
    assert "different contexts: F16 4,096, Q8_0 512, Q2_K 4,096." in said
    assert "The numbers of threads differ: F16 4, Q8_0 2, Q2_K 4." in said


def test_what_disturbed_the_timings() -> None:
    result = measured()
    row = result.rows[Q8]
    falling = msgspec.structs.replace(
        row.speed[1], samples=(30.0, 27.0, 25.0, 22.0), throttled=True, retaken=2
    )
    cases.change(result, Q8, speed=(row.speed[0], falling, row.speed[2]))
    said = " ".join(remarks(result))
    assert "slowed down because of its heat" in said
    assert "Speed fell from repetition to repetition (Q8_0 in tg128)" in said
    assert "The PC slept while speed was measured; 2 repetitions were taken again." in said


def test_the_settings_stand_in_the_document() -> None:
    result = measured()
    row = cases.document(result)["candidates"][1]
    assert row["settings"] == msgspec.to_builtins(settings_of(result.plan, result.rows[Q8]))
    assert row["settings"]["threads"] == 4
    assert row["settings"]["sampler"] == "greedy"
    assert row["settings"]["rendered_sha256"] == "r"


def test_a_reference_that_is_shrunken_itself() -> None:
    result = measured()
    cases.change(result, result.plan.reference, facts=cases.facts("Q4_K_M", 4.9))
    (remark,) = remarks(result)
    assert "Q4_K_M, which the others are compared with, is shrunken itself" in remark
    assert "about 0.028 for a model of 8 B" in remark


def test_a_finished_result_is_not_touched() -> None:
    result = measured()
    before = replace(result)
    cases.document(result)
    assert result == before


def test_settings_of_a_candidate_that_differ_from_the_references_are_said() -> None:
    result = measured()
    engine = EngineSettings(kv_type=KvType.Q8_0, flash_attention=FlashAttention.ON, gpu_layers=0)
    row = replace(result.rows.pop(Q8), candidate=Candidate(LocalFile(Q8), engine))
    result.rows[row.key] = row
    every = [each.candidate for each in result.rows.values()]
    result.plan = result.plan.of(result.reference.candidate, every)

    assert settings_of(result.plan, row).kv_type == "q8_0"
    said = " ".join(map(str, remarks(result)))
    assert "The key-value cache has different types: F16 f16" in said
    assert "KV q8_0, 0 layers on the GPU, flash attention on q8_0" in said
    assert "Flash attention differs: F16 auto" in said
    assert "The layers on the GPU differ: F16 auto" in said
