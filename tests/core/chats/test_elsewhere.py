from __future__ import annotations

import shlex
import shutil
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import (
    CHAT,
    EngineSettings,
    FlashAttention,
    KvType,
    SamplingSettings,
)
from app.core.chats.elsewhere import llama_server_command

PLAIN = candidate_of("/models/sky.gguf")


def command(candidate: Candidate, os_name: str = "posix", **changes: object) -> str:
    sampling = msgspec.structs.replace(SamplingSettings(), **changes)
    return llama_server_command(candidate, sampling, 4096, 4, os_name)


def test_the_whole_line() -> None:
    assert command(PLAIN) == (
        "llama-server -m /models/sky.gguf -c 4096 -np 1 -t 4 -ngl 999 -fa auto -ctk f16 -ctv f16 "
        "--temp 0 --top-k 40 --top-p 0.95 --min-p 0.05 --repeat-penalty 1 -n 256 --seed 1 --jinja"
    )


def test_the_settings_that_were_chosen_are_in_it() -> None:
    candidate = Candidate(
        LocalFile("/models/sky.gguf"),
        EngineSettings(gpu_layers=12, kv_type=KvType.Q8_0, flash_attention=FlashAttention.ON),
        template_id="chatml",
    )
    words = shlex.split(
        llama_server_command(candidate, CHAT, 8192, 2, "posix", template_file="/t/chatml.jinja")
    )

    def after(option: str) -> str:
        return words[words.index(option) + 1]

    assert (after("-c"), after("-t"), after("-ngl"), after("-fa")) == ("8192", "2", "12", "on")
    assert (after("-ctk"), after("-ctv")) == ("q8_0", "q8_0")
    assert (after("--temp"), after("--repeat-penalty"), after("-n")) == ("0.8", "1", "1024")
    assert after("--chat-template-file") == "/t/chatml.jinja"
    assert "--jinja" in words
    assert "--seed" not in words


def test_no_layer_goes_to_the_gpu_when_none_should() -> None:
    candidate = msgspec.structs.replace(PLAIN, engine=EngineSettings(gpu_layers=0))
    assert " -ngl 0 " in command(candidate)


def test_devices_memory_and_positions_are_in_it() -> None:
    candidate = with_settings(
        PLAIN,
        "devices=CUDA0/CUDA1,split=row,shares=3/1,main=1,kv-on=cpu,batch=1024,ubatch=256,"
        "mmap=off,mlock=on,rope=yarn,rope-base=5e5,rope-scale=4",
    )
    assert (
        "-dev CUDA0,CUDA1 -sm row -ts 3,1 -mg 1 -b 1024 -ub 256 --rope-scaling yarn "
        "--rope-freq-base 500000 --rope-scale 4 -nkvo --no-mmap --mlock"
    ) in command(candidate)


def test_thinking_is_switched_and_limited() -> None:
    assert command(PLAIN, thinking=True, thinking_limit_tokens=64).endswith(
        "--reasoning on --reasoning-budget 64"
    )
    assert command(PLAIN, thinking=False).endswith("--reasoning off")
    assert "--reasoning" not in command(PLAIN)


def test_a_chosen_template_needs_its_file() -> None:
    candidate = msgspec.structs.replace(PLAIN, template_id="alpaca")
    with pytest.raises(ValueError, match="alpaca"):
        command(candidate)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("C:\\models\\sky.gguf", "C:\\models\\sky.gguf"),
        ("C:\\my models\\sky (2).gguf", '"C:\\my models\\sky (2).gguf"'),
        ("C:\\it's\\größe & co.gguf", '"C:\\it\'s\\größe & co.gguf"'),
        ("C:\\$HOME\\it's.gguf", "'C:\\$HOME\\it''s.gguf'"),
        ("C:\\“new” ‘ones’.gguf", "'C:\\“new” ‘‘ones’’.gguf'"),
    ],
)
@pytest.mark.parametrize("os_name", ["nt", "win32"])
def test_words_for_powershell_and_cmd(path: str, word: str, os_name: str) -> None:
    candidate = candidate_of(path)
    assert f" -m {word} -c " in command(candidate, os_name)


names = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1)


@given(names)
def test_the_path_is_one_word_again(name: str) -> None:
    path = f"/models/{name}"
    line = command(candidate_of(path))

    if path.isprintable():
        assert shlex.split(line)[:4] == ["llama-server", "-m", path, "-c"]
    else:
        assert line.isprintable()


@pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash and its rules"
)
@hypothesis_settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=30).filter(lambda name: not {0, 0x2F} & set(name)))
def test_bash_reads_any_file_name_back(name: bytes) -> None:
    path = b"/models/" + name
    line = command(candidate_of(path.decode(errors="surrogateescape")))

    # The line travels as text, as it does on the clipboard.
    script = f"llama-server() {{ printf '%s' \"$2\"; }}\n{line}\n".encode()
    output = subprocess.run(["bash", "-s"], input=script, capture_output=True, check=True)
    assert output.stdout == path


def test_adapters_are_given_with_their_strengths() -> None:
    plain = with_settings(PLAIN, "lora=C:/m/style.gguf,lora=/m/facts, new.gguf*0.5")
    assert "--lora C:/m/style.gguf --lora-scaled '\"/m/facts, new.gguf\":0.5'" in command(plain)
