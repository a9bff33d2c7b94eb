"""A server in vLLM's form that tells of texts what a real engine finds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.candidates.candidate import candidate_of
from app.engine.protocol.scoring import LikelyText, TextLikely
from app.lab.engines.opened import opened
from app.library.model_files import open_model_file
from tests.helpers.replay import forms
from tests.helpers.replay.server import Asked, Replay, Reply, told
from tests.helpers.rooms import roomy


@contextlib.contextmanager
def like_vllm(model: Path, folder: Path) -> Iterator[Replay]:
    """Of texts it tells what an engine of this model finds; chats have the recorded answer."""
    room = roomy(folder)
    with room.calls("behind") as engine:
        room.load(engine, opened(candidate_of(model), open_model_file), 1, 0)

        def text_read(asked: Asked) -> Reply:
            command = LikelyText(engine.next_id(), asked.body["prompt"], 20)
            read = engine.call(command, TextLikely)
            every = [read.first, *(each.token for each in read.said)]
            places: list[dict[str, Any] | None] = [None]
            for each in read.said:
                tokens = {one.number: one for one in (*each.likely, each.token)}
                places.append(
                    {
                        str(number): {
                            "logprob": one.log_probability,
                            "decoded_token": one.piece.decode("utf-8", "replace"),
                        }
                        for number, one in tokens.items()
                    }
                )
            choice = {
                "index": 0, "text": "x", "prompt_token_ids": [each.number for each in every],
                "prompt_logprobs": places,
            }  # fmt: skip
            return told({"id": "cmpl-1", "model": "org/Model-7B", "choices": [choice]})

        with Replay({**forms.vllm(), "POST /v1/completions": text_read}) as replay:
            yield replay
