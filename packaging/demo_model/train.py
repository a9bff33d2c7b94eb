"""Trains the demo model from nothing on the generated conversations.

    python train.py --out build/demo_model

The loss counts the tokens of the answers only: the questions come from a generator and need not
be learned. Checkpoints lie in the output folder; the same command goes on from the last one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from corpus import HELD_OUT_SEED, TRAINING_SEED, HeldOut, conversations, make_held_out
from model import DemoModel, Shape
from tokenizer import END, load, prompt_text, rendered
from torch import Tensor, distributed
from torch.nn import functional

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOTAL_TOKENS = 8e6
BATCH_TOKENS = 4096
SHORT_ROW_TOKENS = 256
LONG_EVERY = 5
LONG_FROM_SHARE = 0.4
"""From this share of the training on, every fifth batch has rows of the whole context: many turns
one after another. Adding them only at the end costs a relapse that the falling rate can't mend."""
MUON_RATE = 5e-3
ADAM_RATE = 4e-3
WEIGHT_DECAY = 0.05
WARM_UP_STEPS = 30
DECAY_SHARE = 0.75
"""The learning rate falls linearly to zero over this last part."""
REPORT_STEPS = 50
CHECK_STEPS = 200
DEVELOPMENT_SEED = HELD_OUT_SEED + 1
DEVELOPMENT_PER_KIND = 16
IGNORED = -100


def kept_out() -> tuple[HeldOut, HeldOut]:
    """The held-out questions joined with the development ones, and the development ones alone."""
    development = make_held_out(DEVELOPMENT_SEED, DEVELOPMENT_PER_KIND)
    both = make_held_out()
    for turn in development.turns:
        both.add(turn)
    return both, development


class Rows:
    """Endless rows of whole conversations one after another, cut at the row's end."""

    def __init__(self, tokenizer: Tokenizer, excluded: HeldOut, seed: int = TRAINING_SEED) -> None:
        self._tokenizer = tokenizer
        self._source = conversations(excluded, seed)

    def _row(self, length: int) -> tuple[list[int], list[bool]]:
        tokens: list[int] = []
        learned: list[bool] = []
        while len(tokens) < length:
            for text, is_answer in rendered(next(self._source)):
                ids = self._tokenizer.encode(text).ids
                tokens += ids
                learned += [is_answer] * len(ids)
        return tokens[:length], learned[:length]

    def batch(self, row_tokens: int, row_count: int) -> tuple[Tensor, Tensor]:
        """Input tokens and target tokens (``IGNORED`` where nothing is to be learned)."""
        rows = [self._row(row_tokens + 1) for _ in range(row_count)]
        tokens = torch.tensor(np.array([row for row, _ in rows]))
        learned = torch.tensor(np.array([flags for _, flags in rows]))
        targets = torch.where(learned, tokens, IGNORED)
        return tokens[:, :-1], targets[:, 1:]


def development_rows(
    tokenizer: Tokenizer, development: HeldOut
) -> list[tuple[str, list[int], int]]:
    """Kind, tokens of question and answer, and how many of them are the question's."""
    rows = []
    for turn in development.turns:
        question = tokenizer.encode(prompt_text(turn.prompt)).ids
        rows.append((turn.kind, question + tokenizer.encode(turn.reply + END).ids, len(question)))
    return rows


@torch.no_grad()
def greedy_accuracy(model: DemoModel, rows: list[tuple[str, list[int], int]]) -> dict[str, float]:
    """Share of the answers that greedy decoding would write token for token, by kind.

    One forward pass is enough: the answer is written exactly when every token of it is the most
    likely one after the right tokens before it.
    """
    longest = max(len(tokens) for _, tokens, _ in rows)
    batch = torch.zeros(len(rows), longest, dtype=torch.long)
    for at, (_, tokens, _) in enumerate(rows):
        batch[at, : len(tokens)] = torch.tensor(tokens)
    right: dict[str, list[bool]] = {kind: [] for kind in dict.fromkeys(kind for kind, _, _ in rows)}
    device = model.embedding.weight.device
    with torch.autocast(device.type, dtype=torch.bfloat16):
        best = model.logits(model(batch.to(device))).argmax(-1).cpu()
    for at, (kind, tokens, begin) in enumerate(rows):
        wanted = torch.tensor(tokens[begin:])
        right[kind].append(bool((best[at, begin - 1 : len(tokens) - 1] == wanted).all()))
    return {kind: sum(hits) / max(len(hits), 1) for kind, hits in right.items()}


def rate_at(step: int, steps: int) -> float:
    """Factor on the learning rates: a short rise, a plateau, a linear fall to zero."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, (1.0 - step / steps) / DECAY_SHARE)


def optimizers(model: DemoModel) -> list[torch.optim.Optimizer]:
    """Muon for the matrices (it needs far fewer tokens here), Adam for embedding and norms."""
    matrices = [p for block in model.blocks for p in block.parameters() if p.dim() == 2]
    others = [p for n, p in model.named_parameters() if p.dim() < 2 or "embedding" in n]
    muon = torch.optim.Muon(
        matrices, lr=MUON_RATE, weight_decay=WEIGHT_DECAY, adjust_lr_fn="match_rms_adamw"
    )
    adam = torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["full_rate"] = group["lr"]
    return [muon, adam]


def loss_of(model: DemoModel, tokens: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy over the answers' tokens."""
    with torch.autocast(tokens.device.type, dtype=torch.bfloat16):
        hidden = model(tokens)
        learned = targets != IGNORED
        logits = model.logits(hidden[learned])
    return functional.cross_entropy(logits.float(), targets[learned])


def batches(rows: Rows, steps: int, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Short rows first, then rows of the whole context among them."""
    for step in range(steps):
        long = step >= steps * LONG_FROM_SHARE and step % LONG_EVERY == 0
        row_tokens = Shape().context_tokens if long else SHORT_ROW_TOKENS
        yield rows.batch(row_tokens, BATCH_TOKENS // workers // row_tokens)


def average_gradients(model: DemoModel, workers: int) -> None:
    """The mean gradient over all workers, in one message."""
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= workers
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))


class Trainer:
    """One worker's model and optimizers, and the step that keeps all workers' models equal."""

    def __init__(self, tokenizer: Tokenizer, workers: int) -> None:
        torch.manual_seed(TRAINING_SEED)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.workers = workers
        self.model = DemoModel(Shape(vocabulary=tokenizer.get_vocab_size())).to(self.device)
        self.optimizers = optimizers(self.model)

    def step(self, tokens: Tensor, targets: Tensor, rate: float) -> float:
        """Learn from one batch; returns this worker's loss."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["full_rate"] * rate
        loss = loss_of(self.model, tokens.to(self.device), targets.to(self.device))
        loss.backward()
        if self.workers > 1:
            average_gradients(self.model, self.workers)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def save(self, path: Path, step: int) -> None:
        """Write the checkpoint in one move: an interrupted write leaves the old one."""
        states = [optimizer.state_dict() for optimizer in self.optimizers]
        partial = path.with_suffix(".partial")
        torch.save({"step": step, "model": self.model.state_dict(), "opts": states}, partial)
        partial.replace(path)

    def resume(self, path: Path) -> int:
        """Read the checkpoint if there is one; returns the steps already done."""
        if not path.exists():
            return 0
        state = torch.load(path, map_location=self.device)
        self.model.load_state_dict(state["model"])
        for optimizer, kept in zip(self.optimizers, state["opts"], strict=True):
            optimizer.load_state_dict(kept)
        return state["step"]


class Reporter:
    """Prints loss, speed and accuracy as the training goes on."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._started = time.monotonic()
        self._losses: list[float] = []

    def add(self, done: int, loss: float) -> None:
        """Take one step's loss; every so often print the mean and the speed."""
        self._losses.append(loss)
        if done % REPORT_STEPS:
            return
        seconds = time.monotonic() - self._started
        speed = (done - self._first) * BATCH_TOKENS / seconds
        mean = sum(self._losses) / len(self._losses)
        print(f"{done:6d} loss {mean:.4f} {speed:6.0f} tok/s {seconds:6.0f} s", flush=True)
        self._losses.clear()

    def check(self, accuracy: dict[str, float]) -> None:
        """Print the accuracy on the development questions."""
        mean = sum(accuracy.values()) / len(accuracy)
        shown = " ".join(f"{kind[:6]} {share:.0%}" for kind, share in accuracy.items())
        print(f"       right {mean:.1%}: {shown}", flush=True)


def work(rank: int, workers: int, out: Path, total_tokens: int) -> None:
    """One worker: reads its share of every batch; worker 0 reports, checks and saves.

    One process a core, each with one thread, is faster than one process with two threads: the
    matrices are small, and the workers wait for each other only once a step.
    """
    torch.set_num_threads(1)
    if workers > 1:
        rendezvous = f"file://{out.resolve()}/rendezvous"
        distributed.init_process_group("gloo", rendezvous, rank=rank, world_size=workers)
    tokenizer = load(out / "tokenizer.json")
    excluded, development = kept_out()
    checks = development_rows(tokenizer, development)
    trainer = Trainer(tokenizer, workers)
    checkpoint = out / "checkpoint.pt"
    first = trainer.resume(checkpoint)
    steps = total_tokens // BATCH_TOKENS
    reporter = Reporter(first)
    if rank == 0:
        print(f"{trainer.model.parameter_count()} parameters, {steps} steps, from {first}")
    rows = Rows(tokenizer, excluded, TRAINING_SEED + rank)
    for step, (tokens, targets) in enumerate(batches(rows, steps, workers)):
        if step < first:
            continue
        loss = trainer.step(tokens, targets, rate_at(step, steps))
        done = step + 1
        if rank != 0:
            continue
        reporter.add(done, loss)
        if done % CHECK_STEPS == 0 or done == steps:
            reporter.check(greedy_accuracy(trainer.model, checks))
            trainer.save(checkpoint, done)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description="Trains the demo model from nothing.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--tokens", type=float, default=TOTAL_TOKENS, help="tokens to read in all")
    parser.add_argument("--workers", type=int, default=2, help="processes; 1 on a GPU")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    load(arguments.out / "tokenizer.json")
    (arguments.out / "rendezvous").unlink(missing_ok=True)
    details = (arguments.workers, arguments.out, int(arguments.tokens))
    if arguments.workers == 1:
        work(0, *details)
    else:
        torch.multiprocessing.spawn(work, details, nprocs=arguments.workers)


if __name__ == "__main__":
    main()
