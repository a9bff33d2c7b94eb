"""Records what the tests of this folder know of the demo model; run by hand.

    python -m tests.core.quality.record LEVEL=FILE.gguf ... (F16 first) [--scores-only]

Evaluates the same 60 chunks of 256 tokens (conversations as the demo model was trained on, from
another seed) with each file. Writes into ``data``:

demo_logits.npz    ``reference``, Q4_K_M and Q2_K: the logits of 40 positions, in half precision;
                   ``next_tokens``
demo_traces.npz    one array a level: the KL divergence from the first file at each scored position,
                   chunks × positions, as half-precision logarithms
demo_scores.npz    ``reference`` and each level: ln p of the next token at each scored position, in
                   half precision; ``LEVEL-top``: whether it finds the reference's most likely token
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray  # noqa: TC002

from tests.core.quality.oracles import score_positions

CHUNKS, CHUNK_TOKENS, UNSCORED = 60, 256, 32
KEPT_POSITIONS = 40
KEPT_LEVELS = ("Q4_K_M", "Q2_K")
CORPUS = Path(__file__).parents[3] / "packaging" / "demo_model"
DATA = Path(__file__).parent / "data"
SEED = 991


def text() -> list[str]:
    """Conversations that the demo model never saw, in its chat template."""
    sys.path.insert(0, str(CORPUS))
    import corpus

    made: list[str] = []
    for talk in corpus.conversations(corpus.make_held_out(), seed=SEED):
        parts = [("system", talk.system)] if talk.system else []
        for turn in talk.turns:
            parts += [("user", turn.prompt), ("assistant", turn.reply)]
        made.append("".join(f"<|im_start|>{role}\n{said}<|im_end|>\n" for role, said in parts))
        if sum(map(len, made)) > 90_000:
            return made
    return made


def evaluate(
    path: str, tokens: list[int] | None, chunks: int = CHUNKS
) -> tuple[list[int], NDArray[np.float32]]:
    """All tokens of the text, and the logits at every position, chunk by chunk."""
    import llama_cpp

    model = llama_cpp.Llama(
        path, n_ctx=CHUNK_TOKENS, n_batch=CHUNK_TOKENS, logits_all=True, verbose=False
    )
    if tokens is None:
        tokens = []
        for piece in text():
            tokens += model.tokenize(piece.encode(), add_bos=False, special=True)
        tokens = tokens[: chunks * CHUNK_TOKENS]
    logits = np.empty((chunks, CHUNK_TOKENS, model.n_vocab()), np.float32)
    for chunk in range(chunks):
        model.reset()
        model.eval(tokens[chunk * CHUNK_TOKENS : (chunk + 1) * CHUNK_TOKENS])
        logits[chunk] = model.scores[:CHUNK_TOKENS]
    return tokens, logits


def main(words: list[str]) -> None:
    """Evaluate the files in order; the first is the reference."""
    tokens: list[int] | None = None
    reference: NDArray[np.float32] | None = None
    rng = np.random.default_rng(SEED)
    picked = np.sort(rng.choice(CHUNKS * (CHUNK_TOKENS - UNSCORED - 1), KEPT_POSITIONS, False))
    kept: dict[str, NDArray[Any]] = {}
    traces: dict[str, NDArray[Any]] = {}
    ln_p: dict[str, NDArray[Any]] = {}
    for word in (word for word in words if not word.startswith("--")):
        level, _, path = word.partition("=")
        tokens, logits = evaluate(path, tokens)
        table = np.asarray(tokens).reshape(CHUNKS, CHUNK_TOKENS)
        scored = np.ascontiguousarray(logits[:, UNSCORED:-1])
        following = table[:, UNSCORED + 1 :]
        flat = scored.reshape(-1, scored.shape[-1])
        if reference is None or level in KEPT_LEVELS:
            name = "reference" if reference is None else level
            kept[name] = flat[picked].astype(np.float16)
        kept["next_tokens"] = following.ravel()[picked].astype(np.uint16)
        if reference is None:
            reference = scored
            continue
        found = [
            score_positions(*three) for three in zip(reference, scored, following, strict=True)
        ]
        klds = [scores.kld for scores in found]
        ln_p["reference"] = np.array([s.reference_ln_p for s in found]).astype(np.float16)
        ln_p[level] = np.array([s.candidate_ln_p for s in found]).astype(np.float16)
        ln_p[f"{level}-top"] = np.array([s.same_top for s in found])
        traces[level] = np.log(np.maximum(klds, 1e-9)).astype(np.float16)
        sys.stdout.write(f"{level} {float(np.mean(klds))}\n")
    DATA.mkdir(exist_ok=True)
    np.savez_compressed(DATA / "demo_scores.npz", allow_pickle=False, **ln_p)
    if "--scores-only" in words:
        return
    np.savez_compressed(DATA / "demo_logits.npz", allow_pickle=False, **kept)
    np.savez_compressed(DATA / "demo_traces.npz", allow_pickle=False, **traces)


if __name__ == "__main__":
    main(sys.argv[1:])
