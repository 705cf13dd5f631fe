"""The page: whole in one file, true to the protected table, legible on a phone."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import math
import re
import shutil
from pathlib import Path

import attrs
import pytest
from tests.publish.synthetic_release import LARGE, LISTS, PLAN, SMALL, facts_of, study_of

from uncounted.captures import CaptureTable
from uncounted.errors import BadMapping, NotPublishable
from uncounted.estimate.base.rows import LinkageUncertainty, Quantiles
from uncounted.publish.facts import AlternativeLinkages, ReleaseFacts
from uncounted.publish.plan import Plan
from uncounted.publish.release import build
from uncounted.publish.report import sections
from uncounted.publish.report.html import tongue


@pytest.fixture(scope="module")
def small() -> dict[str, bytes]:
    return build(facts_of(SMALL), PLAN)


@pytest.fixture(scope="module")
def large() -> dict[str, bytes]:
    return build(facts_of(LARGE, truth=5000), PLAN)


class Reader(html.parser.HTMLParser):
    """Collects text, and tags that are opened and never closed."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of SVG: closed as it is opened."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    return reader


def test_the_page_parses_and_no_id_is_used_twice(small: dict[str, bytes]) -> None:
    reader = read(small["report.html"])
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))


@pytest.mark.parametrize(
    ("counts", "copied", "said"), [(LARGE, True, True), (LARGE, False, False), (SMALL, True, False)]
)
def test_a_list_that_stands_in_another_is_reported_where_no_count_is_hidden(
    counts: dict[str, int], copied: bool, said: bool
) -> None:
    facts = facts_of(counts)
    assert facts.linkage is not None
    facts = attrs.evolve(facts, linkage=attrs.evolve(facts.linkage, copied=copied))
    page = build(facts, PLAN)["report.html"]
    words = " ".join("".join(read(page).text).split())
    assert ("are also on another, with identical records" in words) is said


WAYS = AlternativeLinkages(8, 2, 0, (1150.0, 1689.0), strict=1451.0, loose=1204.0)


@pytest.mark.parametrize(
    ("counts", "ways", "head", "below"),
    [
        (LARGE, WAYS, "it reaches from 1,140 to 1,700", "from 1,140 to 1,700. This is not"),
        (LARGE, WAYS, "it reaches", "With strict matching the main estimate is about 1,460"),
        (LARGE, attrs.evolve(WAYS, strict=None), "it reaches", "do not determine. Independent"),
        (
            LARGE,
            attrs.evolve(WAYS, interval=(1155.0, math.inf), not_estimable=1),
            "it reaches from 1,140 with no upper limit",
            "Under one of those that pass there is no estimate.",
        ),
        (
            LARGE,
            attrs.evolve(WAYS, interval=(1158.3, 1603.8)),
            "that pass their checks do not widen it",
            "Two of these pass.",
        ),
        (
            LARGE,
            AlternativeLinkages(8, 0, 0, (1.0, 2.0)),
            "No alternative record-matching model",
            "None of these passes.",
        ),
        (
            LARGE,
            AlternativeLinkages(8, 1, 1, (1.0, 2.0)),
            "models there is no estimate",
            "One of these passes. Under one of those",
        ),
        (
            LARGE,
            AlternativeLinkages(0, 0, 0, (1.0, 2.0)),
            "were not tried",
            "Which records are about",
        ),
    ],
)
def test_what_other_ways_of_linking_give_stands_next_to_the_range(
    counts: dict[str, int], ways: AlternativeLinkages, head: str, below: str
) -> None:
    facts = facts_of(counts)
    assert facts.linkage is not None
    facts = attrs.evolve(facts, linkage=attrs.evolve(facts.linkage, alternatives=ways))
    made = build(facts, PLAN)
    words = " ".join("".join(read(made["report.html"]).text).split())
    lead, rest = words.split(" Record linkage ", 1)
    assert head in lead
    assert below in rest
    told = json.loads(made["estimate.json"])["linkage"]
    assert told["alternatives"] == {"tried": ways.tried, "passing": ways.passing}
    assert (told["range"] is None) == (ways.passing == ways.not_estimable)


@pytest.mark.parametrize("failed_check", [True, False])
def test_a_linkage_that_fails_a_check_is_reported_at_the_head(failed_check: bool) -> None:
    facts = facts_of(LARGE)
    assert facts.linkage is not None
    facts = attrs.evolve(
        facts, linkage=attrs.evolve(facts.linkage, failed_check=failed_check, alternatives=WAYS)
    )
    made = build(facts, PLAN)
    lead, rest = " ".join("".join(read(made["report.html"]).text).split()).split(
        " Record linkage ", 1
    )
    for part in (lead, rest):
        assert ("record linkage fails a check that it should pass" in part) is failed_check
    assert json.loads(made["estimate.json"])["linkage"]["failed_check"] is failed_check


def test_those_on_no_list_are_rounded_as_the_total() -> None:
    """969, shown as 970, of whom 891 are recorded: 78 are on none, shown as 80."""
    facts = facts_of(LARGE)
    table = CaptureTable.of(LISTS, LARGE)
    n = table.observed
    facts = attrs.evolve(facts, study=study_of(table, n + 78.0, n + 1.0, n + 600.0))
    lead = _lead_of(facts)
    assert (
        f"By the estimate, about {n / (n + 78):.0%} of them are documented on at least one list."
        in lead
    )
    assert "We estimate 970 in total" in sections.compose(facts, PLAN)[0].headline
    assert "The others, about 80, are on none" in lead


@pytest.mark.parametrize(("bound", "said"), [(1365.0, False), (1385.0, True)])
def test_a_bound_is_above_the_number_only_if_rounding_alone_has_not_put_it_there(
    bound: float, said: bool
) -> None:
    """The number is 1,350, shown as 1,360; both are shown in steps of 20."""
    facts = facts_of(LARGE)
    study = study_of(facts.table, 1350.0, 1150.0, 1650.0)
    moved = tuple(
        attrs.evolve(each, point=bound) if each.method == "chao" else each
        for each in study.estimates
    )
    facts = attrs.evolve(facts, study=attrs.evolve(study, estimates=moved))
    assert ("is above the main model's estimate" in _lead_of(facts)) is said
    made = build(facts, PLAN)
    sentence = json.loads(made["estimate.json"])["sentence"]
    before, estimate = sentence.split(" We estimate ")
    assert before.endswith("though sampling error may explain the difference.") is said
    assert estimate.startswith("1,360 in total")
    words = " ".join("".join(read(made["report.html"]).text).split())
    assert ("is below the lower bound" in words) is said


def test_lists_that_are_set_aside_are_published_by_their_labels() -> None:
    """An assumption names lists as the case file does; a label stands for its list there."""
    facts = facts_of(LARGE)
    study = study_of(facts.table, 1350.0, 1150.0, 1650.0)
    inside, label = facts.lists[0].name, "The first list"
    named = tuple(
        attrs.evolve(each, assumption=f"{each.assumption} {inside!r} shares no person.")
        for each in study.estimates
    )
    lists = (attrs.evolve(facts.lists[0], label=label), *facts.lists[1:])
    facts = attrs.evolve(facts, lists=lists, study=attrs.evolve(study, estimates=named))
    numbers = sections.compose(facts, PLAN)[1]
    shown = numbers.labels[inside]
    assert shown != inside
    for answer in numbers.answers:
        assert f"{shown!r} shares no person." in answer.estimate.assumption


def test_an_end_below_those_of_one_reading_is_printed_as_it_is() -> None:
    """In some draws 880 are recorded, on the page 891: the range holds what it says it holds."""
    facts = facts_of(LARGE)
    study = study_of(facts.table, 893.0, 881.5, 905.0)
    linkage = LinkageUncertainty(2, 2, Quantiles(891.0, (880, 899)), None)
    assert facts.linkage is not None
    ways = AlternativeLinkages(8, 2, 0, (850.0, 905.0))
    facts = attrs.evolve(
        facts,
        study=attrs.evolve(study, linkage=linkage),
        linkage=attrs.evolve(facts.linkage, alternatives=ways),
    )
    document, numbers = sections.compose(facts, PLAN)
    assert "We estimate 893 in total (95% interval 881–905" in document.headline
    assert numbers.linkage_range is not None
    assert (numbers.linkage_range.low, numbers.linkage_range.high) == (850, 905)


def _lead_of(facts: ReleaseFacts) -> str:
    document, _ = sections.compose(facts, PLAN)
    return " ".join(document.lead)


def test_the_headline_says_it(large: dict[str, bytes]) -> None:
    words = "".join(read(large["report.html"]).text)
    assert (
        "Four organisations recorded 891 people. We estimate 1,340 in total (95% interval "
        "1,140–1,620" in words
    )


def test_no_hidden_count_is_anywhere_in_what_leaves(small: dict[str, bytes]) -> None:
    """Hidden cells are given numbers that nothing else has, and looked for everywhere."""
    facts = facts_of(SMALL)
    _, numbers = sections.compose(facts, PLAN)
    hidden = {str(SMALL[p]) for p in numbers.table.hidden if SMALL[p] > 60}
    hidden |= {f"{SMALL[p]:,}" for p in numbers.table.hidden if SMALL[p] > 60}
    assert len(hidden) >= 3
    told = "".join(read(small["report.html"]).text)
    told += small["table.csv"].decode() + small["estimate.json"].decode()
    assert not hidden & set(re.findall(r"[\d,]*\d", told))
    rows = list(csv.DictReader(io.StringIO(small["table.csv"].decode())))
    for row in rows:
        assert (row["count"] == "") == (row["shown"] == "hidden")
        assert not row["count"] or int(row["count"]) >= 5
    assert sum(row["shown"] == "hidden" for row in rows) == len(numbers.table.hidden)


def test_no_seed_no_hash_no_diagnostic_leaves(small: dict[str, bytes]) -> None:
    facts = facts_of(SMALL)
    told = b"".join(small[name] for name in ("report.html", "table.csv", "estimate.json")).decode()
    for secret in ("90210", facts.table.digest(), '"f1"', "diagnostics"):
        assert secret not in told
    f1, f2 = facts.table.seen_exactly(1), facts.table.seen_exactly(2)
    for count in (f1, f2):
        assert not re.search(rf"\b({count}|{count:,})\b", told)


def test_warnings_are_titles_without_figures(large: dict[str, bytes]) -> None:
    words = "".join(read(large["report.html"]).text)
    assert "capture histories have no people" in words
    assert "The methods do not agree." in words
    assert "one does not overlap" not in words


def test_where_a_count_is_suppressed_nothing_depends_on_the_exact_counts() -> None:
    """Other estimates, warnings and linkages of the same protected table give the same bytes."""
    facts = facts_of(SMALL)
    assert facts.linkage is not None
    other = attrs.evolve(
        facts,
        study=study_of(facts.table, 50_000.0, 20_000.0, 90_000.0),
        linkage=attrs.evolve(
            facts.linkage,
            people_median=1.0,
            people_interval=(0, 2),
            rhat=1.4,
            failed_check=True,
            copied=True,
            alternatives=WAYS,
        ),
    )
    refused = attrs.evolve(facts, study=attrs.evolve(facts.study, estimates=(), warnings=()))
    files = build(facts, PLAN)
    assert build(other, PLAN) == files == build(refused, PLAN)
    said = json.loads(files["estimate.json"])
    assert (said["headline"], said["estimates"], said["linkage"]) == (None, [], None)
    assert (
        "No estimate of the total is published, because counts are suppressed." in said["sentence"]
    )


def test_where_no_count_is_suppressed_the_estimates_are_published() -> None:
    assert json.loads(build(facts_of(LARGE), PLAN)["estimate.json"])["estimates"]


def test_the_xi_table_comes_from_the_headline_alone(large: dict[str, bytes]) -> None:
    """The saturated model answers only when no cell is empty: its table would tell that."""
    words = "|".join(read(large["report.html"]).text)
    assert "1,780" in words  # 891 + 2 x 445.5, to the nearest 20
    assert "Sensitivity to the assumption" in words


@pytest.mark.parametrize("left_out", [{"consent ended": 4}, {"one": 4, "other": 5}])
def test_that_any_report_was_left_out_is_not_on_the_page(left_out: dict[str, int]) -> None:
    """A row for each reason said, by being there, that it has one to four reports."""
    facts = facts_of(SMALL)
    some, none = (
        build(attrs.evolve(facts, left_out=each), PLAN)["report.html"] for each in (left_out, {})
    )
    assert some == none
    assert "There are fewer than 10 such reports." in "|".join(read(none).text)


def test_what_was_left_out_is_one_rounded_number(small: dict[str, bytes]) -> None:
    words = "|".join(read(small["report.html"]).text)
    assert "There are about 40 such reports." in words  # 38 and 3
    assert "consent has run out" not in words


def test_with_a_higher_threshold_few_left_out_may_be_as_many() -> None:
    plan = attrs.evolve(PLAN, threshold=10)
    page = build(attrs.evolve(facts_of(LARGE), left_out={"consent ended": 12}), plan)["report.html"]
    assert "There are fewer than 20 such reports." in "|".join(read(page).text)


def test_synthetic_people_are_reported_as_synthetic(
    small: dict[str, bytes], large: dict[str, bytes]
) -> None:
    assert b"No person in it exists" in large["report.html"]
    assert b"No person in it exists" not in small["report.html"]
    assert b"Comparison with the true total" not in small["report.html"]


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (5000, "Intervals that are too low are typical of capture heterogeneity."),
        (900, "Intervals that are too high are typical of lists that avoid each other"),
        (1300, "every interval would cover the true total"),
    ],
)
def test_how_far_from_the_truth_is_computed(truth: int, words: str) -> None:
    document, _ = sections.compose(facts_of(LARGE, truth=truth), PLAN)
    section = next(s for s in document.sections if s.key == "truth")
    assert words in str(section)


def _truth_section(truth: int, perfect: tuple[float, float, float]) -> str:
    facts = facts_of(LARGE, truth=truth)
    assert facts.truth is not None
    clean = study_of(facts.table, *perfect)
    facts = attrs.evolve(facts, truth=attrs.evolve(facts.truth, perfect=clean))
    document, _ = sections.compose(facts, PLAN)
    return str(next(s for s in document.sections if s.key == "truth"))


def test_it_says_when_linkage_alone_misses_the_truth_or_saves_the_interval() -> None:
    assert "Because of record linkage" in _truth_section(1700, (1700, 1600, 1800))
    assert "it by chance" in _truth_section(1300, (1100, 1000, 1200))
    neither = _truth_section(1300, (1300, 1200, 1400))
    assert "by chance" not in neither
    assert "Because of record linkage" not in neither


@pytest.mark.parametrize(
    ("truth", "words"), [(1300, "The interval covers it."), (5000, "misses it;")]
)
def test_the_head_of_a_made_up_report_says_what_the_truth_is(truth: int, words: str) -> None:
    document, _ = sections.compose(facts_of(LARGE, truth=truth), PLAN)
    assert f"the true total is known: {truth:,}" in document.lead[-1]
    assert words in document.lead[-1]


def test_what_is_reported_of_hiding_is_true_of_this_table() -> None:
    def table_text(counts: dict[str, int]) -> str:
        document, _ = sections.compose(facts_of(counts), PLAN)
        return str(next(s for s in document.sections if s.key == "table").blocks[0])

    assert "There are none." in table_text(LARGE)
    assert "some at random" in table_text(SMALL)
    assert "tried to compute" not in table_text(LARGE)


def test_when_every_method_refuses_the_page_says_so() -> None:
    facts = facts_of(LARGE)
    only = tuple(e for e in facts.study.estimates if not e.ok)
    facts = attrs.evolve(facts, study=attrs.evolve(facts.study, estimates=only))
    words = "".join(read(build(facts, PLAN)["report.html"]).text)
    assert "The total cannot be estimated from these lists." in words
    assert json.loads(build(facts, PLAN)["estimate.json"])["headline"] is None


def test_what_others_wrote_is_escaped(small: dict[str, bytes]) -> None:
    assert b"<&>" not in small["report.html"]
    assert b"&lt;&amp;&gt;" in small["report.html"]
    assert tongue("a < 새벽") == 'a &lt; <span lang="ko">새벽</span>'


def test_the_same_facts_give_the_same_bytes(small: dict[str, bytes]) -> None:
    assert build(facts_of(SMALL), PLAN) == small


def test_nothing_outside_is_named(small: dict[str, bytes]) -> None:
    page = small["report.html"].decode()
    assert "default-src 'none'" in page
    outside = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!data:font/woff2)[^\s\"')]+", page)
    assert outside == []
    assert "<script" not in page


def test_a_letter_that_the_font_lacks_is_refused_by_its_code_point() -> None:
    plan = attrs.evolve(PLAN, title="Returned \U0001f600")
    with pytest.raises(NotPublishable, match=r"no letter for U\+1F600"):
        build(facts_of(LARGE), plan)


def test_a_plan_for_other_lists_is_refused() -> None:
    plan = Plan.parse(
        'title = "x"\n[population]\nwho = "a"\nwhere = "b"\nwhen = "c"\n[lists.Rivers]\nlabel = "x"'
    )
    with pytest.raises(BadMapping, match="'Rivers'"):
        build(facts_of(LARGE), plan)


def test_a_headline_method_without_a_number_is_refused() -> None:
    with pytest.raises(NotPublishable, match="'log-linear' gives no estimate here"):
        build(facts_of(LARGE), attrs.evolve(PLAN, method="log-linear"))


@pytest.mark.browser
@pytest.mark.enable_socket  # playwright talks to its driver; the browser is told to stay offline
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_nothing_is_fetched_and_nothing_sticks_out(
    large: dict[str, bytes], tmp_path: Path, width: int
) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "Debian's Chromium is not installed"
    path = tmp_path / "report.html"
    path.write_bytes(large["report.html"])
    asked: list[str] = []
    said: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_context(
                offline=True, viewport={"width": width, "height": 900}
            ).new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(path.as_uri())
            faces = page.evaluate(
                "document.fonts.ready.then(f => [...f].map(x => x.family + x.weight + x.status))"
            )
            wide = page.evaluate("document.documentElement.scrollWidth")
            shown = page.evaluate(
                "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width)"
                ".map(s => s.getBoundingClientRect().width)"
            )
            used = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
        finally:
            browser.close()
    assert [url for url in asked if not url.startswith("data:font")] == [path.as_uri()]
    assert said == []
    assert wide <= width
    assert sorted(faces) == ["Uncounted Sans400loaded", "Uncounted Sans700loaded"]
    assert used.startswith('"Uncounted Sans"')
    assert len(shown) == 2
    assert all(size <= width for size in shown)
