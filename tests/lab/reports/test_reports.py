"""Verdicts, remarks and reports of a ladder that was made by hand.

Tests app.lab.verdict.remarks and app.lab.works.ladders.differences.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import msgspec
import pytest
from markdown_it import MarkdownIt

from app.core.candidates.candidate import COLOURS
from app.core.errors import PersonError
from app.core.plots.axes import Axis
from app.core.plots.scatter import PlotPoint, pareto
from app.core.quality.apart import WorstToken
from app.core.quality.floor import AT_FLOOR, NO_FURTHER
from app.core.statistics.anytime import win_rate
from app.core.text.clean import clean_line, clean_text
from app.core.verdict import Limits
from app.core.words.sentence import English
from app.lab.ladder.rows import Taken
from app.lab.reports.document import ladder_document
from app.lab.reports.files import write_reports
from app.lab.reports.html import html_text
from app.lab.reports.plots import scatter
from app.lab.reports.reported import read_report, reported
from app.lab.reports.sharing import shareable
from app.lab.reports.text import csv_text, markdown_text
from app.lab.works.ladders.differences import differences
from app.lab.works.ladders.entry import rows_of
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

VOID = {"meta", "br"}


class Strict(HTMLParser):
    """Fails where an element is not closed, or something would be fetched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "link", "iframe", "object"}
        assert not {"src", "href", "onclick", "onload"} & {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_document_has_everything_and_is_plain_json() -> None:
    document = msgspec.json.decode(msgspec.json.encode(cases.document()))
    f16, q8, q2, crashed = document["candidates"]
    assert [row["level"] for row in document["candidates"]] == ["F16", "Q8_0", "Q2_K", None]
    assert f16["is_reference"]
    assert f16["mean_kld"] is None  # itself is nothing to lose against
    assert document["noise_floor"]["mean_kld"] == 1e-7
    assert q8["mean_kld"] == 0.001
    assert q2["kinds"][0]["verdict"] == "loses"
    assert q2["kinds"][0]["lost"] == 60
    assert q2["failures"][0]["prompt"] == "sums <0>?"
    assert f16["kinds"][0]["accuracy"] == 1
    assert f16["kinds"][0]["difference"] is None
    assert crashed["error"].startswith("The engine ended")
    assert crashed["kinds"] == []
    assert [one["state"] for one in document["verdicts"]] == [
        "as good as",
        "as good as",
        "loses",
        "cannot tell yet",
    ]
    assert document["recommendation"]["file"] == "/m/sky-Q8_0.gguf"
    assert "as good as F16 in both kinds" in document["recommendation"]["sentence"]
    assert document["text"]["sha256"]
    assert document["items"]["count"] == 480


def test_the_page_is_whole_and_harmless() -> None:
    view = cases.view()
    page = html_text(view)
    reader = Strict()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    text = " ".join(reader.texts)
    assert view.recommendation.sentence in text
    for row in view.rows:
        assert row.sentence in text
    assert "<script>" in text  # the file's name, as text
    assert "prefers-color-scheme:dark" in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg)
    assert page.count("<figure") >= 4 + 2


def test_the_page_of_a_ladder_with_next_to_nothing() -> None:
    measured = cases.result()
    for file in measured.rows:
        cases.change(measured, file, memory=None, quality=None, tasks=None, speed=())
    view = cases.view(measured)
    reader = Strict()
    reader.feed(html_text(view))
    assert reader.open == []
    assert "no questions were asked" in " ".join(reader.texts)
    assert markdown_text(view)
    assert csv_text(view)


def test_markdown_is_one_table_that_foreign_names_cannot_break() -> None:
    measured = cases.result()
    cases.change(measured, "/m/<script>.gguf", error=English("a|b\nc"))
    text = markdown_text(cases.view(measured))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 4
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert r"a\|b c" in text
    assert "240/240" not in text  # the two kinds are added up
    assert "480/480" in text
    assert "Measured with Shrinkscope" in text


def test_csv_has_a_line_for_each() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(cases.view()))))
    assert [row["level"] for row in rows] == ["F16", "Q8_0", "Q2_K", ""]
    assert float(rows[1]["mean_kld"]) == 0.001
    assert rows[2]["state"] == "loses"
    assert rows[2]["lost"] == "60"
    assert float(rows[1]["tokens_per_second"]) == pytest.approx(160 / 8.5)


HOSTILE_NAMES = [
    "\x1b]0;mine\x07\u009b31m\u202egpj",
    "two\r\nlines\there",
    "half\udcff",
    "- # heading",
    "> quote ~~struck~~ $x$ &lt;b&gt;",
    "![picture](http://127.0.0.1/x.png) [link](file:///etc)",
    "<img src=x> `code` *strong* _soft_ __strong__",
    "@everyone, see org/repo#12, #13, www.example.org, https://example.org or a@b.example",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_foreign_name_is_nothing_but_a_name_in_every_report(name: str) -> None:
    usual = cases.view()
    first, *rest = usual.rows
    view = replace(
        usual,
        rows=(first, *(replace(row, name=name, error=name) for row in rest)),
        recommendation=replace(usual.recommendation, sentence=f"Run {name}.", remarks=(name,)),
        remarks=(name,),
        plan=msgspec.structs.replace(usual.plan, text_name=name.replace("/", ":")),
    )
    for text in (markdown_text(view), csv_text(view), html_text(view)):
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")
                    and sign not in "\r\n\t"]  # fmt: skip
        assert not {"\u202e", "\u200b", "\ufeff"} & set(text)

    source = markdown_text(view)
    assert not re.search(r"[@#]\w|://|\bwww\.", source.replace("&#8203;", "\u200b"))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    assert {token.tag for token in tokens if token.type == "heading_open"} == {"h2"}
    assert sum(token.type == "blockquote_open" for token in tokens) == 1
    inline = {one.type for token in tokens for one in token.children or ()}
    assert inline == {"text", "strong_open", "strong_close"}
    shown = "".join(one.content for token in tokens for one in token.children or ())
    plain = " ".join(clean_text(name).split())
    assert shown.replace("\u200b", "").count(plain) >= 8

    rows = list(csv.DictReader(io.StringIO(csv_text(view))))
    assert len(rows) == len(view.rows)
    assert rows[1]["name"].removeprefix("'") == clean_line(name)
    reader = Strict()
    reader.feed(html_text(view))
    assert reader.open == []
    assert clean_text(name) in " ".join(reader.texts)


@pytest.mark.parametrize("name", ["=1+1", "-1+1", "+1", "@SUM(A1)"])
def test_a_cell_of_a_report_is_never_a_formula(name: str) -> None:
    view = cases.view()
    view = replace(view, rows=tuple(replace(row, name=name, error=name) for row in view.rows))
    for row in csv.DictReader(io.StringIO(csv_text(view))):
        assert row["name"] == row["error"] == f"'{name}"


def test_blind_votes_have_a_column_where_there_are_any() -> None:
    plan = cases.result().plan
    voted = rows_of(plan)[1]
    view = cases.view(limits=Limits(), votes={(voted, plan.reference): win_rate(12, 5)})
    interval = win_rate(12, 5).interval
    low, high = (f"{100 * end:.0f} %" for end in (interval.low, interval.high))
    text = markdown_text(view)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert f"| 12 of 17 ({low} to {high}) |" in text
    reader = Strict()
    reader.feed(html_text(view))
    assert "12 of 17" in reader.texts
    assert f"{low} to {high}" in reader.texts
    (row,) = [row for row in csv.DictReader(io.StringIO(csv_text(view))) if row["votes_low"]]
    assert (row["file"], row["votes_better"], row["votes_worse"]) == (voted, "12", "5")
    without = cases.view()
    assert "votes" not in markdown_text(without)
    assert "Blind votes" not in html_text(without)


def test_reports_are_written_together(tmp_path: Path) -> None:
    view = cases.view()
    written = write_reports(view, tmp_path / "report.html")
    assert sorted(path.suffix for path in written) == [".csv", ".html", ".json", ".md"]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert read_report(tmp_path / "report.json").limits.memory_bytes == 4000 * cases.MB
    assert [p.name for p in write_reports(view, tmp_path / "one.md")] == ["one.md"]
    with pytest.raises(PersonError, match="cannot be written"):
        write_reports(view, tmp_path / "nowhere" / "report.html")


def test_differences_tell_chance_from_change() -> None:
    before, same = reported(cases.document()), reported(cases.document())
    assert differences(before, same) == []

    measured = cases.result()
    speed = (cases.speed("pp512", 905.0), cases.speed("tg128", 10.0))
    cases.change(measured, "/m/sky-Q8_0.gguf", speed=speed, tasks=cases.tasks(60))
    after = reported(cases.document(measured))
    found = {one.figure: one for one in differences(before, after)}
    assert not found["pp512"].notable
    assert found["tg128"].notable
    assert found["tg128"].after == 10.0
    assert found["right at sums"].before == 240
    assert found["answers judged otherwise"].after == 60
    assert found["state"].after == "loses"


def test_remarks_say_what_was_not_alike() -> None:
    measured = cases.result()
    cases.change(
        measured,
        "/m/sky-Q8_0.gguf",
        facts=cases.facts("Q8_0", 8.5, template_sha256="other", vocabulary_size=5),
        speed=(cases.speed("tg128", 20.0, others_cores=1.5, power="battery"),),
    )
    again, facts = (cases.speed("tg128", 5.0),), cases.facts("Q5_K_M", 5.7)
    cases.change(measured, measured.plan.reference, again=again, facts=facts)
    remarks = " ".join(cases.document(measured)["remarks"])
    for part in (
        "chat template of Q8_0 differs",
        "another vocabulary",
        "1.5 cores busy",
        "on battery",
        "the PC itself has changed",
        "shrunken itself",
    ):
        assert part in remarks
    assert cases.document()["remarks"] == []


def test_empty_answers_are_told_as_such() -> None:
    measured = cases.result()
    facts = cases.facts("Q2_K", 3.2, template_sha256=None)
    cases.change(measured, "/m/sky-Q2_K.gguf", facts=facts, tasks=cases.tasks(60, "empty"))
    view = cases.view(measured)
    document = ladder_document(view)
    (kind, *_) = next(row for row in document["candidates"] if row["level"] == "Q2_K")["kinds"]
    assert (kind["empty"], kind["out_of_tokens"]) == (60, 0)
    assert "<small>60 empty</small>" in html_text(view)
    said = " ".join(document["remarks"])
    assert "Q2_K gave no word as answer to 60 of" in said
    assert "Asked by plain completion, the others in their chat templates: Q2_K." in said


def test_files_of_one_level_are_told_apart_by_name() -> None:
    measured = cases.result()
    cases.change(measured, "/m/sky-Q2_K.gguf", facts=cases.facts("Q8_0", 8.5))
    names = [row["name"] for row in cases.document(measured)["candidates"]]
    assert names == ["F16", "sky-Q8_0", "sky-Q2_K", "<script>"]


def test_the_pareto_edge_by_hand() -> None:
    less = Axis("memory", str)
    more = Axis("speed", str, more_is_better=True)
    loss = Axis("loss", str)
    points = [
        PlotPoint("a", 0, 1.0, 9.0),
        PlotPoint("b", 1, 2.0, 3.0),
        PlotPoint("c", 2, 3.0, 3.0),  # b needs less and loses no more
        PlotPoint("d", 3, 4.0, 0.0),
    ]
    assert [point.name for point in pareto(points, less, loss)] == ["a", "b", "d"]
    assert [point.name for point in pareto(points, more, loss)] == ["d"]


@pytest.mark.parametrize("is_log", [False, True])
def test_a_plot_of_one_point_and_of_equal_points(is_log: bool) -> None:
    axis = Axis("loss", str, is_log=is_log)
    for points in ([PlotPoint("a", 0, 1.0, 1.0)], [PlotPoint(n, 7, 1.0, 1.0) for n in "abc"]):
        ElementTree.fromstring(scatter("title", points, Axis("x", str), axis, 0.0))


def with_partings() -> LadderResult:
    measured = cases.result()
    row = measured.rows["/m/sky-Q2_K.gguf"]
    assert row.quality is not None
    own = cases.parting(prompt="My secret?", before="A secret", reference="word", is_own=True)
    same = cases.parting(prompt="Same?", parted=False, same_tokens=20)
    worst = WorstToken("my secret", "word", 2.0, 0.9, 0.1, is_own=True)
    quality = msgspec.structs.replace(
        row.quality,
        continuations=(cases.parting(), own, same),
        worst=(*row.quality.worst, worst),
    )
    cases.change(measured, row.file, quality=quality)
    return measured


def test_reports_show_where_answers_part_but_not_ones_own_chats(tmp_path: Path) -> None:
    view = cases.view(with_partings())
    shown = ladder_document(view)["candidates"][2]["continuations"]
    assert [one["prompt"] for one in shown] == ["Why is the <sky> blue?", "My secret?", "Same?"]
    paths = write_reports(view, tmp_path / "report.html")
    texts = {path.suffix: path.read_text(encoding="utf-8") for path in paths}
    assert all("secret" not in text for text in texts.values())
    page = texts[".html"]
    assert "2 of 3 greedy answers leave the original&#39;s, the first after 3 tokens" in page
    assert "Why is the &lt;sky&gt; blue?" in page
    assert "<code>scattering</code>" in page
    assert "the same for all 20 tokens" in page
    assert "(in one&#39;s own chats)" in page
    assert "2 of 3 greedy answers leave" in texts[".md"]


def test_another_vocabulary_has_bits_per_byte_in_reports() -> None:
    measured = cases.result()
    row = measured.rows["/m/sky-Q2_K.gguf"]
    assert row.quality is not None
    figures = dict.fromkeys(row.quality.figures) | {
        "bits_per_byte": 1.234, "reference_bits_per_byte": 1.0, "bits_per_byte_difference": 0.234,
        "bits_per_byte_difference_low": 0.2, "bits_per_byte_difference_high": 0.27, "chunks": 9,
        "bits_per_byte_difference_se_chunks": 0.01,
    }  # fmt: skip
    quality = msgspec.structs.replace(
        row.quality, figures=figures, refused="It has another vocabulary.", histogram=(), worst=()
    )
    cases.change(measured, row.file, quality=quality)
    view = cases.view(measured)
    document = ladder_document(view)
    reference, _, other, _ = document["candidates"]
    assert reference["bits_per_byte"] == 1.0
    assert other["refused"] == "It has another vocabulary."
    assert other["error"] is None
    said = next(one for one in document["verdicts"] if one["file"] == row.key)
    assert "it needs 23 ± 2 % more bits for a byte of text than F16" in said["sentence"]
    assert "| 1.234 (1.200 to 1.270) |" in markdown_text(view)
    assert "bits/byte" not in markdown_text(cases.view())
    assert "<small>1.200 to 1.270</small>" in html_text(view)
    assert ",1.234," in csv_text(view)


def test_a_report_by_an_earlier_rule_is_said() -> None:
    new = reported(cases.document())
    old = {name: value for name, value in cases.document().items() if name != "verdict_rule"}
    (found,) = differences(reported(old), new)
    assert found.figure == "rule of the verdicts"
    assert (found.before, found.after) == (1, new.verdict_rule)


def at_the_floor() -> LadderResult:
    """A ladder whose reference is as far from itself as its first candidate is from it."""
    result = cases.result()
    cases.change(result, result.plan.reference, quality=cases.quality(0.0009, 0.95))
    return result


def test_a_version_at_the_noise_floor_says_so_wherever_its_figures_stand() -> None:
    view = cases.view(at_the_floor(), Limits())
    document = ladder_document(view)
    f16, q8, q2, crashed = document["candidates"]
    rows = [row["at_noise_floor"] for row in (f16, q8, q2, crashed)]
    assert rows == [None, True, False, None]
    assert document["noise_floor"]["same_top"] == 0.95
    by_file = {verdict["file"]: verdict["sentence"] for verdict in document["verdicts"]}
    assert NO_FURTHER in by_file[q8["file"]]
    assert NO_FURTHER not in by_file[q2["file"]]

    page = Strict()
    page.feed(html_text(view))
    assert page.texts.count(AT_FLOOR) == 1  # the cell of its divergence
    assert any("same next word 95.00 %" in text for text in page.texts)
    assert any(f"none. Q8_0: {NO_FURTHER}" in text for text in page.texts)  # below the plot
    lines = markdown_text(view).splitlines()
    assert any(line.startswith("| Q8_0 |") and "at the noise floor" in line for line in lines)
    assert any("same next word 95.00 %" in line for line in lines)
    table = list(csv.DictReader(io.StringIO(csv_text(view))))
    assert [row["at_noise_floor"] for row in table] == ["", NO_FURTHER, "", ""]
    assert {row["noise_floor_same_top"] for row in table} == {"0.95"}


def test_a_report_tells_when_and_where_it_was_measured_whenever_it_is_written(
    tmp_path: Path,
) -> None:
    document = cases.document()
    assert document["made"] == "2025-11-30T12:00:00+00:00"
    assert document["program"] == "Shrinkscope 0.0.9"
    assert document["machine"]["cpu"] == "A <processor>"
    old = cases.result()
    old.taken = Taken(cases.TAKEN.when_ns)  # kept by a version that noted the time alone
    view = cases.view(old)
    document = ladder_document(view)
    assert (document["program"], document["machine"]) == (None, None)
    page = html_text(view)
    assert "2025-11-30 · 4 threads" in page
    assert "processor" not in page.partition("What it was taken with")[2].partition("</dl>")[0]
    write_reports(view, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json").cpu is None


def test_letters_and_colours_are_those_of_the_window() -> None:
    letters = {"/m/sky-F16.gguf": "A", "/m/sky-Q8_0.gguf": "C", "/m/sky-Q2_K.gguf": "D"}
    page = html_text(shareable(cases.view(letters=letters)))
    for letter, name in (("A", "F16"), ("C", "Q8_0"), ("D", "Q2_K")):
        head = page[: page.index(f"<b>{letter}</b> {name}")]
        assert f'fill="{COLOURS[letter]}"' in head[head.rindex("<svg") :]
        assert f">{letter} {name}</text>" in page, "in the plots, too"
