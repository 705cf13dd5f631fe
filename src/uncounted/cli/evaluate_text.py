"""An evaluation as printed in a terminal: figures with their intervals, and a calibration curve."""

from __future__ import annotations

from collections.abc import Sequence

from uncounted.cli.terminal import answer, named_rows, plain_terminal, say
from uncounted.text_table import columns, interval_picture, number, plural
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
    "not_in_the_truth": "{} linked, of whom the file says nothing: not judged",
    "not_linked": "{} of the file not among those that were linked",
    "of_no_list": "{} that the file names with no report among those: is its name spelt so?",
    "without_a_person": "{} of the file without a person",
    "unsure": "{} without an answer",
    "links_not_judged": "{} that lead out of the file or lie outside it: not judged",
}
_NOUNS = {"unsure": "pair", "links_not_judged": "link", "of_no_list": "list"}


def _answer_sample(done: SampleDrawn) -> None:
    sample = done.sample
    answer(f"{plural(len(sample.rows), 'pair')} drawn by lot, from the linkage as it is now:")
    rows = [(cut.text, f"{cut.of:,}", f"{cut.drawn:,}") for cut in sample.cuts]
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
    answer(f"Written to {done.out}: fill in the column same with yes, no or ?; leave the rest.")
    say("  a report is shown by uncounted show CASE --source NAME --report ID")
    say("  look at every pair before you look at what the linkage says of it")


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
    if done.in_doubt is not None and done.recalibrated is None:
        answer(
            f"{plural(done.in_doubt, 'pair')} of the sample had been in doubt when they were"
            " decided: too few, or all alike. Twenty in ten groups of reports say what"
            " probabilities should have been."
        )
    if done.not_random:
        answer(
            f"{plural(done.not_random, 'decided pair')} {'was' if done.not_random == 1 else 'were'}"
            " not used for this, being in no drawn sample that was given: uncounted review, for"
            " one, chooses pairs by what they do to N, and of pairs that are stated alike it shows"
            " more that are the same. Only pairs drawn by lot tell (--sample; then --labels, or"
            " decide and --adjudicated-sample)."
        )
    if done.decided:
        say(
            f"  {plural(done.decided, 'labelled pair')} had been decided; the linkage keeps to"
            " that, so on those it cannot be wrong"
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
        answer("  The linkage is the least wrong over all draws; a single one is mostly worse.")
    for what, words in _COUNTS.items():
        if count := found.counts.get(what):
            answer("  " + words.format(plural(count, _noun(what, found))))
    if found.compared_with == "pairs":
        answer("This is of the pairs in the file; of others only if those were drawn by lot.")


def _pairs(count: float) -> str:
    """How many; where links that lead out of a file count by half, not rounded to whole ones.

    Examples:
        >>> _pairs(1076.0), _pairs(75.5)
        ('1,076', '75.5')
    """
    return number(count) if float(count).is_integer() else f"{count:,.1f}"


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
            f", of which the sample was drawn from about {number(found.n_evaluated)}: precision is"
            " of those"
        )
    answer(
        f"From {plural(found.labelled, 'labelled pair')}: about {number(found.true)} pairs are of"
        f" one person ({number(low)} to {number(high)}); {found.linked:,} are linked{sampled}."
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
    share = "a key" if found.includes_single_key_pairs else "two keys"
    answer(f"Recall is of pairs that a draw links or that share {share}; others are not seen.")


def _answer_opinion(found: ExpectedAccuracy) -> None:
    answer("No labels were given. This is what the linkage holds of itself, and no check:")
    answer("it is right only if its probabilities mean what they say.")
    answer()
    rows = [("", "expected", f"{found.level:.0%}, over the draws")]
    for name, figure in found.figures.items():
        if figure is not None:
            rows.append((_WORDS[name], _share(figure[0]), _interval(figure[1])))
    answer(columns(rows))
    (links, within), (people, interval) = found.links, found.people_draws
    answer(
        f"{found.linked:,} pairs are linked; the draws expect {number(links)} to be of one person"
        f" ({number(within[0])} to {number(within[1])})."
    )
    answer(
        f"{plural(found.people, 'person', 'people')} in the stated partition; {number(people)} over"
        f" the draws ({number(interval[0])} to {number(interval[1])})."
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
        header[1:1] = ["by lot", level]
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
        key += "; by lot: what the answers for pairs drawn by lot make of it"
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
    cells = list(
        interval_picture(low, true, high, left=0, right=1, width=_PICTURE, plain=plain).ljust(
            _PICTURE
        )
    )
    at, here = (round(min(max(share, 0.0), 1.0) * (_PICTURE - 1)) for share in (stated, true))
    one, both = ("x", "*") if plain else ("◇", "◆")
    cells[at] = both if at == here else one
    return "".join(cells).rstrip()
