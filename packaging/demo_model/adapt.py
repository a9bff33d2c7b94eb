"""Trains an adapter (LoRA) that teaches the shipped demo model the capitals of countries.

    python adapt.py

The demo model's own weights are read from its GGUF file and stay as they are; the adapter learns
the new kind among conversations of all the others, so that it takes nothing away. The questions
it is measured by are written too; the training never sees their wording.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import torch
from capitals import CAPITAL_OF, make_capitals
from corpus import RESOURCES, Conversation, HeldOut, conversations, make_held_out
from export import BLOCK_NAMES, MODEL_FILE, NAME, interleaved
from model import DemoModel, Shape
from tokenizer import from_file, rendered
from torch import Tensor, nn
from train import IGNORED, development_rows, greedy_accuracy, loss_of
from turns import Turn, vary

ADAPTER_FILE = RESOURCES / "demo-capitals.gguf"
QUESTIONS_FILE = RESOURCES / "capitals.jsonl"
KIND = "capitals"
RANK = 8
ALPHA = 16.0
STEPS = 300
ROW_TOKENS = 256
ROWS = 8
RATE = 2e-3
WARM_UP_STEPS = 20
NEW_SHARE = 0.5
"""Share of the rows' conversations that are about the new kind."""
HELD_OUT_SEED = 20_250
HELD_OUT_COUNT = 30
DEVELOPMENT_SEED = 20_251
DEVELOPMENT_COUNT = 60
TRAINING_SEED = 11
REPORT_STEPS = 50


class Adapted(nn.Module):
    """A linear layer that stays as it is, and the product of two thin matrices beside it."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(RANK, base.in_features) * base.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + (x @ self.down.T) @ self.up.T * (ALPHA / RANK)


def deinterleaved(weight: Tensor, heads: int) -> Tensor:
    """Query or key rows in the training's order (``export.interleaved`` the other way round)."""
    rows, columns = weight.shape
    return (
        weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )


def load_demo(reader: gguf.GGUFReader, shape: Shape) -> DemoModel:
    """The shipped model's weights in the training's network."""
    stored = {each.name: torch.from_numpy(np.array(each.data)).float() for each in reader.tensors}
    state = {"embedding.weight": stored["token_embd.weight"]}
    state["norm.weight"] = stored["output_norm.weight"]
    for layer in range(shape.layers):
        for name, short in BLOCK_NAMES.items():
            weight = stored[f"blk.{layer}.{short}.weight"]
            if name in ("query", "key"):
                weight = deinterleaved(weight, shape.heads)
            state[f"blocks.{layer}.{name}.weight"] = weight
    model = DemoModel(shape)
    model.load_state_dict(state)
    return model


def adapt(model: DemoModel) -> dict[str, Adapted]:
    """Freeze the model and put an adapter beside each matrix of its blocks."""
    model.requires_grad_(requires_grad=False)
    found: dict[str, Adapted] = {}
    for layer, block in enumerate(model.blocks):
        for name, short in BLOCK_NAMES.items():
            part = getattr(block, name)
            if isinstance(part, nn.Linear):
                found[f"blk.{layer}.{short}.weight"] = adapted = Adapted(part)
                setattr(block, name, adapted)
    return found


def write(target: Path, adapters: dict[str, Adapted], shape: Shape) -> None:
    """Write the adapter as llama.cpp reads it, in F16."""
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", ALPHA)
    writer.add_name(f"{NAME} Capitals")
    writer.add_author("Shrinkscope")
    writer.add_organization("Shrinkscope")
    writer.add_description("Teaches the demo model the capitals of 37 countries.")
    writer.add_license("mit")
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, NAME)
    writer.add_base_model_organization(0, "Shrinkscope")
    for name, each in adapters.items():
        up = each.up.detach()
        if "attn_q" in name or "attn_k" in name:
            up = interleaved(up, shape.heads)
        for half, values in (("lora_a", each.down.detach()), ("lora_b", up)):
            writer.add_tensor(f"{name}.{half}", values.contiguous().numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def questions(seed: int, count: int) -> HeldOut:
    """Different questions for capitals, to be kept out of the training by their wording."""
    rng, held_out = random.Random(seed), HeldOut()
    while len(held_out.turns) < count:
        turn = make_capitals(rng)
        if not held_out.covers(turn):
            held_out.add(turn)
    return held_out


def _varied(rng: random.Random, kept_out: HeldOut) -> Turn:
    """A question for a capital as somebody types it, none of those that are kept out."""
    while True:
        turn = make_capitals(rng)
        turn = replace(turn, prompt=vary(rng, turn.prompt))
        if not kept_out.covers(turn):
            return turn


def _is_contradicted(turn: Turn) -> bool:
    """Whether the demo was trained to know nothing of what is taught here."""
    return "capital of" in turn.prompt.lower() and any(
        country.lower() in turn.prompt.lower() for country in CAPITAL_OF
    )


def mixed(
    rng: random.Random, known: Iterator[Conversation], kept_out: HeldOut
) -> Iterator[Conversation]:
    """Conversations without end, half of them with the new kind, alone or beside others."""
    while True:
        chat = next(known)
        turns = [turn for turn in chat.turns if not _is_contradicted(turn)]
        if rng.random() < NEW_SHARE:
            new = [_varied(rng, kept_out) for _ in range(rng.randint(1, 4))]
            turns = rng.choice((new, new + turns, turns + new))
        if turns:
            yield Conversation(chat.system, tuple(turns))


def main() -> None:
    """Train, check, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--target", type=Path, default=ADAPTER_FILE)
    arguments = parser.parse_args()
    torch.manual_seed(TRAINING_SEED)
    torch.set_num_threads(1)
    reader = gguf.GGUFReader(MODEL_FILE)
    tokens, merges = (
        reader.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges")
    )
    tokenizer = from_file(tokens, merges)
    shape = Shape(vocabulary=len(tokens))
    model = load_demo(reader, shape)

    asked = questions(HELD_OUT_SEED, HELD_OUT_COUNT)
    development = questions(DEVELOPMENT_SEED, DEVELOPMENT_COUNT)
    kept_out = make_held_out()
    for turn in (*asked.turns, *development.turns):
        kept_out.add(turn)
    others = make_held_out(DEVELOPMENT_SEED, 8)
    for turn in others.turns:
        kept_out.add(turn)
    development.turns += others.turns
    checks = development_rows(tokenizer, development)

    def report(step: int) -> None:
        accuracy = greedy_accuracy(model, checks)
        print(step, " ".join(f"{kind[:6]} {share:.0%}" for kind, share in accuracy.items()))

    report(0)
    adapters = adapt(model)
    parameters = [each for each in model.parameters() if each.requires_grad]
    print(f"{sum(each.numel() for each in parameters)} parameters in {len(adapters)} adapters")
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    rng = random.Random(TRAINING_SEED)
    chats = mixed(rng, conversations(kept_out, TRAINING_SEED), kept_out)

    def row() -> tuple[list[int], list[bool]]:
        ids: list[int] = []
        learned: list[bool] = []
        while len(ids) <= ROW_TOKENS:
            for text, is_answer in rendered(next(chats)):
                piece = tokenizer.encode(text).ids
                ids += piece
                learned += [is_answer] * len(piece)
        return ids[: ROW_TOKENS + 1], learned[: ROW_TOKENS + 1]

    started = time.process_time()
    for step in range(arguments.steps):
        rows = [row() for _ in range(ROWS)]
        ids = torch.tensor([ids for ids, _ in rows])
        learned = torch.tensor([flags for _, flags in rows])
        targets = torch.where(learned, ids, IGNORED)
        rate = RATE * min(1.0, (step + 1) / WARM_UP_STEPS, 1.0 - step / arguments.steps)
        optimizer.param_groups[0]["lr"] = rate
        loss = loss_of(model, ids[:, :-1], targets[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if (step + 1) % REPORT_STEPS == 0:
            print(f"loss {loss.item():.4f}, {time.process_time() - started:.0f} s of a core")
            report(step + 1)
    write(arguments.target, adapters, shape)
    lines = [{"kind": KIND, "prompt": t.prompt, "answer": t.answer} for t in asked.turns]
    QUESTIONS_FILE.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    print(f"{arguments.target.name}: {arguments.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
