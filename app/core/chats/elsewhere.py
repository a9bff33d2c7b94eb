"""How to run a candidate with llama.cpp's own server, with the same settings."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.setting import plainly
from app.core.candidates.settings import ALL_LAYERS, EngineSettings, SamplingSettings

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate

# Every release takes a number, only newer ones the word "all"; no model has as many layers.
_ALL_LAYERS = 999


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another program needs to run a candidate.

    Attributes:
        path: The model file, its first shard if it has several.
        command: A line for the person's shell; empty where there is none.
    """

    path: str
    command: str


def llama_server_command(
    candidate: Candidate,
    sampling: SamplingSettings,
    context_tokens: int,
    threads: int,
    os_name: str,
    *,
    template_file: str | None = None,
    architecture: str = "",
) -> str:
    """The ``llama-server`` command line that answers as the candidate does here.

    Option names are those of llama.cpp's ``common/arg.cpp``.

    Args:
        candidate: Whose file and engine settings to use.
        sampling: The settings that count for it: its own or the shared ones.
        context_tokens: The context that its engine has.
        threads: The threads that its engine generates with.
        os_name: ``os.name`` or ``sys.platform``; decides how words are quoted: for PowerShell
            and cmd alike where a word allows it, else for the POSIX shells.
        template_file: The chosen chat template's text as a file; needed where the candidate
            has a template of its own choice. With ``--jinja`` the server takes a template's
            name for the template itself, so only a file means the same everywhere.
        architecture: Of the model; needed where the number of experts is set.

    Raises:
        ValueError: The candidate's template was chosen but no file of it is given.
    """
    if candidate.template_id is not None and template_file is None:
        raise ValueError(f"no file for the template {candidate.template_id}")
    words = [
        *("llama-server", "-m", str(candidate.file)),
        *_model_words(candidate, architecture),
        *_engine_words(candidate.engine, context_tokens, threads),
        *_sampling_words(sampling),
        "--jinja",
    ]
    if template_file is not None:
        words += ["--chat-template-file", template_file]
    words += _thinking_words(sampling)
    quote = _quote_windows if os_name in ("nt", "win32", "Windows") else _quote_posix
    return " ".join(quote(word) for word in words)


def _engine_words(engine: EngineSettings, context_tokens: int, threads: int) -> list[str]:
    layers = engine.gpu_layers
    if layers is None or layers < 0:
        layers = _ALL_LAYERS
    return [
        *("-c", str(context_tokens)),
        *("-np", "1"),  # one conversation, as here; several would keep a state each
        *("-t", str(threads)),
        *("-ngl", str(layers)),
        *("-fa", engine.flash_attention.value),
        *("-ctk", engine.kv_types[0].value),
        *("-ctv", engine.kv_types[1].value),
        *_cpu_experts_words(engine.cpu_experts),
        *_device_words(engine),
    ]


def _device_words(engine: EngineSettings) -> list[str]:
    words: list[str] = []
    for option, value in (
        ("-dev", ",".join(engine.devices)),
        ("-sm", engine.split),
        ("-ts", ",".join(map(plainly, engine.shares))),
        ("-mg", engine.main_device),
        ("-b", engine.batch_tokens),
        ("-ub", engine.micro_batch_tokens),
        ("--rope-scaling", engine.rope_scaling),
        ("--rope-freq-base", engine.rope_base and plainly(engine.rope_base)),
        ("--rope-scale", engine.rope_scale and plainly(engine.rope_scale)),
    ):
        if value not in (None, ""):
            words += [option, str(value)]
    for option, is_set in (
        ("-nkvo", engine.kv_on_cpu),
        ("--no-mmap", not engine.maps_file),
        ("--mlock", engine.locks_memory),
    ):
        words += [option] * is_set
    return words


def _cpu_experts_words(layers: int | None) -> tuple[str, ...]:
    if layers is None:
        return ()
    return ("--cpu-moe",) if layers >= ALL_LAYERS else ("--n-cpu-moe", str(layers))


def _model_words(candidate: Candidate, architecture: str) -> list[str]:
    """What belongs to the model: adapters, a projector, and how many of its experts work."""
    words: list[str] = []
    if candidate.engine.experts is not None:
        key = f"{architecture}.expert_used_count"
        words += ["--override-kv", f"{key}=int:{candidate.engine.experts}"]
    for adapter in candidate.adapters:
        path = _in_list(adapter.path)
        if (
            adapter.strength == 1
        ):  # a path with a colon, as on Windows, may not stand before a scale
            words += ["--lora", path]
        else:
            words += ["--lora-scaled", f"{path}:{adapter.strength:g}"]
    if candidate.projector is not None:
        words += ["--mmproj", candidate.projector]
    if (draft := candidate.draft) is not None:
        kind, most = ("ngram-simple", "ngram-simple-size-m")
        if draft.path:
            kind, most = ("draft-simple", "draft-n-max")
            words += ["-md", draft.path]
        words += ["--spec-type", kind, f"--spec-{most}", str(draft.most_tokens)]
    return words


def _in_list(path: str) -> str:
    """A path where the server reads a list of them, as in CSV."""
    return '"{}"'.format(path.replace('"', '""')) if "," in path else path


def _sampling_words(sampling: SamplingSettings) -> list[str]:
    words = [
        *("--temp", f"{sampling.temperature:.6g}"),
        *("--top-k", str(sampling.top_k)),
        *("--top-p", f"{sampling.top_p:.6g}"),
        *("--min-p", f"{sampling.min_p:.6g}"),
        *("--repeat-penalty", f"{sampling.repeat_penalty:.6g}"),
        *("-n", str(sampling.max_tokens)),
    ]
    if sampling.seed is not None:
        words += ["--seed", str(sampling.seed)]
    return words


def _thinking_words(sampling: SamplingSettings) -> list[str]:
    words: list[str] = []
    if sampling.thinking is not None:
        words += ["--reasoning", "on" if sampling.thinking else "off"]
    if sampling.thinking_limit_tokens is not None:
        words += ["--reasoning-budget", str(sampling.thinking_limit_tokens)]
    return words


def _quote_posix(word: str) -> str:
    """For sh; bytes that are no text and control characters in the way of bash, zsh and ksh."""
    if word.isprintable():
        return shlex.quote(word)
    quoted = ""
    for byte in word.encode(errors="surrogateescape"):
        sign = chr(byte)
        if sign in "'\\":
            quoted += f"\\{sign}"
        else:
            quoted += sign if sign.isascii() and sign.isprintable() else f"\\{byte:03o}"
    return f"$'{quoted}'"


def _quote_windows(word: str) -> str:
    if all(sign.isalnum() or sign in "-_.:\\/" for sign in word):
        return word
    # In double quotes PowerShell still reads $ and `, and takes typographic quotes for ends.
    if not any(sign in "$`“”„" for sign in word):
        return f'"{word}"'
    for sign in "'‘’‚‛":
        word = word.replace(sign, sign * 2)
    return f"'{word}'"
