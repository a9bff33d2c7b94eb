"""Names on a Hub: pasted words, and file names that may become paths.

Tests app.core.hub.pasted.
"""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import PersonError
from app.core.hub_names import (
    HubAddress,
    HubNameError,
    check_repo_id,
    is_repo_id,
    parse_hub_address,
    safe_parts,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("org/repo", HubAddress("org/repo")),
        ("  org/repo \n", HubAddress("org/repo")),
        ("org/repo:Q4_K_M", HubAddress("org/repo", "Q4_K_M")),
        ("hf.co/org/repo:UD-Q4_K_XL", HubAddress("org/repo", "UD-Q4_K_XL")),
        ("org/repo:a.gguf", HubAddress("org/repo", file_name="a.gguf")),
        ("org/repo:" + "n" * 99 + ".GGUF", HubAddress("org/repo", file_name="n" * 99 + ".GGUF")),
        ("org/repo:a folder/a.gguf", HubAddress("org/repo", file_name="a folder/a.gguf")),
        ("hf.co/org/repo:b/a.gguf", HubAddress("org/repo", file_name="b/a.gguf")),
        ("huggingface.co/org/repo", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo/", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo?library=x#top", HubAddress("org/repo")),
        ("https://hf.co/org/repo:q8_0", HubAddress("org/repo", "q8_0")),
        ("https://huggingface.co/org/repo/tree/main", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo/tree/v1.0", HubAddress("org/repo", revision="v1.0")),
        ("https://huggingface.co/org/repo/discussions/3", HubAddress("org/repo")),
        (
            "https://huggingface.co/org/repo/blob/main/Q8_0/a%20b.gguf",
            HubAddress("org/repo", file_name="Q8_0/a b.gguf"),
        ),
        (
            "https://huggingface.co/org/repo/resolve/abc/a.gguf?download=true",
            HubAddress("org/repo", file_name="a.gguf", revision="abc"),
        ),
        ("hf.co/org/repo/blob/main/a b.gguf", HubAddress("org/repo", file_name="a b.gguf")),
        ("org/repo/Q8_0/a.gguf", HubAddress("org/repo", file_name="Q8_0/a.gguf")),
        ("org/repo@q4_k_m", HubAddress("org/repo", "q4_k_m")),
        ("org/repo@v1.0", HubAddress("org/repo", revision="v1.0")),
        ("hf.co/org/repo:latest", HubAddress("org/repo")),
        ("https://hf-mirror.com/org/repo", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo.git", HubAddress("org/repo")),
        ("git@hf.co:org/repo", HubAddress("org/repo")),
        ("https://me:hf_x@huggingface.co/org/repo", HubAddress("org/repo")),
        ("https://huggingface.co/api/models/org/repo", HubAddress("org/repo")),
        ("https://huggingface.co/org/repo/blob/main/README.md", HubAddress("org/repo")),
        (
            "https://huggingface.co/org/repo/tree/main/UD-Q4_K_XL",
            HubAddress("org/repo", "UD-Q4_K_XL"),
        ),
        ("https://huggingface.co/org/repo/tree/main/folder", HubAddress("org/repo")),
        (
            "https://huggingface.co/org/repo?show_file_info=Q8_0%2Fa-00001-of-00002.gguf",
            HubAddress("org/repo", file_name="Q8_0/a-00001-of-00002.gguf"),
        ),
        (
            "https://huggingface.co/org/repo/blob/refs%2Fpr%2F3/a.gguf",
            HubAddress("org/repo", file_name="a.gguf", revision="refs/pr/3"),
        ),
    ],
)
def test_what_people_paste_is_understood(text: str, expected: HubAddress) -> None:
    assert parse_hub_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "repo", "org/", "/repo", "org/repo/more", "org//repo:", "org/repo:", "org/re po",
        "../repo", "org/..", "org/repo:Q4/K", "org/re--po", "org/repo.git", "o" * 97 + "/r",
        "o/" + "r" * 97, "org/repo:../a.gguf", "org/repo/more:a.gguf", "org/repo:Q8_0:a.gguf",
        "C:/models/a.gguf", "org/repo:/a.gguf", "repo:a.gguf",
        "https://example.org/org/repo", "ftp://huggingface.co/org/repo",
        "https://huggingface.co/datasets/org/repo", "https://huggingface.co/org",
        "https://huggingface.co@example.org/org/repo", "https://[::1/org/repo",
        "https://huggingface.co/org/repo/resolve/main/..%2F..%2Fx.gguf",
        "https://huggingface.co/org/repo/resolve/../x.gguf/y", "org/repo\x00", "x" * 5000,
        "./model.gguf", "/models/a.gguf", "C:\\models\\a.gguf",
    ],
)  # fmt: skip
def test_other_words_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(HubNameError) as caught:
        parse_hub_address(text)
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence


AROUND = [
    "“{}”", '"{}"', "'{}'", "`{}`", "<{}>", "({})", "{},", " {} \n", "\ufeff{}", "[a model]({})",
    "ollama run hf.co/{}", "$ ollama pull hf.co/{} --verbose", "docker model run hf.co/{}",
    "llama-server -hf {}", "./llama-cli -hf {} -c 4096 -ngl 99 -p 'one/two'",
    "llama-server.exe -hf {}",
    "llama-server --hf-repo={} --port 8080", "lms get {}", "vllm serve {}", "shrinkscope get {}",
    "hf download {} --local-dir models/here", "huggingface-cli download --local-dir models/here {}",
    "HF_HUB_ENABLE_HF_TRANSFER=1 uvx hf download {}", "hf download \\\n  {} \\\n  --local-dir .",
    "Look at https://huggingface.co/{} please", "lmstudio://open_from_hf?model={}",
    "jan://models/huggingface/{}", "msty://models/search/hf/{}", "shrinkscope://open/{}",
    "hf://{}", "hf://models/{}", "https://huggingface.co/{}", "https://hf-mirror.com/{}",
    'Llama.from_pretrained(\n\trepo_id="{}",\n)', 'AutoModel.from_pretrained("{}")',
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_name_is_taken_off(around: str) -> None:
    assert parse_hub_address(around.format("org/repo")) == HubAddress("org/repo")
    if "hf://" not in around:
        named = parse_hub_address(around.format("org/repo:Q4_K_M"))
        assert named == HubAddress("org/repo", "Q4_K_M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hf download org/repo a.gguf --local-dir .", HubAddress("org/repo", file_name="a.gguf")),
        ("hf download org/repo Q8_0/a.gguf", HubAddress("org/repo", file_name="Q8_0/a.gguf")),
        (
            "huggingface-cli download org/repo --include '*Q4_K_M*'",
            HubAddress("org/repo", "Q4_K_M"),
        ),
        ('hf download org/repo --include "UD-Q4_K_XL/*"', HubAddress("org/repo", "UD-Q4_K_XL")),
        ("hf download org/repo --include *.gguf", HubAddress("org/repo")),
        (
            "hf download org/repo a.gguf --revision v1",
            HubAddress("org/repo", file_name="a.gguf", revision="v1"),
        ),
        ("llama-cli -hfr org/repo -hff a.gguf", HubAddress("org/repo", file_name="a.gguf")),
        (
            "wget -c 'https://huggingface.co/org/repo/resolve/main/a%20b.gguf?download=true' -O a",
            HubAddress("org/repo", file_name="a b.gguf"),
        ),
        (
            "curl -L -O https://huggingface.co/org/repo/resolve/main/a.gguf",
            HubAddress("org/repo", file_name="a.gguf"),
        ),
        ("git clone https://huggingface.co/org/repo", HubAddress("org/repo")),
        ("git clone git@hf.co:org/repo", HubAddress("org/repo")),
        ("lms get org/repo@q4_k_m", HubAddress("org/repo", "q4_k_m")),
        ("lms get --gguf org/repo", HubAddress("org/repo")),
        (
            "lmstudio://open_from_hf?model=org/repo&file=a.gguf",
            HubAddress("org/repo", file_name="a.gguf"),
        ),
        ("hf://org/repo/b/a.gguf", HubAddress("org/repo", file_name="b/a.gguf")),
        ("hf://org/repo@v1/a.gguf", HubAddress("org/repo", file_name="a.gguf", revision="v1")),
        (
            'Llama.from_pretrained(\n  repo_id="org/repo",\n  filename="*q8_0.gguf",\n)',
            HubAddress("org/repo", "Q8_0"),
        ),
        (
            'hf_hub_download("org/repo", filename="b/a.gguf")',
            HubAddress("org/repo", file_name="b/a.gguf"),
        ),
    ],
)
def test_commands_and_snippets_that_people_copy(text: str, expected: HubAddress) -> None:
    assert parse_hub_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "qwen3 coder/30b gguf", "org/repo and more", "llama org/repo", "hf download",
        "ollama run llama3.2",
        "wget https://example.org/org/repo", "lmstudio://settings",
        "https://example.org/x?model=org/repo", "file:///models/org/a.gguf", "hf://",
        "hf download org/repo ../../a.gguf",
    ],
)  # fmt: skip
def test_words_that_only_look_alike_name_nothing(text: str) -> None:
    with pytest.raises(HubNameError):
        parse_hub_address(text)


def test_another_hub_is_understood_where_it_is_named() -> None:
    hosts = frozenset({"hub.example.org:8443"})
    address = "https://hub.example.org:8443/org/repo/tree/main"
    assert parse_hub_address(address, hosts) == HubAddress("org/repo")
    with pytest.raises(HubNameError):
        parse_hub_address(address)


def test_an_address_is_written_as_it_is_typed() -> None:
    assert str(HubAddress("org/repo", "Q4_K_M")) == "org/repo:Q4_K_M"
    assert str(HubAddress("org/repo")) == "org/repo"
    named = HubAddress("org/repo", file_name="b/a.gguf")
    assert str(named) == "org/repo:b/a.gguf"
    assert parse_hub_address(str(named)) == named


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "a/../b", "/a", "a//b", "a/", "a\\b", "..\\x.gguf", "C:/x", "c:x", "a\x00",
        "a\n", "con", "CON.gguf", "a/nul.txt", "com1", "lpt9.gguf", "a.", "a ", " a", "a:b",
        "a*", "a?", "a|b", 'a"', "<a", "a>", "x" * 256, "a/" * 600 + "a", "\ud800",
    ],
)  # fmt: skip
def test_unsafe_file_names_are_refused(name: str) -> None:
    with pytest.raises(HubNameError):
        safe_parts(name)


@pytest.mark.parametrize(
    "name", ["a.gguf", "Q8_0/a-00001-of-00002.gguf", ".hidden", "ünï/模型.gguf", "console.gguf"]
)
def test_ordinary_file_names_are_fine(name: str) -> None:
    assert "/".join(safe_parts(name)) == name


@given(st.text(alphabet=st.sampled_from("ab./\\: \x00CON~-\u2028é"), max_size=30) | st.text())
def test_a_safe_name_never_leaves_its_folder(name: str) -> None:
    try:
        parts = safe_parts(name)
    except PersonError:
        return
    for flavour in (PurePosixPath, PureWindowsPath):
        base = flavour("/cache/snapshots")
        joined = base.joinpath(*parts)
        assert joined.is_relative_to(base)
        assert ".." not in joined.parts
        assert len(joined.parts) == len(base.parts) + len(parts)


@given(st.text(max_size=60) | st.from_regex(r"(https?://)?(hf\.co/)?[a-z./:-]{0,30}"))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_hub_address(text)
    except HubNameError as error:
        assert error.sentence  # noqa: PT017
        return
    assert is_repo_id(address.repo_id)
    assert parse_hub_address(str(address)).repo_id == address.repo_id
    if address.file_name is not None:
        safe_parts(address.file_name)


@pytest.mark.parametrize(
    "repo_id", ["a/b", "Org-1/re.po_2", "0/1", "_o/r", f"{'o' * 96}/{'r' * 96}"]
)
def test_repository_names(repo_id: str) -> None:
    assert check_repo_id(repo_id) == repo_id
