"""Costs of spelling names are learned from likely links: in two scripts, or two orthographies."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from uncounted.linkage import Linkage, compare_reports, exact_duplicates, link
from uncounted.linkage.arrays import Ints
from uncounted.linkage.checkpoints import packed, restored
from uncounted.linkage.compare_reports import (
    Compared,
    ComparedOnce,
    comparing,
    comparing_once,
    with_rates_one_to_one,
)
from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.encoding import spelling_costs
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.encoding.kernel_arrays import ReportArrays
from uncounted.linkage.encoding.source_names import NOT_STATED
from uncounted.linkage.encoding.spelling import (
    SLIP,
    VARIANT,
    Learned,
    Variants,
    prior_costs,
    sound_rows,
    variants,
)
from uncounted.linkage.encoding.spelling_costs import FEW, learned_costs
from uncounted.linkage.model.field_priors import WEIGHT
from uncounted.progress import silent
from uncounted.records.dates.partial_date import parse
from uncounted.records.names import sounds as heard
from uncounted.records.names.name import Name
from uncounted.records.report import Report

SOUNDS = heard.SOUNDS
# Greek letters as a habit of one list has them: gamma for k, tau for d, and so on.
HABIT = str.maketrans("abdefgiklmnoprstuvz", "απτεφχιγλμνοβρσδυωζ")
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


def made(people: int, seed: int) -> list[tuple[str, str]]:
    """Names of two words in Latin letters, and in Greek ones."""
    rng = np.random.default_rng(seed)

    def word() -> str:
        return (
            "".join(
                CONSONANTS[int(rng.integers(len(CONSONANTS)))]
                + VOWELS[int(rng.integers(len(VOWELS)))]
                for _ in range(3)
            )
            + CONSONANTS[int(rng.integers(len(CONSONANTS)))]
        )

    names = [f"{word()} {word()}" for _ in range(people)]
    return [(name, name.translate(HABIT)) for name in names]


def reports_of(names: list[tuple[str, str]], *, born: bool = True) -> list[Report]:
    """One list in Latin letters and one in Greek, person by person."""
    return [
        Report(
            source,
            f"{at}",
            (Name(pair[side]),),
            sex="mf"[at % 2],
            birth=parse(f"{1950 + at % 50}-{1 + at % 12:02}-{1 + at % 28:02}") if born else None,
            origin=str(at % 30),
        )
        for side, source in enumerate("AB")
        for at, pair in enumerate(names)
    ]


def learned(encoded: Encoded, people: int) -> dict[tuple[str, str], np.ndarray]:
    left = np.arange(people)
    return dict(learned_costs(encoded.arrays, left + people, left))


def test_a_habit_of_one_list_is_learned() -> None:
    names = made(60, 1)
    costs = learned(encode(reports_of(names)), 60)
    assert list(costs) == [("GREEK", "LATIN")]
    (table,) = costs.values()
    greek = {letter: heard.sounds(letter.translate(HABIT)) for letter in "kd"}
    prior = prior_costs()[0]
    for letter, other in greek.items():
        at = SOUNDS.index(other), SOUNDS.index(letter)
        assert prior[at] > 1.0
        assert table[at] < 0.1
    assert (table <= prior).all()
    assert (table >= 0).all()


def test_words_are_the_same_after_it_and_were_not_before() -> None:
    names = made(60, 2)
    encoded = encode(reports_of(names))
    costs = learned(encoded, 60)
    words = sorted({word for pair in names for name in pair for word in name.split()})
    of = {word: at for at, word in enumerate(words)}
    pairs = [
        (of[one], of[other])
        for pair in names
        for one, other in zip(pair[0].split(), pair[1].split(), strict=True)
    ]

    def same(near: Variants) -> float:
        kinds = [{word: kind for word, kind, _ in near.of(i)}.get(j) for i, j in pairs]
        return float(np.mean([kind == VARIANT for kind in kinds]))

    assert same(variants(words)) < 0.6
    assert same(variants(words, costs)) > 0.9


def test_reports_are_compared_by_what_their_links_teach() -> None:
    names = made(80, 3)
    reports = reports_of(names)
    left, right = np.arange(80) + 80, np.arange(80)
    before = levels.levels(encode(reports), left, right)[:, 0]
    found = comparing(reports, seed=1, progress=silent)
    after = levels.levels(found.encoded, left, right)[:, 0]
    agree = [((row > 0) & (row <= name_levels.SAME_LAST)).mean() for row in (before, after)]
    assert agree[0] < 0.4
    assert agree[1] > 0.9
    others = levels.levels(found.encoded, left[1:], right[:-1])[:, 0]
    assert ((others > 0) & (others <= name_levels.SAME_LAST)).mean() < 0.02


def test_what_was_learned_is_kept_and_stored() -> None:
    """By a checkpoint, where m is learned one to one, and in a stored linkage."""
    reports = reports_of(made(60, 8))
    found = comparing(reports, seed=1, progress=silent)
    assert found.learned == (("Greek", "Latin"),)
    again = restored(Compared, packed(found))
    assert again.learned == found.learned
    assert again.rates.prior_weight == found.rates.prior_weight == WEIGHT
    assert with_rates_one_to_one(found, seed=1, progress=silent).learned == found.learned
    stored = Linkage.from_bytes(link(reports, draws=20, with_grid=False).to_bytes())
    assert stored.diagnostics.fit.scripts_learned == found.learned


def test_what_was_learned_holds_where_duplicates_are_unsure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = reports_of(made(80, 3))
    reports += [attrs.evolve(reports[0], id="again", birth=parse("1944-05-06"))]
    reports += [attrs.evolve(reports[-1], id="once more")]
    taught = list[int]()

    def learning(a: ReportArrays, left: Ints, right: Ints) -> Learned:
        taught.append(len(a.name))
        return learned_costs(a, left, right)

    def compared_twice(unsure: bool) -> ComparedOnce:
        taught.clear()
        monkeypatch.setattr(compare_reports, "learned_costs", learning)
        monkeypatch.setattr(
            exact_duplicates,
            "unsure",
            lambda _, __, those: those if unsure else those[:0],
        )
        return comparing_once(
            reports, (), across=True, seed=1, languages=NOT_STATED, progress=silent
        )

    sure, unsure = compared_twice(unsure=False), compared_twice(unsure=True)
    assert taught == [161, 161]  # not from the 162 that are compared in the end
    assert (sure.compared.encoded.count, unsure.compared.encoded.count) == (161, 162)
    assert unsure.compared.learned == sure.compared.learned == (("Greek", "Latin"),)
    left, right = np.arange(80) + 80, np.arange(80)
    found = levels.levels(unsure.compared.encoded, left, right)[:, 0]
    assert ((found > 0) & (found <= name_levels.SAME_LAST)).mean() > 0.9


def test_an_orthography_within_one_script_is_learned() -> None:
    """As in Somali, c is not heard on one list, and x is h."""
    heads = ["ali", "umar", "abdi", "osman", "isa", "arab", "igal", "adan"]
    tails = [f"moh{one}{other}d" for one in ("as", "us", "ir", "af") for other in VOWELS]
    names = [
        (f"{one} {other}", f"c{one} {other.replace('h', 'x')}")
        for one in (f"{head}{end}" for head in heads for end in ("", "b", "d", "m"))
        for other in tails
    ]
    costs = learned(encode(reports_of(names)), len(names))
    assert list(costs) == [("LATIN", "LATIN")]
    (table,) = costs.values()
    prior, (h, s, k), none = prior_costs()[0], map(SOUNDS.index, "hsk"), len(SOUNDS)
    assert min(prior[k, none], prior[h, s]) > 3.0
    assert max(table[k, none], table[h, s]) < 1.0  # x is heard as k and s
    assert (table == table.T).all()
    changed = {SOUNDS[i] for i, j in np.argwhere(table != prior) if i < len(SOUNDS)}
    assert changed <= set("ksh")
    words = ["ali", "cali", "mohamed", "moxamed"]
    near = variants(words, costs)
    assert {word: kind for word, kind, _ in near.of(0)}[1] == SLIP  # Amal is not Kamal
    before, after = (
        {word: cost for word, _, cost in each.of(2)}[3] for each in (variants(words), near)
    )
    assert after < before - 2.0


@pytest.mark.parametrize(
    "case",
    ["few", "one script", "typing errors", "twelve words", "Korean", "no pairs", "no name"],
)
def test_nothing_is_learned(case: str) -> None:
    names = made(FEW // 2 - 1 if case == "few" else 60, 4)
    if case == "one script":
        names = [(one, one) for one, _ in names]
    if case == "typing errors":
        names = [
            (one, one[:at] + one[at + 1 :])
            for seed, at in enumerate((1, 2, 3, 4, 9, 10))
            for one, _ in made(100, seed)
        ]
    if case == "twelve words":  # in either direction
        some = [
            (f"{a}{b}", f"c{a}{b}") for a in ("ali", "umar", "adan") for b in ("", "b", "d", "m")
        ]
        names = some + [(other, one) for one, other in some]
    if case == "Korean":
        names = [("Kim Chol Su", "김철수")] * 60
    encoded = encode(reports_of(names))
    none = np.zeros(0, np.int64)
    if case in ("no pairs", "no name"):
        if case == "no name":
            encoded = encode([Report(source, "1", ()) for source in "AB"])
        assert learned_costs(encoded.arrays, none, none) == {}
        return
    assert learned(encoded, len(names)) == {}


@pytest.mark.parametrize("seed", range(5))
def test_the_cheapest_alignment(seed: int) -> None:
    """Beside a plain recursion, with random costs."""
    rng = np.random.default_rng(seed)
    size = 5
    table = rng.uniform(0.1, 2.0, (size + 1, size + 1))
    x, y = rng.integers(0, size, 4), rng.integers(0, size, 5)

    def cheapest(i: int, j: int) -> float:
        if i == 0 and j == 0:
            return 0.0
        ways = []
        if i and j:
            ways.append(cheapest(i - 1, j - 1) + table[x[i - 1], y[j - 1]])
        if i:
            ways.append(cheapest(i - 1, j) + table[x[i - 1], size])
        if j:
            ways.append(cheapest(i, j - 1) + table[size, y[j - 1]])
        return float(min(ways))

    apart, seen = spelling_costs._aligned(
        table[None],
        np.zeros(1, np.int64),
        np.array([0, 4, 9]),
        np.concatenate([x, y]).astype(np.int32),
        np.array([[0, 1]]),
        np.array([2.0]),
    )
    assert apart[0] == pytest.approx(cheapest(4, 5))
    assert (seen[0] * table).sum() == pytest.approx(2 * apart[0])
    assert seen[0, :size].sum() == 2 * 4  # each sound of one stands for one of the other, or none
    assert seen[0, :, :size].sum() == 2 * 5


@pytest.mark.parametrize(
    ("one", "other", "scripts"),
    [
        ("محمد", "mohamad", ("ARABIC", "LATIN")),
        ("משה", "моисей", ("HEBREW", "CYRILLIC")),
        ("kyaw", "ကျော်", ("LATIN", "MYANMAR")),
    ],
)
def test_a_learned_table_has_the_sounds_of_its_first_script_as_rows(
    one: str, other: str, scripts: tuple[str, str]
) -> None:
    """Whichever of two words comes first."""
    rng = np.random.default_rng(len(one))
    size = len(SOUNDS) + 1
    table = rng.uniform(0.0, 0.4, (size, size))
    rows, _ = sound_rows([one, other])
    x, y = ([SOUNDS.index(char) for char in row] for row in rows)
    d = np.full((len(x) + 1, len(y) + 1), np.inf)
    d[0, 0] = 0.0
    for i in range(len(x) + 1):
        for j in range(len(y) + 1):
            if i:
                d[i, j] = min(d[i, j], d[i - 1, j] + table[x[i - 1], -1])
            if j:
                d[i, j] = min(d[i, j], d[i, j - 1] + table[-1, y[j - 1]])
            if i and j:
                d[i, j] = min(d[i, j], d[i - 1, j - 1] + table[x[i - 1], y[j - 1]])
    for words in ([one, other], [other, one]):
        found = variants(words, {scripts: table})
        assert found.costs[0] == pytest.approx(d[-1, -1], rel=1e-5)


def test_costs_by_hand() -> None:
    """Of two sounds: the first is aligned 4 times with the other script's second."""
    prior = np.array([[[0.0, 2.0, 3.0], [2.0, 0.0, 3.0], [3.0, 3.0, 4.0]]])
    seen = np.zeros((1, 3, 3))
    seen[0, 0, 1] = 4.0
    pseudo = 5 * np.exp(-prior[0])
    pseudo[2, 2] = 0.0
    uses = pseudo + seen[0]
    (costs,) = spelling_costs._costs(prior, seen)
    assert costs[0, 1] == pytest.approx(np.log(5.0 / uses[0, 1]))  # 5 with its own sound
    assert costs[0, 0] == 0.0
    assert costs[1, 0] == pytest.approx(2.0)
    assert (costs <= prior[0]).all()
    assert costs[2, 1] == pytest.approx(min(3.0, np.log(uses[:, 1].max() / uses[2, 1])))


def test_one_wrong_pair_teaches_little() -> None:
    """Sixty right pairs of names without z, and one in which z stands for m."""
    names = [(one, other) for one, other in made(60, 5) if "z" not in one]
    wrong = [("madir bolak", "zadir bolak".translate(HABIT))]
    before = learned(encode(reports_of(names)), len(names))
    after = learned(encode(reports_of(names + wrong)), len(names) + 1)
    at = SOUNDS.index("z"), SOUNDS.index("m")
    assert before["GREEK", "LATIN"][at] == prior_costs()[0][at]
    assert after["GREEK", "LATIN"][at] > 1.2


def test_vowels_that_are_not_written() -> None:
    """In Arabic script; a letter of the list has a habit: f for b."""
    letters = str.maketrans("bdfklmnrstz", "فدبكلمنرستز", "aeiou")
    names = [(one, one.translate(letters)) for one, _ in made(150, 6)]
    names = [pair for pair in names if not set(pair[0]) & set("gpv")]
    costs = learned(encode(reports_of(names)), len(names))
    assert list(costs) == [("ARABIC", "LATIN")]
    table = costs["ARABIC", "LATIN"]
    assert (table <= prior_costs()[1]).all()
    assert table[SOUNDS.index("f"), SOUNDS.index("b")] < 0.1
    assert table[-1, SOUNDS.index("a")] == 0.0 or table[-1, SOUNDS.index("a")] <= 0.1


def test_words_that_resemble_nothing_teach_nothing() -> None:
    """Names of other people: no two of their words are aligned."""
    names = [(f"{c}abab {c}adad", "ηωηωηω υουουο") for c in "bdfgklmnpr" * 3]
    assert learned(encode(reports_of(names)), len(names)) == {}


def test_scripts_of_few_words_are_left_out() -> None:
    names = made(60, 7)
    few = [("Ivan Petrov", "Иван Петров"), ("Semen Orlov", "Семен Орлов")]
    costs = learned(encode(reports_of(names + few)), len(names) + 2)
    assert list(costs) == [("GREEK", "LATIN")]
