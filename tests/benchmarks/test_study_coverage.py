"""The coverage study itself: its populations, its standard errors, the page that it writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import study_coverage as study


@pytest.mark.parametrize("name", study.POPULATIONS)
def test_a_replicate_is_the_same_table_each_time(name: str) -> None:
    assert study.POPULATIONS[name]().sum() == pytest.approx(1)
    one, again, other = (study.draw(name, k)[0] for k in (3, 3, 4))
    assert one.counts == again.counts
    assert one.counts != other.counts


def test_the_tables_have_as_many_people_as_they_should() -> None:
    """Two classes, from the chances: E n = 2000 (1 - pi_0); 40 tables, four standard errors."""
    chances = study.POPULATIONS["two classes"]()
    seen = [study.draw("two classes", k)[0].observed for k in range(40)]
    expected = 2000 * (1 - chances[0])
    error = np.sqrt(2000 * chances[0] * (1 - chances[0]) / 40)
    assert abs(np.mean(seen) - expected) < 4 * error


def test_the_published_design_is_the_model_that_stepwise_chooses() -> None:
    """R SparseMSE 2.0.2 on the United Kingdom's five lists: N = 11,312.99."""
    means, lists = study.fitted(study.UK)
    assert sorted(lists) == sorted(study.UK.lists)
    assert means.sum() == pytest.approx(11312.99, abs=0.005)
    assert means[1:].sum() == pytest.approx(study.UK.observed)
    table, truth = study.draw("published", 0)
    assert truth == pytest.approx(11312.99, abs=0.005)
    assert set(table.lists) == set(study.UK.lists)
    both = [study.draw("published", k)[0].on(["LA", "PFNCA"]) for k in range(40)]
    assert np.mean(both) == pytest.approx(study.UK.on(["LA", "PFNCA"]), abs=4 * 4.5 / 40**0.5)


def test_coverage_and_its_error() -> None:
    inside, below, open_ = [1900.0, 2100.0], [1000.0, 1500.0], [1900.0, None]
    fits = [{"intervals": [each]} for each in (inside, below, open_, inside)]
    share, error = study.held(fits, 2000, 0)
    assert share == 0.75
    assert error == pytest.approx((0.7 * 0.3 / 4) ** 0.5)
    assert study.held([{"intervals": [inside]}] * 9, 2000, 0)[1] > 0


def test_a_row_of_a_method_that_always_refuses() -> None:
    job = study.Job("independent", "chao", "chao")
    refused = {"point": None, "intervals": [None]}
    said = study.row(job, [refused] * 3, 2000)
    assert said.endswith("| 3 |")
    assert said.count("|") == study.row(job, [study.fit(job, 0)], 2000).count("|") == 10


def test_a_table_gives_way_to_none_with_fewer_replicates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "coverage.md"
    end = "<!-- end of populations -->\nend\n"
    page.write_text(f"before\n<!-- populations: 0 replicates -->\n{end}")
    monkeypatch.setattr(study, "PAGE", page)
    assert study.into_page("populations", ["| ten |"], 10)
    assert not study.into_page("populations", ["| five |"], 5)
    assert study.into_page("populations", ["| eleven |"], 11)
    assert page.read_text() == f"before\n<!-- populations: 11 replicates -->\n| eleven |\n{end}"
    assert not study.into_page("published", ["| none |"], 11)


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "KEPT", tmp_path)
    job = study.Job("independent", "chao", "chao")
    asked: list[int] = []

    class Here:
        """A pool of one, which says what it was asked for."""

        def imap_unordered(self, _: object, tasks: list[tuple[study.Job, int]]) -> list[study.Fit]:
            asked.extend(k for _, k in tasks)
            return [study.fit(*task) for task in reversed(tasks)]

    first = study.fits_of(job, 3, Here(), fresh=False)
    more = study.fits_of(job, 5, Here(), fresh=False)
    assert asked == [0, 1, 2, 3, 4]
    assert [each["replicate"] for each in more] == [0, 1, 2, 3, 4]
    assert more[:3] == first
    study.fits_of(job, 2, Here(), fresh=True)
    assert asked[5:] == [0, 1]
