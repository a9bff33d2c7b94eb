"""``compare`` as a process: candidates with parts that cannot be used, beside one that can.

Tests app.lab.history.repeat.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.helpers.adapters import write_adapter
from tests.helpers.architectures import write_architecture
from tests.helpers.replay.forms import MODEL, llama_server
from tests.helpers.replay.server import Replay
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Program

pytestmark = pytest.mark.e2e


def test_each_that_cannot_be_used_says_why_and_the_others_answer(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    damaged = write_adapter(tmp_path / "nan.gguf", demo_model)
    damaged.write_bytes(damaged.read_bytes()[:-4] + np.float32(np.nan).tobytes())
    mixture = write_architecture(tmp_path / "moe.gguf", "qwen2moe")
    projector = write_projector(tmp_path / "mmproj-other.gguf", 512)
    bad = {
        f"{demo_model}#lora={damaged}": "values that are no numbers",
        f"{mixture}#experts=99": "from 1 to 8",
        f"{demo_model}#draft={mixture}": "its vocabulary is another one",
        f"{demo_model}#devices=Vulkan9": "There is no device “Vulkan9”",
        f"{demo_model}#mmproj={projector}": "made for another model",
        f"{demo_model}#mmproj={tmp_path / 'gone.gguf'}": "is not there any more",
    }
    words = ["compare", *bad, str(demo_model), "--prompt", "What is 2 + 3?", "--max-tokens", "8"]
    rows = program.json(*words, status=1)["candidates"]
    assert [row["candidate"] for row in rows] == [*bad, str(demo_model)]
    for row, said in zip(rows, bad.values(), strict=False):
        assert said in row["error"]
        assert row["stop_reason"] == "error"
    assert rows[-1]["error"] is None
    assert "5" in rows[-1]["text"]
    latest, first = program.json("history")["runs"]  # six candidates a chat
    assert latest["kind"] == first["kind"] == "chat"
    assert (latest["title"], latest["candidates"]) == ("What is 2 + 3?", [demo_model.stem])
    again = program.json("history", "repeat", str(latest["id"]))
    assert again["id"] not in (latest["id"], first["id"])
    assert again["title"] == "What is 2 + 3?"
    assert rows[-1]["text"].strip() in again["text"]


def test_models_of_servers_stand_beside_files_and_one_that_is_gone_says_so(
    program: Program, demo_model: Path
) -> None:
    with Replay(llama_server()) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        program.run("servers", "add", "Cellar", server.url)
        server.asked.clear()
        named, typed = f"server:cellar#model={MODEL}", server.url
        gone, unknown = f"http://{nobody}/v1#model=x", "server:nobody#model=x"
        words = ["compare", gone, named, unknown, typed, str(demo_model), "--max-tokens", "8"]
        ended = program.run(*words, "--prompt", "Lists?", "--json", status=1)
        (first, second) = server.of("POST /v1/chat/completions")
    rows = ended.document["candidates"]
    assert [row["candidate"] for row in rows] == [gone, named, unknown, typed, str(demo_model)]
    assert [row["file"] for row in rows] == [None] * 4 + [str(demo_model)]
    assert [row["server"] for row in rows] == [nobody, "Cellar", "nobody", "Cellar", None]
    for row, said in ((rows[0], f"Nothing answers at {nobody}"), (rows[2], "no server named")):
        assert said in row["error"]
        assert (row["stop_reason"], row["text"], row["served"]) == ("error", "", None)
        assert f"{row['candidate']}: {row['error']}" in ended.err
    for row in (rows[1], rows[3]):
        assert (row["text"], row["stop_reason"], row["error"]) == ("Lists are fine.", "end", None)
        assert row["generated_tokens"] == 6
        assert row["first_token_ns"] >= row["first_byte_ns"] > 0
        assert row["peak_private_bytes"] is row["memory_needed_bytes"] is None
        assert row["served"]["model"] == MODEL
        assert row["served"]["speeds"]["tokens_per_second"] == 500.0
    assert first.body == second.body
    assert (first.body["max_tokens"], first.body["temperature"]) == (8, 0.0)
    assert rows[4]["error"] is rows[4]["served"] is None
    assert rows[4]["text"]
