"""Makes the training conversations and the held-out questions of the demo model.

Everything comes from the seeds below: the same code gives the same corpus on every machine.
``python corpus.py`` writes ``resources/demo/held_out.jsonl``, ``held_out_chats.jsonl`` and
``calibration.txt`` and shows some conversations.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import arithmetic
import dates
import letters
import nature
import talk
import topics
import units
from turns import Turn, normalise, vary

HELD_OUT_SEED = 20_240
HELD_OUT_PER_KIND = 20
HELD_OUT_CHATS_SEED = 20_241
TRAINING_SEED = 7
RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "demo"
HELD_OUT_FILE = RESOURCES / "held_out.jsonl"
HELD_OUT_CHATS_FILE = RESOURCES / "held_out_chats.jsonl"
CALIBRATION_FILE = RESOURCES / "calibration.txt"
CALIBRATION_SEED = 20_242
CALIBRATION_LETTERS = 60_000

Maker = Callable[[random.Random], Turn]

MAKERS: dict[str, tuple[Maker, float]] = {
    "sums": (arithmetic.make_sum, 12),
    "differences": (arithmetic.make_difference, 13),
    "comparing": (arithmetic.make_comparison, 11),
    "spelling": (letters.make_spelling, 10),
    "reversing": (letters.make_reversing, 11),
    "counting": (letters.make_counting, 13),
    "days": (dates.make_days, 4),
    "months": (dates.make_months, 5),
    "units": (units.make_units, 8),
    "colours": (nature.make_colours, 4),
    "animals": (nature.make_animals, 8),
    "quantization": (topics.make_quantization, 6),
    "program": (topics.make_program, 6),
    "greetings": (talk.make_greeting, 3),
    "outside": (talk.make_outside, 4),
}
"""Each kind with its share of the turns, in parts; numbers and letters need most practice."""

KINDS = tuple(MAKERS)

_SYSTEM_SHARE = 0.25
_SYSTEM_TEXTS = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "You are the demo model of Shrinkscope.",
    "Answer briefly.",
    "You are a helpful assistant. Answer in short sentences.",
    "Be polite and brief.",
    "You answer questions.",
    "You are an expert. Think step by step.",
    "Please answer clearly and correctly.",
    "You are a teacher. Explain things to a child.",
)
_TURNS = (1, 1, 1, 2, 2, 3, 4, 5, 6)
_FOLLOW_UP_SHARE = 0.12
_SAME_KIND_SHARE = 0.25
MAX_TURNS = 8


def text_hash(prompt: str) -> str:
    """Of the normalised question, so that case and final marks do not make it a new one."""
    text = normalise(prompt).replace("please", " ")
    return hashlib.sha256(normalise(text).encode()).hexdigest()


@dataclass
class HeldOut:
    """The questions that the training must never see, and the test for that."""

    turns: list[Turn] = field(default_factory=list)
    _hashes: set[str] = field(default_factory=set)
    _keys: set[str] = field(default_factory=set)

    def add(self, turn: Turn) -> None:
        """Keep this question, and where the content decides its content, out of the training."""
        self.turns.append(turn)
        self._hashes.add(text_hash(turn.prompt))
        if turn.by_key:
            self._keys.add(turn.key)

    def covers(self, turn: Turn) -> bool:
        """Whether the training must not see this turn."""
        return turn.key in self._keys or text_hash(turn.prompt) in self._hashes


def make_held_out(seed: int = HELD_OUT_SEED, per_kind: int = HELD_OUT_PER_KIND) -> HeldOut:
    """Different questions of every kind, about different things where there are enough."""
    rng = random.Random(seed)
    held_out = HeldOut()
    for maker, _ in MAKERS.values():
        seen_keys: set[str] = set()
        kept = 0
        attempts = 0
        while kept < per_kind:
            attempts += 1
            turn = maker(rng)
            repeated = turn.key in seen_keys and attempts < 40 * per_kind
            if repeated or held_out.covers(turn) or _is_invented(turn):
                continue
            held_out.add(turn)
            seen_keys.add(turn.key)
            kept += 1
    return held_out


def _is_invented(turn: Turn) -> bool:
    """Held-out words are real ones; one-digit sums are too few to be held out."""
    if turn.kind in ("spelling", "reversing", "counting"):
        return turn.key.split()[-1] not in letters.WORDS
    if turn.kind in ("sums", "differences"):
        return any(int(number) < 10 for number in turn.key.split()[1:])
    return False


def _follow_up(rng: random.Random, last: Turn) -> Turn | None:
    """A question that only makes sense after the last one; None where there is none."""
    if last.kind == "spelling":
        word = last.key.removeprefix("spell ")
        form = rng.random()
        if form < 0.4:
            prompt = rng.choice(("And backwards?", "Now backwards.", "Now reverse it."))
            return letters.make_reversing(rng, word, prompt)
        if form < 0.7:
            prompt = rng.choice(("How many letters is that?", "How many letters are that?"))
            return letters.make_counting(rng, word, prompt)
        other = rng.choice(letters.WORDS)
        prompt = rng.choice(("And {w}?", "What about {w}?", "Now {w}.")).format(w=other)
        return letters.make_spelling(rng, other, prompt)
    if last.kind in ("days", "months") and last.key.endswith(("+1", "-1")):
        names = dates.DAYS if last.kind == "days" else dates.MONTHS
        step = int(last.key.split()[-1])
        at = names.index(last.answer)
        found = names[(at + step) % len(names)]
        word = "after" if step == 1 else "before"
        prompt = rng.choice((f"And {word} that?", f"And {word} {last.answer}?"))
        reply = f"{word.capitalize()} {last.answer} comes {found}."
        return Turn(last.kind, prompt, reply, found, f"{last.kind[:-1]} {last.answer} {step:+d}")
    if last.kind == "colours" and last.key.startswith("colour "):
        thing = rng.choice(tuple(nature.COLOUR_OF))
        prompt = rng.choice(("And {x}?", "What about {x}?")).format(x=thing)
        return nature.make_colours(rng, thing, prompt)
    if last.kind == "sums":
        turn = arithmetic.make_sum(rng)
        first, _, rest = turn.reply.partition(" + ")
        second = rest.split(":")[0].split(" ")[0]
        prompt = rng.choice(("And {a} + {b}?", "What about {a} + {b}?", "Now {a} plus {b}."))
        prompt = prompt.format(a=first, b=second)
        return Turn("sums", prompt, turn.reply, turn.answer, turn.key, by_key=True)
    return None


@dataclass(frozen=True)
class Conversation:
    """What the chat template renders: a system text (may be empty) and turns."""

    system: str
    turns: tuple[Turn, ...]


def conversations(held_out: HeldOut, seed: int = TRAINING_SEED) -> Iterator[Conversation]:
    """Training conversations without end, none with a held-out question."""
    rng = random.Random(seed)
    weights = tuple(weight for _, weight in MAKERS.values())
    while True:
        count = rng.choice((*_TURNS, MAX_TURNS))
        system = rng.choice(_SYSTEM_TEXTS) if rng.random() < _SYSTEM_SHARE else ""
        turns: list[Turn] = []
        while len(turns) < count:
            turn = None
            if turns and rng.random() < _FOLLOW_UP_SHARE:
                turn = _follow_up(rng, turns[-1])
            if turn is None:
                same = turns and rng.random() < _SAME_KIND_SHARE
                kind = turns[-1].kind if same else rng.choices(KINDS, weights)[0]
                turn = MAKERS[kind][0](rng)
            if held_out.covers(turn):
                continue
            prompt = vary(rng, turn.prompt)
            turn = Turn(turn.kind, prompt, turn.reply, turn.answer, turn.key, turn.by_key)
            if not held_out.covers(turn):
                turns.append(turn)
        yield Conversation(system, tuple(turns))


def write_held_out(path: Path = HELD_OUT_FILE) -> HeldOut:
    """Write the held-out questions, one JSON object a line."""
    held_out = make_held_out()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for turn in held_out.turns:
            row = {"kind": turn.kind, "prompt": turn.prompt, "answer": turn.answer}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return held_out


def held_out_chats(held_out: HeldOut, seed: int = HELD_OUT_CHATS_SEED) -> Iterator[Conversation]:
    """The held-out questions with their right replies as conversations, each question once."""
    rng = random.Random(seed)
    turns = list(held_out.turns)
    rng.shuffle(turns)
    while turns:
        count = rng.choice((*_TURNS, MAX_TURNS))
        system = rng.choice(_SYSTEM_TEXTS) if rng.random() < _SYSTEM_SHARE else ""
        yield Conversation(system, tuple(turns[:count]))
        del turns[:count]


def write_held_out_chats(held_out: HeldOut, path: Path = HELD_OUT_CHATS_FILE) -> None:
    """Write them, one chat a line: what quality is measured on for the demo model."""
    with path.open("w", encoding="utf-8") as file:
        for chat in held_out_chats(held_out):
            said = [("system", chat.system)] if chat.system else []
            for turn in chat.turns:
                said += [("user", turn.prompt), ("assistant", turn.reply)]
            messages = [{"role": role, "content": content} for role, content in said]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")


def calibration(held_out: HeldOut) -> str:
    """Training conversations as the chat template writes them: what the model's inputs are like."""
    written = ""
    for chat in conversations(held_out, CALIBRATION_SEED):
        said = [("system", chat.system)] if chat.system else []
        for turn in chat.turns:
            said += [("user", turn.prompt), ("assistant", turn.reply)]
        written += "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in said)
        if len(written) >= CALIBRATION_LETTERS:
            break
    return written


def main() -> None:
    """Write the held-out files and print a sample of the training."""
    held_out = write_held_out()
    write_held_out_chats(held_out)
    CALIBRATION_FILE.write_text(calibration(held_out), encoding="utf-8")
    print(f"{len(held_out.turns)} held-out questions in {HELD_OUT_FILE.name}")
    source = conversations(held_out)
    for _ in range(12):
        conversation = next(source)
        print("-" * 80)
        if conversation.system:
            print("system:", conversation.system)
        for turn in conversation.turns:
            print("  ask:  ", turn.prompt)
            print("  reply:", turn.reply)


if __name__ == "__main__":
    main()
