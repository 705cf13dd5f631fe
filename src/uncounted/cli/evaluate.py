"""How good the linkage is, in a terminal: figures with their doubt, and a calibration curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    app,
    case_argument,
    json_option,
    open_case,
    passphrase_option,
    refuse_taken_or_inside,
    seed_option,
    today,
)
from uncounted.cli.terminal import (
    Waiting,
    answer,
    answer_json,
    columns,
    interval_picture,
    named_rows,
    number,
    plain_terminal,
    plural,
    say,
)
from uncounted.errors import UsedWrongly

if TYPE_CHECKING:
    from uncounted.linkage.evaluation import (
        Calibration,
        ClericalEvaluation,
        Expected,
        TruthComparison,
    )
    from uncounted.linkage.evaluation.recalibration import Recalibrated
    from uncounted.linkage.evaluation.sampling import Sample
    from uncounted.workflow.evaluate import Judged

_PICTURE = 41  # so that .5 has a place of its own
_WORDS = {
    "precision": "precision (links that are true)",
    "recall": "recall (true pairs that are linked)",
    "f1": "F1",
    "bcubed_precision": "B-cubed precision",
    "bcubed_recall": "B-cubed recall",
    "bcubed_f1": "B-cubed F1",
    "exact_precision": "people found that are exactly right",
    "exact_recall": "people that are found exactly",
    "homogeneity": "homogeneity",
    "completeness": "completeness",
    "recall_of_possible": "recall of pairs in some draw",
}
_COUNTS = {
    "not_in_the_truth": "{} linked, of whom the file says nothing: not judged",
    "not_linked": "{} of the file not among those that were linked",
    "of_no_list": "{} that the file names with no report among those: is its name spelt so?",
    "without_a_person": "{} of the file without a person",
    "unsure": "{} without an answer",
    "links_not_judged": "{} that lead out of the file or lie outside it: not judged",
}
_NOUNS = {"unsure": "pair", "links_not_judged": "link", "of_no_list": "list"}


@app.command()
@case_argument
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="CSV: source,report,person; or source_1,report_1,source_2,report_2,same.",
)
@click.option("--complete", is_flag=True, help="The people of --truth are named in full.")
@click.option(
    "--sample", "size", type=click.IntRange(1, 100_000), help="Draw so many pairs to be labelled."
)
@click.option("--out", type=click.Path(path_type=Path), help="The file for --sample.")
@click.option(
    "--labels", type=click.Path(path_type=Path), help="The sample, with your answers in it."
)
@click.option(
    "--drawn",
    type=click.Path(path_type=Path),
    help="A sample whose answers went to decide: what those decisions say of probabilities.",
)
@click.option("--encoding", help="Of --truth, --labels or --drawn, where it cannot be told.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="A folder for the calibration curve (SVG)."
)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@seed_option
@passphrase_option
@json_option
def evaluate(
    case: Path,
    truth: Path | None,
    complete: bool,
    size: int | None,
    out: Path | None,
    labels: Path | None,
    drawn: Path | None,
    encoding: str | None,
    pictures: Path | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Say how good the linkage is, with intervals, and whether its probabilities hold.

    Against a file that says who is who (--truth), or from a sample of pairs: --sample draws
    it with known chances, you look the pairs up with uncounted show and write yes, no or ?
    into the column same, and --labels estimates from it. Without any of them it tells what
    the draws themselves expect, which is no check.

    Once the sample's answers went to uncounted decide, and reports were linked again, --drawn
    holds them against what was stated before. Pairs of uncounted review are no such sample.

    \b
    Examples:
      uncounted evaluate returns.case
      uncounted evaluate returns.case --truth truth.csv --pictures pictures
      uncounted evaluate returns.case --sample 200 --out sample.csv
      uncounted evaluate returns.case --labels sample.csv
    """
    from uncounted.estimate.base.validation import level_of
    from uncounted.workflow import evaluate as judging

    _check(truth, complete, size, out, labels, drawn, pictures)
    if out is not None:
        refuse_taken_or_inside(case, out)
    level_of(level)  # no range of numbers refuses one that is none
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        waiting("holding draws against labels", 0, None)
        if size is not None and out is not None:
            sample = judging.draw_sample(opened, out, size=size, seed=seed, on=today())
            done = None
        elif truth is not None:
            done = judging.against_truth(
                opened,
                truth,
                complete=complete,
                level=level,
                pictures=pictures,
                drawn=drawn,
                encoding=encoding,
                on=today(),
            )
        elif labels is not None:
            done = judging.from_sample(
                opened, labels, level=level, pictures=pictures, encoding=encoding, on=today()
            )
        else:
            done = judging.opinion(opened, on=today(), level=level, drawn=drawn, encoding=encoding)
    if done is None:
        _answer_sample(sample, out, as_json=as_json)
    elif as_json:
        answer_json(done.to_json())
    else:
        _answer(done)


def _check(
    truth: Path | None,
    complete: bool,
    size: int | None,
    out: Path | None,
    labels: Path | None,
    drawn: Path | None,
    pictures: Path | None,
) -> None:
    """Refuse what does not go together before anything is opened."""
    if sum(each is not None for each in (truth, size, labels)) > 1:
        raise UsedWrongly(
            "--truth, --sample and --labels are three ways, and one is taken at a time",
            hint="draw with --sample, fill the file in, then give it as --labels",
        )
    if (size is None) != (out is None):
        raise UsedWrongly(
            "--sample says how many pairs and --out where to write them: both or neither",
            hint="uncounted evaluate CASE --sample 200 --out sample.csv",
        )
    if drawn is not None and (size is not None or labels is not None):
        raise UsedWrongly(
            "--drawn is a sample that was answered with decide, and goes alone or with --truth",
            hint="a sample whose answers the linkage was not told goes to --labels",
        )
    if complete and truth is None:
        raise UsedWrongly("--complete says something of the file of --truth", hint="give both")
    if pictures is not None and truth is None and labels is None:
        raise UsedWrongly(
            "there is no calibration curve without labels", hint="give --truth or --labels too"
        )
    if pictures is not None and pictures.exists() and not pictures.is_dir():
        raise UsedWrongly(
            "--pictures names a file, and pictures go into a folder", hint="name another place"
        )


def _answer_sample(sample: Sample, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        answer_json({**sample.to_json(), "out": str(out)})
        return
    answer(f"{plural(len(sample.rows), 'pair')} drawn by lot, from the linkage as it is now:")
    rows = [(cut.words, f"{cut.of:,}", f"{cut.drawn:,}") for cut in sample.cuts]
    answer(columns([("stratum", "pairs", "drawn"), *rows], right=[1, 2]))
    if sample.left_out:
        answer(
            f"Not in any stratum: {plural(sample.outside, 'pair')} that no draw links and that"
            f" share no key, or one alone: {sample.left_out:,} do. So few labels could not tell"
            f" of those; they are drawn from --sample {sample.enough:,} on. A link missed there is"
            " not seen."
        )
    else:
        answer(
            f"Not in any stratum: {plural(sample.outside, 'pair')} that no draw links and that"
            " share no key. A link missed there is not seen."
        )
    answer(f"Written to {out}: fill in the column same with yes, no or ?; leave the rest.")
    say("  a report is shown by uncounted show CASE --source NAME --report ID")
    say("  look at every pair before you look at what the linkage says of it")


# Figures ----------------------------------------------------------------------------------------


def _answer(done: Judged) -> None:
    from uncounted.linkage.evaluation import ClericalEvaluation, TruthComparison
    from uncounted.workflow.evaluate import sentences

    found = done.found
    if isinstance(found, TruthComparison):
        _answer_held(found)
    elif isinstance(found, ClericalEvaluation):
        _answer_clerical(found)
    else:
        _answer_opinion(found)
    if isinstance(found, TruthComparison | ClericalEvaluation) and found.calibration.bins:
        calibration = found.calibration
        answer()
        answer("Does a probability mean what it says?")
        answer(_curve(calibration, done))
        answer()
        for sentence in sentences(found, done.recalibrated):
            answer(sentence)
        for line in dict.fromkeys((calibration.line, done.recalibrated)):
            if line is not None:
                answer(_line(line))
    elif done.recalibrated is not None:
        answer(done.recalibrated.verdict())
        answer(_line(done.recalibrated))
    if done.by_lot is not None and done.recalibrated is None:
        answer(
            f"{plural(done.by_lot, 'pair')} of the sample had been in doubt when they were decided:"
            " too few, or all alike. Twenty in ten groups of reports say what probabilities should"
            " have been."
        )
    if done.not_by_lot:
        answer(
            f"{plural(done.not_by_lot, 'decided pair')} {'was' if done.not_by_lot == 1 else 'were'}"
            " not used for this, being in no drawn sample that was given: uncounted review, for"
            " one, chooses pairs by what they do to N, and of pairs that are stated alike it shows"
            " more that are the same. Only pairs drawn by lot tell (--sample; then --labels, or"
            " decide and --drawn)."
        )
    if done.told:
        say(
            f"  {plural(done.told, 'labelled pair')} had been decided; the linkage keeps to that,"
            " so on those it cannot be wrong"
        )
    if done.pictures:
        say(f"The curve as a picture: {', '.join(done.pictures)}")


def _answer_held(found: TruthComparison) -> None:
    values = {name: figure.value for name, figure in found.figures.items()}
    answer(
        f"{_pairs(found.true)} pairs of reports are of one person; {_pairs(found.found)} were"
        " linked."
    )
    shares = ", ".join(
        f"{name} {'-' if (value := values[key]) is None else f'{value:.3f}'}"
        for name, key in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
    )
    people = ""
    if found.people is not None and found.true_people is not None:
        people = (
            f"; {number(found.people)} {'person' if found.people == 1 else 'people'} counted where"
            f" there {'is' if found.true_people == 1 else 'are'} {number(found.true_people)}"
        )
    answer(f"{shares}{people}")
    answer()
    told = f"{found.level:.0%}, other {'pairs' if found.against == 'pairs' else 'people'}"
    rows = [("", "linkage", told, f"{found.level:.0%}, single draws")]
    for name, figure in found.figures.items():
        drawn = figure.draws
        rows.append(
            (
                _WORDS[name],
                _share(figure.value),
                _ends(figure.sampling),
                _ends(None if drawn is None else drawn[1:]),
            )
        )
    if found.people_ratio is not None and found.people is not None:
        ratio, ends = found.people_ratio.value, found.people_ratio.sampling
        rows.append(
            (
                "people found for each true one",
                f"{ratio:.3f}",
                "-" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}",
                _per_true(found),
            )
        )
    answer(columns(rows))
    if any(figure.draws is not None for figure in found.figures.values()):
        answer("  The linkage is the least wrong over all draws; a single one is mostly worse.")
    for what, words in _COUNTS.items():
        if count := found.counts.get(what):
            answer("  " + words.format(plural(count, _noun(what, found))))
    if found.against == "pairs":
        answer("This is of the pairs in the file; of others only if those were drawn by lot.")


def _pairs(count: float) -> str:
    """How many; where links that lead out of a file count by half, not rounded to whole ones.

    Examples:
        >>> _pairs(1076.0), _pairs(75.5)
        ('1,076', '75.5')
    """
    return number(count) if float(count).is_integer() else f"{count:,.1f}"


def _noun(what: str, found: TruthComparison) -> str:
    return _NOUNS.get(what, "pair" if found.against == "pairs" else "report")


def _per_true(found: TruthComparison) -> str:
    if found.people_draws is None or not found.true_people:
        return "-"
    _, low, high = found.people_draws
    return f"{low / found.true_people:.3f} to {high / found.true_people:.3f}"


def _answer_clerical(found: ClericalEvaluation) -> None:
    low, high = found.true_interval
    unseen = ""
    if round(found.judged) != found.linked:
        unseen = (
            f", of which the sample was drawn from about {number(found.judged)}: precision is of"
            " those"
        )
    answer(
        f"From {plural(found.labelled, 'labelled pair')}: about {number(found.true)} pairs are of"
        f" one person ({number(low)} to {number(high)}); {found.linked:,} are linked{unseen}."
    )
    answer()
    header = ["", "estimate", f"{found.level:.0%}"]
    if found.unsure:
        header += ["if ? is yes", "if ? is no"]
    rows = [tuple(header)]
    for name, each in found.figures.items():
        row = [_WORDS[name], _share(each.value), _ends(each.interval)]
        if found.unsure:
            row += [_share(each.if_unsure_same), _share(each.if_unsure_different)]
        rows.append(tuple(row))
    answer(columns(rows))
    if found.unsure:
        answer(f"  {plural(found.unsure, 'pair')} without an answer: taken to be like the others")
    if found.gone:
        answer(
            f"  {plural(found.gone, 'pair')} left out, of a report that is not linked here: there"
            " is none, it was withdrawn, or has no consent"
            f" ({named_rows(found.gone_rows)})"
        )
    if found.relinked:
        answer(
            "  The reports were linked anew since the sample was drawn. Links that are new and"
            " were not near before are not judged: draw a new sample to be sure."
        )
    share = "a key" if found.one_key else "two keys"
    answer(f"Recall is of pairs that a draw links or that share {share}; others are not seen.")


def _answer_opinion(found: Expected) -> None:
    answer("No labels were given. This is what the linkage holds of itself, and no check:")
    answer("it is right only if its probabilities mean what they say.")
    answer()
    rows = [("", "expected", f"{found.level:.0%}, over the draws")]
    for name, figure in found.figures.items():
        if figure is not None:
            rows.append((_WORDS[name], _share(figure[0]), _ends(figure[1])))
    answer(columns(rows))
    (links, ends), (people, among) = found.links, found.people_draws
    answer(
        f"{found.linked:,} pairs are linked; the draws expect {number(links)} to be of one person"
        f" ({number(ends[0])} to {number(ends[1])})."
    )
    answer(
        f"{plural(found.people, 'person', 'people')} in the stated partition; {number(people)} over"
        f" the draws ({number(among[0])} to {number(among[1])})."
    )
    answer(f"{plural(found.doubtful, 'pair')} with a probability between .05 and .95.")
    say("  to check it: uncounted evaluate CASE --sample 200 --out sample.csv")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _ends(interval: Sequence[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


# The curve --------------------------------------------------------------------------------------


def _curve(calibration: Calibration, done: Judged) -> str:
    """A line a bin: stated, true with its interval, and a picture from 0 to 1."""
    plain = plain_terminal()
    again = done.recalibrated
    level = f"{calibration.level:.0%}"
    header = ["stated", "true", level, "pairs", _scale(plain=plain)]
    if again is not None:
        header[1:1] = ["by lot", level]
    rows = [header]
    for each in calibration.bins:
        row = [
            f"{each.stated:.2f}",
            f"{each.true:.2f}",
            _short_ends(each.interval),
            f"{each.pairs:,}",
            _mark(each.stated, each.true, each.interval, plain=plain),
        ]
        if again is not None:
            share, ends = again.of(each.stated)
            row[1:1] = [f"{share:.2f}", _short_ends(ends)]
        rows.append(row)
    right = [at for at, name in enumerate(header[:-1]) if name != level]
    key = "o true, x stated, * both" if plain else "● true, ◇ stated, ◆ both"
    if again is not None:
        key += "; by lot: what the answers for pairs drawn by lot make of it"
    return columns(rows, right=right) + f"\n{key}"


def _short_ends(interval: tuple[float, float] | None) -> str:
    return "-" if interval is None else "{:.2f} to {:.2f}".format(*interval)


def _line(line: Recalibrated) -> str:
    """Intercept and slope of the log-odds, with their intervals."""
    values = zip(line.coefficients, line.intervals, strict=True)
    a, b = (f"{value:.2f} ({low:.2f} to {high:.2f})" for value, (low, high) in values)
    return (
        f"Log-odds, {line.pairs:,} {line.by}: intercept {a}, slope {b};"
        " 0 and 1 if all is as stated."
    )


def _scale(*, plain: bool) -> str:
    half = (_PICTURE - 3) // 2
    return (
        "0" + "." * half + ":" + "." * half + "1"
        if plain
        else "0" + "·" * half + "┊" + ("·" * half + "1")
    )


def _mark(stated: float, true: float, interval: tuple[float, float] | None, *, plain: bool) -> str:
    """The share that is true with its interval, and where it was stated.

    Examples:
        >>> _mark(0.5, 0.25, (0.1, 0.4), plain=True)
        '    |-----o-----|   x'
        >>> _mark(0.25, 0.25, None, plain=True)
        '          *'
    """
    low, high = interval or (true, true)
    cells = list(
        interval_picture(low, true, high, left=0, right=1, width=_PICTURE, plain=plain).ljust(
            _PICTURE
        )
    )
    at, here = (round(min(max(share, 0.0), 1.0) * (_PICTURE - 1)) for share in (stated, true))
    one, both = ("x", "*") if plain else ("◇", "◆")
    cells[at] = both if at == here else one
    return "".join(cells).rstrip()
