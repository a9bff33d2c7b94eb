"""What a server says of an answer's time."""

from __future__ import annotations

from app.core.servers.facts import ServerSpeeds


def test_a_speed_that_is_told_counts_before_one_that_its_time_gives() -> None:
    """llama-server's time begins at the first of twelve tokens, its speed counts the eleven."""
    times = {"generated_tokens": 12, "generation_ns": 250_000_000}
    assert ServerSpeeds(**times, tokens_per_second=44.0).generated_tokens_per_second == 44.0
    assert ServerSpeeds(**times).generated_tokens_per_second == 48.0
    assert ServerSpeeds(generated_tokens=12).generated_tokens_per_second is None
