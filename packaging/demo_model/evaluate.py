"""Shrinks the F16 file with llama.cpp's quantizer and asks every version the held-out questions.

python evaluate.py            prints the tables
python evaluate.py --card     also writes them into the model card
python evaluate.py --prompts  only shows the answers to the window's suggested prompts

Greedy decoding through llama-cpp-python with the file's own chat template. A reply is right when,
normalised, it ends with the expected answer at the start of a word (``turns.is_right``).
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import llama_cpp
from corpus import HELD_OUT_FILE, KINDS, MAKERS, RESOURCES
from export import MODEL_FILE
from turns import is_right

PROMPTS_FILE = RESOURCES / "prompts.json"
MODEL_CARD = RESOURCES / "MODEL_CARD.md"
TABLE_BEGIN, TABLE_END = "<!-- table: begin -->", "<!-- table: end -->"
LEVELS: dict[str, int | None] = {
    "F16": None,
    "Q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0,
    "Q6_K": llama_cpp.LLAMA_FTYPE_MOSTLY_Q6_K,
    "Q4_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M,
    "Q3_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q3_K_M,
    "Q2_K": llama_cpp.LLAMA_FTYPE_MOSTLY_Q2_K,
    "Q2_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q2_0,
    "TQ2_0": llama_cpp.LLAMA_FTYPE_MOSTLY_TQ2_0,
    "TQ1_0": llama_cpp.LLAMA_FTYPE_MOSTLY_TQ1_0,
}
"""Quantization levels with llama.cpp's number for each; F16 is the file itself."""
NORMAL_95 = 1.959964
MAX_ANSWER_TOKENS = 128
CONTEXT_TOKENS = 1024
SYSTEM_TEXT = "You are a kind assistant. Keep it short."
"""A system message that the training never saw."""
EARLIER_TURNS = 5

Message = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What one level made of the held-out questions."""

    level: str
    file_bytes: int
    bits_per_weight: float
    types: dict[str, int]
    right: dict[str, list[bool]]

    @property
    def all_right(self) -> list[bool]:
        """Right or wrong, all kinds together."""
        return [hit for hits in self.right.values() for hit in hits]


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share."""
    share = right / total
    square = NORMAL_95**2 / total
    middle = (share + square / 2) / (1 + square)
    reach = math.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return middle - reach, middle + reach


def shrink(source: Path, target: Path, file_type: int) -> None:
    """Quantize with llama.cpp."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = file_type
    code = llama_cpp.llama_model_quantize(
        str(source).encode(), str(target).encode(), ctypes.byref(parameters)
    )
    if code != 0:
        raise RuntimeError(f"llama_model_quantize gave {code} for file type {file_type}")


def tensor_types(path: Path) -> dict[str, int]:
    """How many tensors have which type; empty where the gguf package does not know a type."""
    types: dict[str, int] = {}
    try:
        for tensor in gguf.GGUFReader(path).tensors:
            types[tensor.tensor_type.name] = types.get(tensor.tensor_type.name, 0) + 1
    except ValueError:
        return {}
    return types


class Sizes:
    """Bits per weight of files that hold the same tensors and the same header as the F16 file."""

    def __init__(self, original: Path) -> None:
        tensors = gguf.GGUFReader(original).tensors
        self._weights = sum(int(tensor.n_elements) for tensor in tensors)
        self._header_bytes = original.stat().st_size - sum(int(t.n_bytes) for t in tensors)

    def bits_per_weight(self, path: Path) -> float:
        """Average over all tensors, norms included."""
        return (path.stat().st_size - self._header_bytes) * 8 / self._weights


@llama_cpp.llama_log_callback
def _no_log(_level: int, _text: bytes, _data: object) -> None:
    """The quantizer writes a line a tensor; the table says what matters."""


def ask(model: llama_cpp.Llama, messages: list[Message]) -> str:
    """One greedy reply."""
    result = model.create_chat_completion(
        messages, temperature=0.0, repeat_penalty=1.0, max_tokens=MAX_ANSWER_TOKENS
    )
    return result["choices"][0]["message"]["content"]


def open_model(path: Path, context_tokens: int = CONTEXT_TOKENS) -> llama_cpp.Llama:
    """The file in llama-cpp-python, on one core: more threads only wait for each other here."""
    return llama_cpp.Llama(
        str(path), n_ctx=context_tokens, n_threads=1, n_threads_batch=1, verbose=False
    )


def plain(question: Message) -> list[Message]:
    """The question alone."""
    return [{"role": "user", "content": question["prompt"]}]


def with_system(question: Message) -> list[Message]:
    """The question after a system message."""
    return [{"role": "system", "content": SYSTEM_TEXT}, *plain(question)]


def careless(question: Message) -> list[Message]:
    """The question without capitals and final mark."""
    return [{"role": "user", "content": question["prompt"].lower().rstrip(".?!")}]


def late(question: Message) -> list[Message]:
    """The question as the sixth turn of a chat about other things (the same for all)."""
    messages: list[Message] = []
    rng = random.Random(question["prompt"])
    for kind in rng.sample(KINDS, EARLIER_TURNS):
        turn = MAKERS[kind][0](rng)
        messages.append({"role": "user", "content": turn.prompt})
        messages.append({"role": "assistant", "content": turn.reply})
    return messages + plain(question)


CONDITIONS: dict[str, Callable[[Message], list[Message]]] = {
    "with a system message": with_system,
    "lower case, no final mark": careless,
    "as the sixth turn of a chat": late,
}


def answers(
    path: Path,
    questions: list[Message],
    asked: Callable[[Message], list[Message]] = plain,
    show_wrong: bool = False,
) -> dict[str, list[bool]]:
    """Ask all questions; right or wrong by kind."""
    model = open_model(path)
    right: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for question in questions:
        reply = ask(model, asked(question))
        hit = is_right(reply, question["answer"])
        right[question["kind"]].append(hit)
        if show_wrong and not hit:
            print(f"  wrong: {question['prompt']!r} -> {reply!r}, expected {question['answer']!r}")
    model.close()
    return right


def measure(
    level: str, path: Path, sizes: Sizes, questions: list[Message], show_wrong: bool
) -> Outcome:
    """Size and right answers of one level."""
    right = answers(path, questions, show_wrong=show_wrong)
    bits = sizes.bits_per_weight(path)
    return Outcome(level, path.stat().st_size, bits, tensor_types(path), right)


def share_with_interval(right: int, total: int) -> str:
    """Cells of a table: count, share, interval."""
    low, high = wilson(right, total)
    return f"{right} / {total} | {right / total:.1%} | {low:.1%} to {high:.1%}"


def table(outcomes: list[Outcome]) -> str:
    """Markdown: one row a level with the interval, then one row a kind."""
    total = len(outcomes[0].all_right)
    lines = [
        "| level | file, MB | bits a weight | right | share | 95 % interval |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for outcome in outcomes:
        shares = share_with_interval(sum(outcome.all_right), total)
        size = f"{outcome.file_bytes / 1e6:.1f} | {outcome.bits_per_weight:.2f}"
        lines.append(f"| {outcome.level} | {size} | {shares} |")
    names = " | ".join(outcome.level for outcome in outcomes)
    lines += ["", f"| kind, of {total // len(KINDS)} | {names} |"]
    lines.append("|---|" + "---:|" * len(outcomes))
    for kind in KINDS:
        cells = " | ".join(str(sum(outcome.right[kind])) for outcome in outcomes)
        lines.append(f"| {kind} | {cells} |")
    return "\n".join(lines)


def condition_table(path: Path, questions: list[Message]) -> str:
    """The same questions of the F16 file, asked in other circumstances."""
    lines = ["| F16, asked … | right | share | 95 % interval |", "|---|---:|---:|---:|"]
    for name, asked in CONDITIONS.items():
        right = answers(path, questions, asked)
        hits = [hit for kind in right.values() for hit in kind]
        lines.append(f"| {name} | {share_with_interval(sum(hits), len(hits))} |")
        wrong = {kind: kind_hits.count(False) for kind, kind_hits in right.items()}
        print(name, {kind: count for kind, count in wrong.items() if count}, flush=True)
    return "\n".join(lines)


def show_prompts(path: Path, level: str) -> None:
    """Print the answers to the window's suggested prompts."""
    model = open_model(path)
    for row in json.loads(PROMPTS_FILE.read_text(encoding="utf-8")):
        print(f"{level:8s}{row['prompt']:34s}{ask(model, plain(row))}")
    model.close()


def write_card(text: str) -> None:
    """Put the table between its marks in the model card."""
    card = MODEL_CARD.read_text(encoding="utf-8")
    before, rest = card.split(TABLE_BEGIN)
    after = rest.split(TABLE_END)[1]
    card = f"{before}{TABLE_BEGIN}\n\n{text}\n\n{TABLE_END}{after}"
    MODEL_CARD.write_text(card, encoding="utf-8")


def main() -> None:
    """Read the command line, measure every level and print the tables."""
    parser = argparse.ArgumentParser(description="Measures the demo model at every level.")
    parser.add_argument("--model", type=Path, default=MODEL_FILE)
    parser.add_argument("--levels", nargs="*", default=list(LEVELS), choices=list(LEVELS))
    parser.add_argument("--card", action="store_true", help="write the tables into the model card")
    parser.add_argument("--prompts", action="store_true", help="show the suggested prompts only")
    parser.add_argument("--show-wrong", action="store_true", help="print wrong replies of F16")
    arguments = parser.parse_args()
    questions = [json.loads(line) for line in HELD_OUT_FILE.read_text("utf-8").splitlines()]
    sizes = Sizes(arguments.model)
    llama_cpp.llama_log_set(_no_log, ctypes.c_void_p(0))
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for level in arguments.levels:
            path = arguments.model
            file_type = LEVELS[level]
            if file_type is not None:
                path = Path(folder) / f"{level}.gguf"
                shrink(arguments.model, path, file_type)
            if arguments.prompts:
                show_prompts(path, level)
                continue
            show_wrong = arguments.show_wrong and file_type is None
            outcomes.append(measure(level, path, sizes, questions, show_wrong))
            hits = outcomes[-1].all_right
            print(f"{level}: {sum(hits)} of {len(hits)}, {outcomes[-1].types}", flush=True)
    if not outcomes:
        return
    text = table(outcomes) + "\n\n" + condition_table(arguments.model, questions)
    print(text)
    if arguments.card:
        write_card(text)


if __name__ == "__main__":
    main()
