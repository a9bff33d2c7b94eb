"""That the tiny models do in llama.cpp what their descriptions say, in child processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHAT = """
import json, sys
import llama_cpp
model = llama_cpp.Llama(sys.argv[1], n_ctx=256, n_threads=1, verbose=False)
print(json.dumps("loaded"), flush=True)
answer = model.create_chat_completion(
    [{"role": "user", "content": "Hello, what is 2+2?"}], max_tokens=12, temperature=0
)
choice = answer["choices"][0]
print(json.dumps([choice["message"]["content"], choice["finish_reason"]]))
"""


def chat(path: Path) -> tuple[int, list[object], str]:
    """Load a file and ask it something; return exit status, what was said, and the log."""
    environment = os.environ | {"GGML_NO_BACKTRACE": "1"}
    command = [sys.executable, "-c", _CHAT, str(path)]
    done = subprocess.run(
        command, capture_output=True, env=environment, check=False, encoding="utf-8", timeout=600
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_tiny_llama_generates_the_same_each_time(tmp_path: Path) -> None:
    outcomes = [chat(files.write_tiny_llama(tmp_path / name)) for name in ("a.gguf", "b.gguf")]
    for status, said, log in outcomes:
        assert status == 0, log
        assert said[0] == "loaded"
        assert said[1][1] == "length"  # type: ignore[index]
    assert outcomes[0][1] == outcomes[1][1]


def test_shards_load(tmp_path: Path) -> None:
    status, said, log = chat(files.write_sharded_llama(tmp_path)[0])
    assert status == 0, log
    assert said == chat(files.write_tiny_llama(tmp_path / "one.gguf"))[1]


def test_scripted_models_say_their_script(tmp_path: Path) -> None:
    pieces = ["Half", b" a \xe2\x82", b"\xac, ", b"broken \xff\xfe", "."]
    path = files.write_scripted_model(tmp_path / "script.gguf", pieces)
    assert chat(path)[1] == ["loaded", ["Half a €, broken .", "stop"]]
    path = files.write_scripted_model(tmp_path / "endless.gguf", ["tick ", "tock "], ends=False)
    assert chat(path)[1] == ["loaded", ["tick tock " * 6, "length"]]


def test_thinking_model_thinks_first(tmp_path: Path) -> None:
    said = chat(files.write_thinking_model(tmp_path / "think.gguf"))[1]
    assert said[1] == ["<think>\nTwo and two is four.\n</think>\n\nIt is 4.", "stop"]


@pytest.mark.parametrize(
    ("write", "gets_loaded"),
    [
        (files.write_duplicate_token_model, False),
        (files.write_first_message_crash_model, True),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="an abort has another status there")
def test_files_that_abort_llama_cpp(
    tmp_path: Path, write: Callable[[Path], Path], gets_loaded: bool
) -> None:
    status, said, _ = chat(write(tmp_path / "crash.gguf"))
    assert status == -signal.SIGABRT
    assert said == ["loaded"] * gets_loaded


@pytest.mark.parametrize(
    "write",
    [
        files.write_truncated_llama,
        files.write_unknown_architecture,
        files.write_wrong_version,
        files.write_absurd_counts,
    ],
)
def test_files_that_llama_cpp_refuses(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    status, said, log = chat(write(tmp_path / "bad.gguf"))
    assert (status, said) == (1, [])
    assert "Failed to load model" in log


def test_failing_templates_fail_as_described() -> None:
    environment = ImmutableSandboxedEnvironment()
    with pytest.raises(TemplateSyntaxError):
        environment.from_string(files.UNPARSABLE_TEMPLATE)
    refusals: list[str] = []
    environment.from_string(files.FAILING_TEMPLATE).render(raise_exception=refusals.append)
    assert refusals == ["no such role"]
    # Only parsed: Jinja computes the greedy one's constant when it compiles it.
    for bomb in (files.ENDLESS_TEMPLATE, files.GREEDY_TEMPLATE):
        assert environment.parse(bomb)
