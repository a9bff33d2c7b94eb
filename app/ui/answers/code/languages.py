"""What is known about the languages of code blocks: comments, strings, keywords.

The regular expressions must take time in proportion to the text: possessive where they repeat, and
bounded where they may fail after they began.
"""

from __future__ import annotations

from dataclasses import dataclass

_C_WORDS = (
    "break case continue default do else enum extern for goto if inline register return sizeof "
    "static struct switch typedef union volatile while const"
)
_C_TYPES = "auto bool char double float int long short signed size_t unsigned void"
_OBJECT_WORDS = (
    "abstract as async await base catch class const continue delete do else enum export extends "
    "final finally for foreach fun function get if implements import in instanceof interface is "
    "let new of operator out override package private protected public readonly return sealed set "
    "static super switch this throw throws try type typeof using val var virtual when where while "
    "with yield break case default extern internal lock namespace params ref struct event "
    "companion data init lateinit object open suspend declare keyof"
)
_CONSTANTS = "true false null nil none undefined nan inf nullptr True False None"


@dataclass(frozen=True, slots=True)
class Language:
    """How to tell the tokens of one language apart.

    Attributes:
        keywords: Words of the language, apart from spaces.
        builtins: Names that it brings.
        line: Marks of a comment up to the end of the line.
        blocks: Opening and closing marks of longer comments.
        quotes: Signs around a string that ends with its line.
        long_quotes: Marks around a string of several lines.
        extra: Regular expressions of its own by what they are.
        lower: Words are keywords in any letters.
        defining: Keywords before a name that is defined.
    """

    keywords: str = ""
    builtins: str = ""
    line: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()
    quotes: str = "\"'"
    long_quotes: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    lower: bool = False
    defining: str = "class def enum fn fun func function interface struct trait type"


_SLASHES = ("//",)
_STARS = (("/*", "*/"),)
_AT = (("name", r"@[A-Za-z_][\w.]*+"),)
_HASH_WORD = (("keyword", r"#[ \t]{0,8}[a-z]++"),)
_VARIABLE = (("name", r"\$\{?\w*+\}?"),)
_KEY = r"\w[\w.-]{0,60}+(?=[ \t]{0,8}[:=])"

_LANGUAGES: dict[str, Language] = {
    "python py python3 py3": Language(
        "and as assert async await break class continue def del elif else except finally for from "
        "global if import in is lambda match nonlocal not or pass raise return try while with "
        "yield case",
        "abs all any bool bytes dict enumerate filter float frozenset getattr int isinstance "
        "len list map max min next object open print property range repr reversed round self set "
        "setattr sorted staticmethod str sum super tuple type zip Exception ValueError TypeError "
        "KeyError RuntimeError",
        ("#",),
        long_quotes=('"""', "'''"),
        extra=_AT,
    ),
    "c h": Language(_C_WORDS, _C_TYPES, _SLASHES, _STARS, extra=_HASH_WORD),
    "cpp c++ cc cxx hpp cuda": Language(
        f"{_C_WORDS} alignas alignof and catch class concept constexpr consteval constinit "
        "co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable "
        "namespace new noexcept not operator or override private protected public reinterpret_cast "
        "requires static_assert static_cast template this throw try typename using virtual",
        f"{_C_TYPES} string vector map std",
        _SLASHES,
        _STARS,
        extra=_HASH_WORD,
    ),
    "java csharp c# cs kotlin kt dart scala groovy javascript js jsx typescript ts tsx": Language(
        _OBJECT_WORDS,
        f"{_C_TYPES} boolean byte String number string any never unknown object Array Promise "
        "console document window Math JSON List Map Set",
        _SLASHES,
        _STARS,
        long_quotes=("`",),
        extra=_AT,
    ),
    "go golang": Language(
        "break case chan const continue default defer else fallthrough for func go goto if import "
        "interface map package range return select struct switch type var",
        "append bool byte cap close copy error float64 int int64 len make new panic rune string",
        _SLASHES,
        _STARS,
        long_quotes=("`",),
    ),
    "rust rs": Language(
        "as async await break const continue crate dyn else enum extern fn for if impl in let loop "
        "match mod move mut pub ref return self Self static struct super trait type unsafe use "
        "where while",
        "bool char f32 f64 i32 i64 isize str u8 u32 u64 usize String Vec Option Some Ok Err Result "
        "Box println",
        _SLASHES,
        _STARS,
        quotes='"',
        extra=(("name", r"#!?\[[^\]\n]{0,80}\]"), ("string", r"'(?:[^'\\\n]|\\.)'")),
    ),
    "swift": Language(
        f"{_OBJECT_WORDS} func guard inout protocol extension defer fallthrough repeat",
        "Int String Double Bool Array Dictionary print",
        _SLASHES,
        _STARS,
        quotes='"',
        long_quotes=('"""',),
        extra=_AT,
    ),
    "php": Language(
        f"{_OBJECT_WORDS} echo elseif endif endforeach require include use trait",
        "array count isset empty strlen",
        ("//", "#"),
        _STARS,
        extra=_VARIABLE,
    ),
    "ruby rb": Language(
        "alias and begin break case class def defined do else elsif end ensure for if in module "
        "next not or redo rescue retry return self super then undef unless until when while yield",
        "attr_accessor attr_reader puts print require require_relative raise lambda proc",
        ("#",),
        extra=(("name", r"@@?\w++|:[a-z_]\w*+"),),
        defining="class def module",
    ),
    "bash sh shell zsh console shell-session": Language(
        "case do done elif else esac fi for function if in local return select then until while "
        "export",
        "cd cp echo eval exec exit grep ls mkdir mv printf read rm sed set source sudo test",
        ("#",),
        extra=_VARIABLE,
    ),
    "powershell ps1 pwsh": Language(
        "begin break catch continue do else elseif end exit filter finally for foreach function if "
        "in param process return switch throw try until while",
        "",
        ("#",),
        (("<#", "#>"),),
        extra=_VARIABLE,
        lower=True,
    ),
    "perl pl": Language(
        "else elsif for foreach if last local my next our package redo return sub unless until use "
        "while",
        "print push pop shift split join keys values",
        ("#",),
        extra=(("name", r"[$@%]\w++"),),
        defining="sub package",
    ),
    "sql mysql postgresql sqlite": Language(
        "add all alter and as asc between by case check column constraint create cross default "
        "delete desc distinct drop else end exists foreign from full group having in index inner "
        "insert into is join key left like limit not on or order outer over partition primary "
        "references right select set table then union unique update using values view when where "
        "with",
        "avg count max min sum coalesce int integer text varchar date timestamp boolean",
        ("--",),
        _STARS,
        lower=True,
        defining="",
    ),
    "lua": Language(
        "and break do else elseif end for function goto if in local not or repeat return then "
        "until while",
        "ipairs pairs print require string table math",
        ("--",),
    ),
    "r": Language(
        "break else for function if in next repeat return while library",
        "c data.frame list matrix mean print sum",
        ("#",),
        defining="",
    ),
    "julia jl": Language(
        "begin break catch const continue do else elseif end export finally for function global if "
        "import in let local macro module return struct try using while mutable",
        "println push length",
        ("#",),
        (("#=", "=#"),),
        quotes='"',
        long_quotes=('"""',),
    ),
    "matlab octave": Language(
        "break case catch continue else elseif end for function if otherwise return switch try "
        "while",
        "disp fprintf zeros ones",
        ("%", "#"),
        quotes='"',
        defining="function",
    ),
    "haskell hs": Language(
        "case class data deriving do else if import in infix instance let module newtype of then "
        "type where",
        "Int Integer String Maybe Just Nothing IO Bool",
        ("--",),
        (("{-", "-}"),),
        quotes='"',
    ),
    "html xml svg vue": Language(
        blocks=(("<!--", "-->"),),
        quotes='"',
        extra=(
            ("keyword", r"</?[A-Za-z][\w:.-]*+|/?>"),
            ("name", r"[A-Za-z_:][\w:.-]{0,60}+(?==)"),
        ),
        defining="",
    ),
    "css scss less": Language(
        "important",
        blocks=_STARS,
        line=("//",),
        extra=(
            ("keyword", r"@[a-z-]++"),
            ("number", r"#[0-9a-fA-F]{3,8}+"),
            ("name", r"[a-z][a-z-]{0,40}+(?=[ \t]{0,8}:)"),
        ),
        defining="",
    ),
    "json json5 jsonc": Language(
        line=_SLASHES,
        blocks=_STARS,
        extra=(("name", r'"(?:[^"\\\n]|\\.)*+"(?=[ \t]{0,8}:)'),),
        defining="",
    ),
    "yaml yml": Language(line=("#",), extra=(("name", _KEY),), defining=""),
    "toml ini cfg conf properties": Language(
        line=("#", ";"),
        extra=(("keyword", r"^\[[^\]\n]{0,80}\]"), ("name", _KEY)),
        long_quotes=('"""', "'''"),
        defining="",
    ),
    "make makefile": Language(
        "ifeq ifneq ifdef ifndef else endif include define endef export",
        "",
        ("#",),
        extra=(("name", r"^[\w.%-]++(?=[ \t]{0,8}:)|\$[({]\w*+[)}]"),),
        defining="",
    ),
    "dockerfile docker": Language(
        "from run cmd label expose env add copy entrypoint volume user workdir arg onbuild "
        "stopsignal healthcheck shell as",
        "",
        ("#",),
        extra=_VARIABLE,
        lower=True,
        defining="",
    ),
    "diff patch": Language(
        quotes="",
        extra=(
            ("keyword", r"^(?:@@|diff |index |--- |\+\+\+ )[^\n]*+"),
            ("added", r"^\+[^\n]*+"),
            ("removed", r"^-[^\n]*+"),
        ),
        defining="",
    ),
}

LANGUAGES = {name: language for names, language in _LANGUAGES.items() for name in names.split()}
"""By every name that stands behind the marks of a code block."""

CONSTANTS = frozenset(_CONSTANTS.split())
