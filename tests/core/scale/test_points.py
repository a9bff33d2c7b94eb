"""What the chart means for a model, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.core.scale.points import ScalePoint, meaning, no_meaning
from app.lab.scale.chart import published_points
from app.lab.scale.shipped import shipped_law, shipped_models

LAW, PUBLISHED = shipped_law(), shipped_models()
POINTS = {point.name: point for point in published_points(PUBLISHED)}


def means(name: str) -> str:
    return str(meaning(POINTS[name], PUBLISHED, LAW))


def not_means(point: ScalePoint) -> str:
    return str(no_meaning(point, LAW))


def test_two_sentences_say_how_much_text_and_what_of_it() -> None:
    said = means("LLaMA 13B")
    assert said.startswith(
        "LLaMA 13B was trained on 1 T tokens, 77 for each parameter: 45 times as much text for "
        "its size as GPT-3 175B. "
    )
    assert "times what would have made the best use of its training" in said
    assert "The best use of its training would have been" in means("GPT-3 175B")
    assert "Chinchilla 70B had 12 times as much text" in means("GPT-3 175B")
    assert "That is about the best use of its training" in means("Chinchilla 70B")


def test_what_it_does_not_mean_depends_on_the_model() -> None:
    assert "they do not predict what this model gets right" in not_means(POINTS["LLaMA 7B"])
    assert "learned from a larger model" in not_means(POINTS["Qwen3 0.6B"])
    assert "its 3.3 B parameters at work put it, not its 30.5 B" in not_means(
        POINTS["Qwen3 30B A3B"]
    )
    assert "it may stand higher" in not_means(POINTS["Llama 3.1 8B"])
    assert "lies outside" not in not_means(POINTS["Pythia 1B"])
    assert "lies outside" in not_means(POINTS["GPT-3 175B"])
    here = replace(POINTS["Pythia 1B"], paths=(Path("a.gguf"),), left_out=True)
    assert "Fewer bits do not move it" in not_means(here)
    assert "Parts were left out" in not_means(here)
