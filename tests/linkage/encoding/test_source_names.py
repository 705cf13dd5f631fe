"""What the names of each list are found to be."""

from __future__ import annotations

from uncounted.linkage.encoding.source_names import of_lists
from uncounted.records.names.name import Name
from uncounted.records.report import Report

NAMES = {
    "A": ("Олександр Шевченко", "Ірина Коваленко", "Микола Бондаренко", "Oksana Tkachenko"),
    "B": ("محمد حسين", "فاطمة علي", "أحمد الحسن", "خديجة عمر"),
    "C": ("김철수", "리영희", "Pak Song Ho", "최은주"),
    "D": ("გიორგი ბერიძე", "ნინო კაპანაძე", "დავით მაისურაძე", "თამარ ჯაფარიძე"),
}


def test_languages_and_scripts_of_each_list() -> None:
    reports = [
        Report(source, f"{at}", (Name(name),))
        for source, names in NAMES.items()
        for at, name in enumerate(names * 3)
    ]
    found = of_lists(reports)
    assert found["A"].languages[0] == "Ukrainian and Russian"
    assert found["A"].scripts == ("Cyrillic", "Latin")
    assert (found["B"].languages, found["B"].scripts) == (("Arabic",), ("Arabic",))
    assert (found["C"].languages, found["C"].scripts) == (("Korean",), ("Hangul", "Latin"))
    assert (found["D"].languages, found["D"].scripts) == ((), ("Georgian",))
