from __future__ import annotations

import pytest

from app.library.jan import paths_in


@pytest.mark.parametrize(
    ("note", "paths"),
    [
        ("model_path: /m/a.gguf\nname: a\n", ["/m/a.gguf"]),
        ('model_path: "/m/a.gguf" # where it is\n', ["/m/a.gguf"]),
        ("model_path: /m/a.gguf # where it is\n", ["/m/a.gguf"]),
        ("model_path: /m/a#1.gguf\n", ["/m/a#1.gguf"]),
        ("model_path: '/m/it''s.gguf'\n", ["/m/it's.gguf"]),
        ('model_path: "C:\\\\m\\\\a.gguf"\n', ["C:\\m\\a.gguf"]),
        ('model_path: "/m/\\u00e9 \\x41.gguf"\n', ["/m/é A.gguf"]),
        ("model_path: >-\n  /m/folded.gguf\nname: f\n", ["/m/folded.gguf"]),
        ("model_path: |\n  /m/literal.gguf\n", ["/m/literal.gguf"]),
        ("model_path: /m/two\n  words.gguf\nname: x\n", ["/m/two words.gguf"]),
        ("name: x\r\nmodel_path: /m/crlf.gguf\r\nsize: 3\r\n", ["/m/crlf.gguf"]),
        ("\ufeffmodel_path: /m/a.gguf", ["/m/a.gguf"]),
        ("files:\n  - /m/1.gguf\n  - '/m/2.gguf' # second\nname: x\n", ["/m/1.gguf", "/m/2.gguf"]),
        ("files:\n- /m/1.gguf\n- /m/2.gguf\n", ["/m/1.gguf", "/m/2.gguf"]),
        ("files: [/m/1.gguf, '/m/2.gguf']\n", ["/m/1.gguf", "/m/2.gguf"]),
        ("  model_path: /m/inner.gguf\n", []),
        ("# model_path: /m/a.gguf\nmodel_path:\nname: x\n", []),
        ("model_path: '/m/open\n", []),
        ("", []),
    ],
)
def test_paths_are_read_as_yaml_writes_them(note: str, paths: list[str]) -> None:
    assert paths_in(note) == paths
