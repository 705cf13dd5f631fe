"""Names of China, in characters and in pinyin: adopted names of those who fled there, and papers
in which a Korean name stands in pinyin."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import forms
from uncounted.records.names import lattice, romanization_tables, surnames
from uncounted.records.names.name import Name
from uncounted.records.report import Report

# The hundred most usual family names of China, but 黎, which is Li as 李 is, and far rarer.
USUAL = """
王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 黄Huang 赵Zhao 吴Wu 周Zhou 徐Xu 孙Sun 马Ma 朱Zhu 胡Hu
郭Guo 何He 林Lin 高Gao 罗Luo 郑Zheng 梁Liang 谢Xie 宋Song 唐Tang 许Xu 韩Han 邓Deng 冯Feng 曹Cao
彭Peng 曾Zeng 肖Xiao 田Tian 董Dong 潘Pan 袁Yuan 蔡Cai 蒋Jiang 余Yu 于Yu 杜Du 叶Ye 程Cheng 魏Wei
苏Su 吕Lü 丁Ding 任Ren 卢Lu 姚Yao 沈Shen 钟Zhong 姜Jiang 崔Cui 谭Tan 陆Lu 范Fan 汪Wang 廖Liao
石Shi 金Jin 韦Wei 贾Jia 夏Xia 付Fu 方Fang 邹Zou 熊Xiong 白Bai 孟Meng 秦Qin 邱Qiu 侯Hou 江Jiang
尹Yin 薛Xue 闫Yan 段Duan 雷Lei 龙Long 史Shi 陶Tao 贺He 毛Mao 郝Hao 顾Gu 龚Gong 邵Shao 万Wan
覃Qin 武Wu 钱Qian 戴Dai 严Yan 莫Mo 孔Kong 向Xiang 常Chang
"""
GIVEN = [("丽", "Li"), ("秀英", "Xiuying"), ("美玲", "Meiling"), ("红", "Hong")]


def called(one: str, *others: str) -> list[str]:
    """The level of one name with each of the others."""
    reports = [Report(str(at), str(at), (Name(text),)) for at, text in enumerate((one, *others))]
    right = np.arange(1, len(reports))
    found = levels.levels(encode(reports), np.zeros_like(right), right)[:, 0]
    return ["same" if 1 <= at <= levels.NAME_SAME else NAME[at] for at in found]


@pytest.mark.parametrize(("characters", "pinyin"), GIVEN)
def test_usual_family_names_of_china_agree_in_characters_and_in_pinyin(
    characters: str, pinyin: str
) -> None:
    pairs = [(row[0] + characters, f"{row[1:]} {pinyin}") for row in USUAL.split()]
    missed = [pair for pair in pairs if called(*pair) != ["same"]]
    assert missed == []


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("邓丽", "鄧麗|Deng Li|DENG Li|Deng, Li|Li Deng|DENGLI"),
        ("谢霞", "謝霞|Xie Xia|Xia Xie"),
        ("肖红", "蕭紅|萧红|Xiao Hong"),
        ("欧阳娜", "歐陽娜|Ouyang Na|Ou Yang Na|Na Ouyang"),
        ("司马红", "司馬紅|Sima Hong"),
        ("诸葛红", "諸葛紅|Zhuge Hong"),
        ("上官红", "Shangguan Hong|Shang Guan Hong"),
        ("邓秀英", "Deng Xiu Ying|Xiuying Deng"),
    ],
)
def test_a_name_of_china_in_its_spellings(name: str, others: str) -> None:
    assert set(called(name, *others.split("|"))) == {"same"}


def test_other_family_names_of_china_are_other_people() -> None:
    assert called("邓丽", "何丽") == ["same given, other family"]
    assert "same" not in called("邓丽", "Peng Li", "Kim Li", "Li Hong", "何红")
    assert "same" not in called("Deng Li", "Xie Li", "Kim Li", "Li Hong", "谢丽")


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        *(("김지완", "Ji Wan Kim"), ("김지완", "Kim Ji Wan"), ("박완수", "Wan Su Pak")),
        *(("송혜진", "He Jin Song"), ("안희진", "Hui Jin An"), ("송미진", "Mi Jin Song")),
        *(("리상", "Li Xiang"), ("리미란", "Li Mi Lan")),
    ],
)
def test_a_syllable_that_is_a_family_name_of_china_turns_no_korean_name_round(
    name: str, spelt: str
) -> None:
    assert called(name, spelt) == ["same"]
    first = forms([Name(spelt)])[0]
    assert lattice.of_hangul(name[0]) in first.family
    assert not first.is_other_way


def test_every_family_name_of_china_is_one_in_characters_and_in_pinyin() -> None:
    for row in romanization_tables.surnames("CN"):
        assert row.characters
        assert row.pinyin
        for word in row.characters:
            assert word in surnames.han(), word
        for word in row.pinyin:
            assert word in surnames.pinyin(), word
            assert word in surnames.latin() or word in surnames.chinese(), word
        assert len(row.hangul[0]) == len(row.characters[0])


def test_no_family_name_of_china_stands_twice() -> None:
    rows = [
        (row.hangul[0], word)
        for row in romanization_tables.surnames("CN")
        for word in row.characters
    ]
    assert len(rows) == len(set(rows))
    for one, other in product(rows, rows):
        assert one == other or one[1] != other[1] or one[1] == "肖"


HUI = "순Shun 명Ming 금Jin 춘Chun 옥Yu 정Zhen 선Shan 은En 미Mei 성Cheng 영Ying 련Lian 설Xue 경Qing"


@pytest.mark.parametrize("row", HUI.split())
def test_women_who_are_called_hui_are_found_in_pinyin(row: str) -> None:
    pinyin = f"{row[1:]}ji"
    assert called(f"김{row[0]}희", f"Jin {pinyin}", f"Jin {row[1:]} ji") == ["same"] * 2
    assert called(f"Jin {pinyin}", f"리{row[0]}희") != ["same"]
    assert called(f"김{row[0]}기", f"Jin {pinyin}") == ["same"]  # 基 is Ji, too
