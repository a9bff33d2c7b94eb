"""Which texts the window's modules say, as Python reads them and as Qt's extractor finds them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from pathlib import Path

EXTRACTOR = Path(sys.executable).with_name("pyside6-lupdate")
_CALLED = ("translate", "QT_TRANSLATE_NOOP")  # with the context first
_WORDS = re.compile(r"[A-Za-z]{2,}[,;:]?\s+[A-Za-z]|[a-z]{3,}[.?!…]$")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_TAG = re.compile(r"<[^<>]*>|<[^<>]*$|^[^<>]*>")
_STYLE = re.compile(r":\s*[\w-]+;")
# Who shows what it is given, be it one word, and who takes words that no person reads.
_SHOWS = re.compile(
    r"set(Text|ToolTip|Accessible\w+|PlaceholderText|WindowTitle|Title|StatusTip|WhatsThis)"
    r"|add(Action|Item|Tab|Menu)|set_tip|label|Q(Label|PushButton|Action|CheckBox|ToolButton|Menu)"
)
_UNSEEN = re.compile(
    r"_?log\.\w+|(Assertion|Value|Type|Runtime|Key|Lookup)Error|cast|TypeVar"
    r"|.*\.(setStyleSheet|setObjectName|setProperty|compile|getLogger)"
)

Text = tuple[str, str]
"""Context and English text."""


def found_by_qt(modules: Iterable[Path], folder: Path) -> set[Text]:
    """What the extractor finds; ``folder`` is for its file."""
    target = folder / "texts.ts"
    command = [EXTRACTOR, *modules, "-ts", target]
    subprocess.run(command, check=True, capture_output=True)
    return {
        (context.findtext("name") or "", message.findtext("source") or "")
        for context in ElementTree.parse(target).getroot().iter("context")
        for message in context.iter("message")
    }


class Sayings(ast.NodeVisitor):
    """The texts that a module says, and what is wrong with how it says them.

    Attributes:
        texts: What is said by calls that Qt's extractor knows.
        unsure: Where what is said is no literal.
        bare: Where words stand that nobody translates.
    """

    def __init__(self, module: Path) -> None:
        self.texts: set[Text] = set()
        self.unsure: list[str] = []
        self.bare: list[str] = []
        self._module = module
        self._classes: list[str] = []
        self.visit(ast.parse(module.read_text(encoding="utf-8")))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self._body(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._body(node)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def _body(self, node: ast.ClassDef | ast.FunctionDef | ast.Module) -> None:
        for child in node.body:  # but for docstrings
            if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
                self.visit(child)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        alias = ast.unparse(node.annotation) == "TypeAlias"
        if node.value is not None and not alias:  # annotations are texts, too
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Faults of the program, which no person is to see."""

    def visit_Compare(self, node: ast.Compare) -> None:
        for side in (node.left, *node.comparators):
            if not isinstance(side, ast.Constant):  # nobody reads what is only compared
                self.visit(side)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        if name == "tr" or (name in _CALLED and len(node.args) > 1):
            context = self._classes[-1:] if name == "tr" else []
            if called.endswith(".translate") and called != "QCoreApplication.translate":
                self.generic_visit(node)  # a painter's, or letters'
            elif all(
                isinstance(given, ast.Constant) and isinstance(given.value, str)
                for given in node.args
            ):
                said = [*context, *(given.value for given in node.args)]  # type: ignore[attr-defined]
                self.texts.add((said[0], said[1]))
            else:
                self.unsure.append(self._place(node, called))
        elif not _UNSEEN.fullmatch(called):
            if _SHOWS.fullmatch(name):
                self.bare += [
                    self._place(given, given.value)
                    for given in (node.args[:1] if name == "label" else node.args)
                    if isinstance(given, ast.Constant)
                    and isinstance(given.value, str)
                    and _LETTERS.search(given.value)
                    and not _WORDS.search(given.value)  # told below
                ]
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if (
            isinstance(node.value, str)
            and _WORDS.search(_TAG.sub(" ", node.value))
            and not _STYLE.search(node.value)
        ):
            self.bare.append(self._place(node, node.value))

    def _place(self, node: ast.expr, what: str) -> str:
        return f"{self._module}:{node.lineno}: {what}"


def sayings_of(folders: Iterable[Path]) -> Iterator[tuple[Path, Sayings]]:
    """Of every module below folders."""
    for folder in folders:
        for module in sorted(folder.rglob("*.py")):
            yield module, Sayings(module)
