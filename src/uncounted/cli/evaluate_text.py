"""An evaluation as printed in a terminal: figures with their intervals, and a calibration curve."""

from __future__ import annotations

from collections.abc import Sequence

from uncounted.cli.terminal import answer, named_rows, plain_terminal, say
from uncounted.text_table import PLAIN, columns, interval_picture, plural, whole
from uncounted.workflow.evaluate import (
    Calibration,
    ClericalEvaluation,
    ExpectedAccuracy,
    LinkageEvaluation,
    Recalibrated,
    SampleDrawn,
    TruthComparison,
    sentences,
)

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
    "not_in_the_truth": "{} linked that are not in the file: not evaluated",
    "not_linked": "{} of the file that were not linked",
    "of_no_list": "{} of the file with no report among those: check the spelling of the name",
    "without_a_person": "{} of the file without a person",
    "unsure": "{} without an answer",
    "links_not_judged": "{} outside the file: not evaluated",
}
_NOUNS = {"unsure": "pair", "links_not_judged": "link", "of_no_list": "list"}


def _answer_sample(done: SampleDrawn) -> None:
    sample = done.sample
    answer(f"{plural(len(sample.rows), 'pair')} drawn at random from the current linkage:")
    rows = [(cut.text, f"{cut.of:,}", f"{cut.drawn:,}") for cut in sample.cuts]
    answer(columns([("stratum", "pairs", "drawn"), *rows], right=[1, 2]))
    if sample.left_out:
        answer(
            f"Not sampled: {plural(sample.outside, 'pair')} that no draw links and that share no"
            f" blocking key, or one only ({sample.left_out:,} of them, which are sampled from"
            f" --sample {sample.enough:,} on). Matches missed there are not counted."
        )
    else:
        answer(
            f"Not sampled: {plural(sample.outside, 'pair')} that no draw links and that share no"
            " blocking key. Matches missed there are not counted."
        )
    answer(
        f"Written to {done.out}: fill in the column 'same' with yes, no or ?; change nothing else."
    )
    say("  to read a report: uncounted show CASE --source NAME --report ID")
    say("  decide on each pair before you look at its match probability")


# Figures ----------------------------------------------------------------------------------------


def answer_evaluation(done: LinkageEvaluation | SampleDrawn) -> None:
    """Print the figures, the calibration curve, and how many pairs were decided before."""
    if isinstance(done, SampleDrawn):
        _answer_sample(done)
        return
    found = done.accuracy
    if isinstance(found, TruthComparison):
        _answer_held(found)
    elif isinstance(found, ClericalEvaluation):
        _answer_clerical(found)
    else:
        _answer_opinion(found)
    if isinstance(found, TruthComparison | ClericalEvaluation) and found.calibration.bins:
        calibration = found.calibration
        answer()
        answer("Calibration of the match probabilities")
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
    if done.in_doubt is not None and done.recalibrated is None:
        answer(
            f"{plural(done.in_doubt, 'pair')} of the sample were uncertain when they were decided:"
            " too few, or all with one answer. At least 20 in 10 groups of reports are needed to"
            " recalibrate."
        )
    if done.not_random:
        answer(
            f"{plural(done.not_random, 'decided pair')} {'was' if done.not_random == 1 else 'were'}"
            " not used for this, since they are in no random sample that was given: uncounted"
            " review chooses pairs by their effect on N. Calibration needs randomly sampled pairs"
            " (--sample; then --labels, or decide and --adjudicated-sample)."
        )
    if done.decided:
        say(
            f"  {plural(done.decided, 'labelled pair')} had been decided; the linkage follows the"
            " decisions, so these pairs cannot be errors"
        )


def _answer_held(found: TruthComparison) -> None:
    values = {name: figure.value for name, figure in found.figures.items()}
    answer(
        f"{_pairs(found.true)} true matches (pairs of reports); {_pairs(found.found)} were linked."
    )
    shares = ", ".join(
        f"{name} {'-' if (value := values[key]) is None else f'{value:.3f}'}"
        for name, key in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
    )
    people = ""
    if found.people is not None and found.true_people is not None:
        people = (
            f"; {whole(found.people)} {'person' if found.people == 1 else 'people'} counted where"
            f" there {'is' if found.true_people == 1 else 'are'} {whole(found.true_people)}"
        )
    answer(f"{shares}{people}")
    answer()
    other = f"{found.level:.0%}, other {'pairs' if found.compared_with == 'pairs' else 'people'}"
    rows = [("", "linkage", other, f"{found.level:.0%}, single draws")]
    for name, figure in found.figures.items():
        drawn = figure.draws
        rows.append(
            (
                _WORDS[name],
                _share(figure.value),
                _interval(figure.sampling),
                _interval(None if drawn is None else drawn[1:]),
            )
        )
    if found.people_ratio is not None and found.people is not None:
        ratio = found.people_ratio
        rows.append(
            (
                "people found for each true one",
                f"{ratio.value:.3f}",
                _interval(ratio.sampling),
                _per_true(found),
            )
        )
    answer(columns(rows))
    if any(figure.draws is not None for figure in found.figures.values()):
        answer("  The linkage is the point estimate over all draws; single draws are mostly worse.")
    for what, words in _COUNTS.items():
        if count := found.counts.get(what):
            answer("  " + words.format(plural(count, _noun(what, found))))
    if found.compared_with == "pairs":
        answer(
            "These figures are for the pairs in the file, not for others unless sampled at random."
        )


def _pairs(count: float) -> str:
    """How many; where links that lead out of a file count by half, not rounded to whole ones.

    Examples:
        >>> _pairs(1076.0), _pairs(75.5)
        ('1,076', '75.5')
    """
    return whole(count) if float(count).is_integer() else f"{count:,.1f}"


def _noun(what: str, found: TruthComparison) -> str:
    return _NOUNS.get(what, "pair" if found.compared_with == "pairs" else "report")


def _per_true(found: TruthComparison) -> str:
    if found.people_draws is None or not found.true_people:
        return "-"
    _, low, high = found.people_draws
    return f"{low / found.true_people:.3f} to {high / found.true_people:.3f}"


def _answer_clerical(found: ClericalEvaluation) -> None:
    low, high = found.true_interval
    sampled = ""
    if round(found.n_evaluated) != found.linked:
        sampled = (
            f", of which about {whole(found.n_evaluated)} could be sampled: precision is for those"
        )
    answer(
        f"From {plural(found.labelled, 'labelled pair')}: about {whole(found.true)} true matches"
        f" ({whole(low)} to {whole(high)}); {found.linked:,} pairs are linked{sampled}."
    )
    answer()
    header = ["", "estimate", f"{found.level:.0%}"]
    if found.unsure:
        header += ["if ? is yes", "if ? is no"]
    rows = [tuple(header)]
    for name, each in found.figures.items():
        row = [_WORDS[name], _share(each.value), _interval(each.interval)]
        if found.unsure:
            row += [_share(each.if_unsure_same), _share(each.if_unsure_different)]
        rows.append(tuple(row))
    answer(columns(rows))
    if found.unsure:
        answer(f"  {plural(found.unsure, 'pair')} without an answer: assumed to be like the others")
    if found.gone:
        answer(
            f"  {plural(found.gone, 'pair')} excluded: a report does not exist, was withdrawn or"
            f" has no consent ({named_rows(found.gone_rows)})"
        )
    if found.relinked:
        answer(
            "  The reports were linked again after the sample was drawn. New links that were"
            " unlikely before are not evaluated: draw a new sample to include them."
        )
    share = "a blocking key" if found.includes_single_key_pairs else "two blocking keys"
    answer(f"Recall is for pairs that a draw links or that share {share}; others are not sampled.")


def _answer_opinion(found: ExpectedAccuracy) -> None:
    answer("No labels were given. This is the model-based (expected) accuracy, not validated:")
    answer("it is correct only if the match probabilities are calibrated.")
    answer()
    rows = [("", "expected", f"{found.level:.0%}, over the draws")]
    for name, figure in found.figures.items():
        if figure is not None:
            rows.append((_WORDS[name], _share(figure[0]), _interval(figure[1])))
    answer(columns(rows))
    (links, within), (people, interval) = found.links, found.people_draws
    answer(
        f"{found.linked:,} pairs are linked; the draws expect {whole(links)} true matches"
        f" ({whole(within[0])} to {whole(within[1])})."
    )
    answer(
        f"{plural(found.people, 'person', 'people')} in the point estimate; {whole(people)} over"
        f" the draws ({whole(interval[0])} to {whole(interval[1])})."
    )
    answer(f"{plural(found.doubtful, 'pair')} with a probability between .05 and .95.")
    say("  to check it: uncounted evaluate CASE --sample 200 --out sample.csv")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(interval: Sequence[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


# The curve --------------------------------------------------------------------------------------


def _curve(calibration: Calibration, done: LinkageEvaluation) -> str:
    """A line a bin: stated, true with its interval, and a picture from 0 to 1."""
    plain = plain_terminal()
    again = done.recalibrated
    level = f"{calibration.level:.0%}"
    header = ["stated", "true", level, "pairs", _scale(plain=plain)]
    if again is not None:
        header[1:1] = ["sampled", level]
    rows = [header]
    for each in calibration.bins:
        row = [
            f"{each.stated:.2f}",
            f"{each.true:.2f}",
            _short_interval(each.interval),
            f"{each.pairs:,}",
            _mark(each.stated, each.true, each.interval, plain=plain),
        ]
        if again is not None:
            share, interval = again.of(each.stated)
            row[1:1] = [f"{share:.2f}", _short_interval(interval)]
        rows.append(row)
    right = [at for at, name in enumerate(header[:-1]) if name != level]
    key = "o true, x stated, * both" if plain else "● true, ◇ stated, ◆ both"
    if again is not None:
        key += "; sampled: recalibrated with the labels of randomly drawn pairs"
    return columns(rows, right=right) + f"\n{key}"


def _short_interval(interval: tuple[float, float] | None) -> str:
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
    bar = interval_picture(low, true, high, left=0, right=1, width=_PICTURE).ljust(_PICTURE)
    cells = list(bar.translate(PLAIN) if plain else bar)
    at, here = (round(min(max(share, 0.0), 1.0) * (_PICTURE - 1)) for share in (stated, true))
    one, both = ("x", "*") if plain else ("◇", "◆")
    cells[at] = both if at == here else one
    return "".join(cells).rstrip()
