"""Pairs that blocking finds, against every pair written out; its loss, against known truth."""

from __future__ import annotations

import itertools

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.linkage import compare_reports
from uncounted.linkage.blocking import pair_sampling
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.blocking.recall import agreements, blocking_loss, by_keys, describe_loss
from uncounted.linkage.comparison import levels
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import NO_KEY, Encoded, encode
from uncounted.linkage.sampler import candidate_graph
from uncounted.progress import silent
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

Ints = NDArray[np.int64]


def _with_keys(keys: dict[str, Ints]) -> Encoded:
    """Reports of whom nothing but these keys is known; others are not said."""
    count = len(next(iter(keys.values())))
    nothing = encode([Report("A", str(at), ()) for at in range(count)])
    return attrs.evolve(nothing, keys={**nothing.keys, **keys})


def _random_keys(seed: int, count: int) -> dict[str, Ints]:
    rng = np.random.default_rng(seed)
    keys = {}
    for name in encode([]).keys:
        values = rng.zipf(1.6, count).clip(max=40).astype(np.int64)
        keys[name] = np.where(rng.random(count) < 0.15, NO_KEY, values)
    return keys


def _naive_rules(keys: dict[str, Ints], i: int, j: int) -> int:
    found = 0
    for at, rule in enumerate(blocking.RULES):
        if all(keys[name][i] == keys[name][j] != NO_KEY for name in rule):
            found |= 1 << at
    return found


def _naive_weight(keys: dict[str, Ints], i: int, j: int) -> float:
    """Log of m / u of the keys, added up; a common value is worth less, a close one something."""
    total = -np.log(len(keys["given"]))

    def of(name: str, m: float) -> tuple[float, float, float]:
        said = keys[name][keys[name] != NO_KEY]
        gaps = np.abs(said[:, None] - said)
        apart, near = blocking.CLOSE.get(name, (0, 0.0))
        close = float(((gaps > 0) & (gaps <= apart)).mean())
        value = float((said == keys[name][i]).mean())
        equal = float((gaps == 0).mean())
        other = min(float(np.log((1 - m - near) / (1 - equal - close))), 0.0)
        nearly = min(np.log(near / close), max(np.log(m / equal), 0.0)) if near else 0.0
        return max(float(np.log(m / value)), 0.0), float(nearly), other

    for name, m in blocking.KEY_M.items():
        a, b = keys[name][i], keys[name][j]
        if NO_KEY in (a, b):
            continue
        if name == "event_year" and NO_KEY not in (keys["event_month"][i], keys["event_month"][j]):
            continue
        same, nearly, other = of(name, m)
        if name == "given" and keys["sound"][i] != NO_KEY:
            same += np.log(blocking.OTHER_SOUND)
        if name == "sound":
            other = 0.0
            if keys["given"][i] != NO_KEY:
                same -= of("given", blocking.KEY_M["given"])[0]
            same -= np.log(blocking.OTHER_SOUND)
        around = {"birth_day": "birth_year", "event_day": "event_month"}.get(name)
        if around and a == b and keys[around][i] != NO_KEY:
            same -= of(around, blocking.KEY_M[around])[0]
        close = abs(int(a) - int(b)) <= blocking.CLOSE.get(name, (0, 0.0))[0]
        total += same if a == b else nearly if close else other
    given = keys["given"][i], keys["given"][j]
    if keys["alias"][i] == keys["alias"][j] != NO_KEY and NO_KEY not in given and len({*given}) > 1:
        total += of("alias", blocking.KEY_M["given"])[0] - of("given", blocking.KEY_M["given"])[2]
    return float(total)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_pair_that_shares_a_rule_is_found_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "LEAST_CHANCE", 0.0)
    keys = _random_keys(seed, 120)
    with np.errstate(divide="ignore"):
        found = blocking.find(_with_keys(keys), everybody=False)
        all_ = blocking.find(_with_keys(keys))
    assert len(all_.left) == 120 * 119 // 2
    assert (all_.rules > 0).sum() == len(found.left)
    assert all_.everybody
    assert not found.everybody
    weights = [_naive_weight(keys, j, i) for i, j in zip(all_.left, all_.right, strict=True)]
    assert np.allclose(all_.weight, weights, atol=1e-3)
    naive = {
        (j, i): _naive_rules(keys, i, j)
        for i, j in itertools.combinations(range(120), 2)
        if _naive_rules(keys, i, j)
    }
    rows = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert rows == sorted(naive)
    assert dict(zip(rows, found.rules.tolist(), strict=True)) == naive
    weights = [_naive_weight(keys, j, i) for i, j in rows]
    assert np.allclose(found.weight, weights, atol=1e-3)
    assert (blocking.rules_of(_with_keys(keys), found.left, found.right) == found.rules).all()


def test_the_best_are_kept_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = _random_keys(5, 3000)
    monkeypatch.setattr(blocking, "SAMPLED_EVERY", 1)
    everything = blocking.find(_with_keys(keys))
    monkeypatch.setattr(blocking, "LEAST_KEPT", 0)
    monkeypatch.setattr(blocking, "MOST_KEPT", 5)
    best = blocking.find(_with_keys(keys))
    assert 0.7 * 15_000 < len(best.left) <= 15_000 < len(everything.left)
    cut = float(best.weight.min())
    codes = everything.left * 3000 + everything.right
    kept = np.isin(codes, best.left * 3000 + best.right)
    assert everything.weight[~kept].max() <= cut
    low = everything.weight[~kept].astype(float)
    # what the first cut left out is counted too
    assert (best.diagnostics.pairs_below_cut or 0) >= (~kept).sum()
    expected = float((1 / (1 + np.exp(-low))).sum())
    assert best.diagnostics.expected_matches_below_cut == pytest.approx(expected, rel=0.1)


def test_the_largest_blocks_alone_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "LOOKED_AT_ALL", 0)
    monkeypatch.setattr(blocking, "LEAST_LOOKED", 0)
    monkeypatch.setattr(blocking, "MOST_LOOKED", 1)
    days = np.repeat(np.arange(12), [40, *[2] * 10, 1]).astype(np.int64)
    encoded = _with_keys({"birth_day": days})
    found = blocking.find(encoded)
    assert found.diagnostics.pairs_in_large_blocks_left_out == 40 * 39 // 2
    assert len(found.left) == 10
    assert (days[found.left] == days[found.right]).all()


def test_no_one_shares_anything() -> None:
    found = blocking.find(_with_keys({"birth_day": np.arange(5)}), everybody=False)
    assert len(found.left) == 0
    assert found.diagnostics.rules == 0
    loss = blocking_loss({}, found.left, found.right, found.rules, np.zeros(0))
    assert loss.expected_matches == 0.0
    assert loss.missed_share_estimated is None
    assert loss.missed_share_at_least is None


def _links(seed: int, count: int, shares: dict[str, float]) -> dict[str, Ints]:
    """Keys of reports 2k and 2k + 1, one person's, that share each key with a known chance."""
    rng = np.random.default_rng(seed)
    keys = {}
    for name, share in shares.items():
        same = rng.random(count) < share
        values = np.arange(2 * count).reshape(count, 2)
        values[same, 1] = values[same, 0]
        keys[name] = values.ravel().astype(np.int64)
    return keys


SHARES = {
    "given": 0.8,
    "family": 0.9,
    "birth_year": 0.6,
    "origin": 0.4,
    "event_month": 0.6,
    "event_place": 0.7,
}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_loss_is_estimated_where_keys_are_independent(seed: int) -> None:
    count = 20_000
    keys = _links(seed, count, SHARES)
    keys["alias"] = keys["given"]
    keys["birth_day"] = np.full(2 * count, NO_KEY)
    left, right = np.arange(1, 2 * count, 2), np.arange(0, 2 * count, 2)
    found_by = blocking.rules_of(_with_keys(keys), left, right)
    lost = float((found_by == 0).mean())
    facts = blocking_loss(keys, left, right, found_by, np.ones(count))
    # standard error of the lost share itself; the estimate's own is of that order
    error = (lost * (1 - lost) / count) ** 0.5
    assert facts.missed_share_estimated == pytest.approx(lost, abs=4 * error)
    assert facts.missed_matches == pytest.approx(count * lost, rel=0.15)
    alone = facts.by_rule["given, family"]["alone"]
    assert alone == pytest.approx(float((found_by == 1).sum() / (found_by > 0).sum()), abs=1e-4)


def test_what_is_seen_alone_bounds_the_loss() -> None:
    """Three groups of rules; 60 links found by one, 30 by two, 10 by all: 2/3 60^2 / 60 lost."""
    rules = ("given", "family"), ("family", "birth_year"), ("birth_day",)
    given, family, day = (1 << blocking.RULES.index(rule) for rule in rules)
    masks = [given] * 40 + [family] * 20 + [given | family] * 30 + [given | family | day] * 10
    found_by = np.array(masks, np.uint16)
    nobody = np.zeros(100, np.int64)
    facts = blocking_loss({}, nobody, nobody, found_by, np.ones(100))
    assert facts.missed_share_at_least == pytest.approx(40 / 140, abs=1e-4)


def test_a_loss_worth_a_word_is_reported() -> None:
    links = BlockingDiagnostics(
        expected_matches=990.0, missed_share_estimated=0.01, missed_matches=10.0
    )
    assert "about 10 of 1,000 matches are among" in (describe_loss(links) or "")
    assert (
        describe_loss(attrs.evolve(links, missed_matches=9.0)) is None
    )  # less than one in a hundred
    assert (
        describe_loss(attrs.evolve(links, all_pairs_compared=True)) is None
    )  # then the rules lose nothing
    assert (describe_loss(links) or "").endswith("as many imputed links.")
    none = attrs.evolve(links, imputed_matches=0.0)  # m is one to one, or the linkage was repeated
    assert "People are too many by as many" in (describe_loss(none) or "")
    several = attrs.evolve(links, expected_matches=880.0, missed_matches=120.0)
    assert "depends on the assumption" in (describe_loss(several) or "")
    many = attrs.evolve(links, expected_matches=700.0, missed_matches=300.0)
    assert "People are too many by as many" in (describe_loss(many) or "")
    cut = attrs.evolve(links, all_pairs_compared=True, expected_matches_below_cut=30.0)
    assert "about 30 of 1,020 matches are among" in (describe_loss(cut) or "")
    nobody = BlockingDiagnostics(pairs_in_large_blocks_left_out=5000)
    assert "5,000 pairs of reports were not compared" in (describe_loss(nobody) or "")
    assert describe_loss(BlockingDiagnostics()) is None


def test_of_more_who_are_called_alike_than_can_be_compared_it_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = [Report("A", str(at), (Name("김철수"),)) for at in range(400)]
    for most in ("LEAST_LOOKED", "LOOKED_AT_ALL"):
        monkeypatch.setattr(blocking, most, 1000)
    monkeypatch.setattr(blocking, "MOST_LOOKED", 1)
    monkeypatch.setattr(compare_reports, "ALL_PAIRS", 100)
    facts = compare_reports.comparing(reports, seed=1, progress=silent).blocking
    assert "79,800 pairs of reports were not compared" in (describe_loss(facts) or "")


def test_links_that_all_share_a_key_leave_the_loss_open() -> None:
    shared = {"given": np.ones(50, np.bool_), "family": np.ones(50, np.bool_)}
    assert by_keys(shared, np.ones(50), [("given", "family")]) in (None, 0.0)


def test_a_key_that_is_not_stated_is_not_shared() -> None:
    keys = {"given": np.array([NO_KEY, NO_KEY, 3, 3])}
    same = agreements(keys, np.array([1, 3, 2]), np.array([0, 2, 0]))
    assert same["given"].tolist() == [False, True, False]


def _reports(people: int) -> list[Report]:
    """Two lists of the same people, spelt alike; every other one has another birth date."""
    families = ["Okafor", "Lindqvist", "Moreno", "Haddad", "Petrov", "Nguema", "Silva", "Tanaka"]
    given = ["Amara", "Johan", "Lucia", "Samir", "Irina", "Teodoro", "Beatriz", "Kenji"]
    rows = []
    for at in range(people):
        name = Name("x", family=families[at % 8], given=given[at // 8 % 8])
        for source in "AB":
            year = 1950 + at % 40 + (source == "B" and at % 2)
            act = Act("return", parse(f"{2000 + at % 9}-03"), "Tumen")
            rows.append(Report(source, str(at), (name,), birth=parse(f"{year}"), acts=(act,)))
    return rows


def test_compared_reports_tell_of_their_blocking() -> None:
    encoded = encode(_reports(60))
    done = compare_reports.compared(encoded, seed=1, progress=silent)
    facts = done.blocking
    assert len(done.pairs.left) == 120 * 119 // 2  # all, in a small file
    assert facts.pairs is not None
    assert 0 < facts.pairs < len(done.pairs.left)
    assert facts.expected_matches > 30
    assert facts.missed_share_counted is not None
    assert 0 <= facts.missed_share_counted < 0.2


def test_candidates_and_random_others_stand_for_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode(_reports(60))
    exact = compare_reports.compared(encoded, seed=1, progress=silent).rates
    monkeypatch.setattr(compare_reports, "ALL_PAIRS", 10)
    monkeypatch.setattr(pair_sampling, "ALL", 100_000)
    monkeypatch.setattr(pair_sampling, "SHARING", 10_000)
    every = compare_reports.compared(encoded, seed=1, progress=silent)
    assert every.blocking.missed_share_counted is not None
    monkeypatch.setattr(blocking, "LOOKED_AT_ALL", 0)
    sampled = compare_reports.compared(encoded, seed=1, progress=silent)
    assert sampled.blocking.missed_share_counted is None
    assert len(sampled.pairs.left) < len(every.pairs.left) <= 120 * 119 // 2
    for one, other in zip(exact.u, sampled.rates.u, strict=True):
        assert np.allclose(one, other, atol=0.01)


def test_reports_in_another_order_say_the_same() -> None:
    rows = _reports(60)
    rows = [rows[at] for at in np.random.default_rng(3).permutation(120)]
    acts = (*rows[7].acts, Act("repatriation", parse("2001-03"), "함경북도 온성군"))
    rows[7] = attrs.evolve(rows[7], acts=acts, occupation="농민", number="0042")
    rows[9] = attrs.evolve(rows[9], acts=(), number="42")
    done = compare_reports.comparing(rows, seed=1, progress=silent)
    arranged, order = compare_reports.arranged(done, 1e-4)
    assert sorted(order.tolist()) == list(range(len(rows)))
    pairs = arranged.pairs
    assert (pairs.left > pairs.right).all()
    found = levels.levels(arranged.encoded, pairs.left, pairs.right)
    assert (levels.unpacked(pairs.codes) == found).all()
    before = levels.levels(done.encoded, order[pairs.left], order[pairs.right])
    assert (before == found).all()
    for name, values in done.encoded.keys.items():
        assert (arranged.encoded.keys[name] == values[order]).all()
    likely = pairs.log_odds > -3

    def apart(each: candidate_graph.CandidatePairs) -> float:
        return float((each.left - each.right)[likely].mean())

    assert apart(pairs) < apart(done.pairs) / 3  # who may be one person are neighbours


def test_the_order_of_reports_hangs_on_nothing_but_candidates() -> None:
    """Breadth first; of two with as many candidates the earlier one first, on every machine."""
    left, right = np.array([3, 4, 5, 6, 2, 7]), np.array([0, 3, 3, 5, 1, 6])
    pairs = candidate_graph.CandidatePairs(left, right, np.zeros(6, np.int32), np.full(6, 9.0))
    # 8 has nobody; 1 and 2 have one another; 0, 4 and 7 have one, and 0 leads to the others
    order = candidate_graph.near_one_another(9, pairs, 0.5)
    assert order.tolist() == [8, 0, 3, 4, 5, 6, 7, 1, 2]


def test_one_key_with_another_sound_is_worth_less_than_the_same_sound() -> None:
    """김철수 again, and 김철사, whose consonants are the same."""
    others = [f"{a}{b}영" for a in "이박최정강" for b in "나다라마바"]
    encoded = encode(
        [
            Report("A", str(at), (Name(name),))
            for at, name in enumerate(["김철수", "김철수", "김철사", *others])
        ]
    )
    assert len(set(encoded.keys["given"][:3].tolist())) == 1
    found = blocking.find(encoded)
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    weight = dict(zip(pairs, found.weight.tolist(), strict=True))
    assert weight[2, 0] == weight[2, 1] < weight[1, 0] - 1


def test_a_name_sounds_alike_in_every_romanisation() -> None:
    """Of Yong Hui 용희 is the likelier reading: that it may be 영희 must not count against it."""
    for names in (
        ("김영희", "Kim Yong Hui", "Kim Young-hee", "金英姬"),
        ("박성철", "Pak Song Chol", "Park Sung-chul", "Пак Сон Чхоль"),
        ("리정은", "Ri Jong Un", "Lee Jung-eun", "Lee Jeong Eun"),
        ("John Smith", "Smith, John"),
    ):
        reports = [Report("A", str(at), (Name(name),)) for at, name in enumerate(names)]
        keys = encode(reports).keys
        assert len(set(keys["sound"].tolist())) == 1, names
        assert NO_KEY not in keys["sound"]
    veiled = encode([Report("A", "1", (Name("김○○"),)), Report("A", "2", (Name("Kim C. S."),))])
    assert veiled.keys["sound"].tolist() == [NO_KEY, NO_KEY]
