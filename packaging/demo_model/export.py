"""Writes the trained demo model as an F16 GGUF file that llama.cpp runs as ``llama``.

python export.py --run build/demo_model
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from corpus import RESOURCES
from model import Shape
from tokenizer import CHAT_TEMPLATE, END, END_OF_TEXT, SPECIAL_TOKENS, load

MODEL_FILE = RESOURCES / "shrinkscope-demo-F16.gguf"
NAME = "Shrinkscope Demo"
VERSION = "1.0"
DESCRIPTION = (
    "A very small chat model trained from scratch for Shrinkscope: sums, spelling, days, months, "
    "units, colours, animals and a little about quantization. It is there to be shrunken."
)


def interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Query or key rows in llama.cpp's order for ``llama``.

    The training rotates a head's first half with its second half; llama.cpp rotates neighbours.
    """
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def add_metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    """General facts and the sizes that llama.cpp needs."""
    writer.add_type("model")
    writer.add_name(NAME)
    writer.add_version(VERSION)
    writer.add_author("Shrinkscope")
    writer.add_organization("Shrinkscope")
    writer.add_description(DESCRIPTION)
    writer.add_license("mit")
    writer.add_license_name("MIT licence")
    writer.add_languages(["en"])
    writer.add_tags(["text-generation", "demo"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context_tokens)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)


def add_tokenizer(writer: gguf.GGUFWriter, path: Path) -> None:
    """Tokens, their types, merges and the chat template."""
    model = json.loads(path.read_text(encoding="utf-8"))["model"]
    vocabulary: dict[str, int] = model["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([control if t in SPECIAL_TOKENS else normal for t in tokens])
    writer.add_token_merges([" ".join(merge) for merge in model["merges"]])
    writer.add_bos_token_id(vocabulary[END_OF_TEXT])
    writer.add_eos_token_id(vocabulary[END])
    writer.add_pad_token_id(vocabulary[END_OF_TEXT])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


BLOCK_NAMES = {
    "attention_norm": "attn_norm",
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "feed_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def add_tensors(writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], shape: Shape) -> None:
    """Matrices as F16, norms as F32; the embedding is stored once and serves as output too."""
    for name, tensor in state.items():
        parts = name.split(".")
        if parts[0] == "blocks":
            stored = f"blk.{parts[1]}.{BLOCK_NAMES[parts[2]]}.weight"
            if parts[2] == "query":
                tensor = interleaved(tensor, shape.heads)
            if parts[2] == "key":
                tensor = interleaved(tensor, shape.key_heads)
        else:
            stored = {"embedding": "token_embd", "norm": "output_norm"}[parts[0]] + ".weight"
        kind = np.float16 if tensor.dim() > 1 else np.float32
        writer.add_tensor(stored, tensor.float().contiguous().numpy().astype(kind))


def export(run: Path, target: Path) -> None:
    """Write the checkpoint of this run to the target file."""
    tokenizer_path = run / "tokenizer.json"
    shape = Shape(vocabulary=load(tokenizer_path).get_vocab_size())
    state = torch.load(run / "checkpoint.pt", map_location="cpu")["model"]
    target.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(target, "llama")
    add_metadata(writer, shape)
    add_tokenizer(writer, tokenizer_path)
    add_tensors(writer, state, shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--target", type=Path, default=MODEL_FILE)
    arguments = parser.parse_args()
    export(arguments.run, arguments.target)


if __name__ == "__main__":
    main()
