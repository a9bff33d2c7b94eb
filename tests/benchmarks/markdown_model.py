"""A model that writes a page of Markdown over and over, at a reading person's speed and above.

It answers with prose, lists, a table and code, which are the hardest texts to show while they
come. Its layers compute in earnest but add nothing, so that it is about as slow as a model of 0.1
billion parameters at F16.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.llama_tools import cache_dir
from tests.helpers.gguf_files import Shape, write_scripted_model

SHAPE = Shape(n_layers=8, d_model=1024, n_heads=16, n_kv_heads=8, d_feed_forward=3072)
CONTEXT_TOKENS = 8192
PAGE = """\
## How to sum a list

There are *several* ways to add up numbers, and each has **its own price**. The shortest is the
built-in function; a loop shows what happens; and a generator, which never holds the list, needs the
least memory. See the [documentation](https://docs.python.org) for `sum`, `math.fsum` and friends.

1. Read the numbers, one a line.
2. Skip what is no number:
   - empty lines,
   - comments that begin with `#`.
3. Print the total and the mean.

```python
from __future__ import annotations

import math
from collections.abc import Iterable


def total(lines: Iterable[str]) -> float:
    \"\"\"Add up the numbers of a text, one a line.\"\"\"
    values = []
    for position, line in enumerate(lines):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            values.append(float(text))
        except ValueError as error:
            raise ValueError(f"line {position + 1} holds no number: {text!r}") from error
    return math.fsum(values)  # exact, whatever the order


if __name__ == "__main__":
    print(total(open("numbers.txt", encoding="utf-8")))
```

| way | time for 10,000 numbers | memory | exact |
|---|---:|---:|:---:|
| `sum(values)` | 61 µs | 80 kB | no |
| `math.fsum(values)` | 190 µs | 80 kB | yes |
| a `for` loop | 420 µs | 80 kB | no |
| a generator | 505 µs | 0.2 kB | no |

> Rounding errors grow with the number of terms. Where cents matter, take `decimal.Decimal` or count
> in whole cents from the start.

In a shell the same is done by one line:

```sh
awk '{ sub(/#.*/, "") } NF { s += $1 } END { printf "%.10g\\n", s }' numbers.txt
```

So: short lists take `sum`, long ones `math.fsum`, and files a generator. ~~Never~~ Seldom is it
worth writing the loop by hand.

---

"""


def ensure_markdown_model() -> Path:
    """Return the model's file, writing it where it is missing."""
    path = cache_dir() / f"markdown-{SHAPE.n_layers}x{SHAPE.d_model}-F16.gguf"
    if not path.exists():
        partial = path.with_suffix(".part")
        write_scripted_model(
            partial,
            unlike_pieces(PAGE, SHAPE.d_model - 1),
            context_length=CONTEXT_TOKENS,
            ends=False,
            shape=SHAPE,
        )
        partial.replace(path)
    return path


def unlike_pieces(text: str, most: int) -> list[str]:
    """Cut a text into short pieces, no two of them alike, as a scripted model wants them."""
    pieces: list[str] = []
    seen: set[str] = set()
    begin = 0
    while begin < len(text):
        end = begin + 4
        # A single letter would be the token of its byte, which prompts hold too.
        while end < len(text) and text[begin:end] in seen:
            end += 1
        if text[begin:end] in seen or len(text) - end < 4:
            end = len(text)
        seen.add(text[begin:end])
        pieces.append(text[begin:end])
        begin = end
    if len(pieces) > most:
        raise ValueError(f"{len(pieces)} pieces, {most} at most")
    return pieces
