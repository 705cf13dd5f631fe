"""Family names: what a word may be as a family name, in each script.

A table a script, from a word to the readings that it may have, with weights that sum to 1.
The narrow tables are spellings that are usual; they tell which word of a name is the family
name. The wide ones hold every spelling that the letters give, for a word that has its place.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Literal

from uncounted.records.names import lattice, romanization_tables, syllables

Key = tuple[int, ...] | str  # folded syllables, or the letters themselves
Table = dict[str, dict[Key, float]]

_PINYIN_SHARE = 0.003  # of a family name in pinyin before a given name that is not
_CHINESE_SHARE = 0.2  # of names in pinyin, those of Chinese family names that are none of Korea's
_LEAST_IN_PINYIN = 0.001
_RARE = 0.015  # percent: rarer family names do not tell which word is one
_UNUSUAL = 0.02  # weight of a spelling that only the letters give, beside a usual one
_LEAST = 0.002  # shares of spellings below this are left out
# A character, then its simplified form and others that are met: 吴 and 呉 for 吳.
_ROWS_OF_FORMS = (
    "鄭郑 趙赵 張张 吳吴呉 黃黄 權权権 韓韩 劉刘 孫孙 許许 盧卢 車车 "
    "閔闵 陳陈 嚴严厳 羅罗 馬马 蔣蒋 錢钱銭 愼慎 楊杨 邊边辺邉 蘇苏 "
    "東东 諸诸 龍龙竜 賓宾 陰阴 魚鱼 陸陆 慶庆 宮宫 鮮鲜 獨独 魯鲁 "
    "晉晋 裵裴 曺曹 呂吕 連连 溫温 馮冯 葉叶 閻阎 雲云 鍾钟鐘 鮑鲍 "
    "後后 萬万 尙尚 眞真 氷冰 兪俞 强強 淵渊渕 賴赖頼 龐庞 異异 國国 "
    "鄒邹 龔龚 單单 堅坚 倉仓 莊庄 韋韦 顧顾 賈贾 簡简 頓顿 樓楼 譚谭 "
    "彈弹 柳桺栁 謝谢 鄧邓 蕭萧 閆闫 湯汤 喬乔 賀贺 顔颜顏 華华 歐欧 聶聂 齊齐 駱骆 "
    "紀纪 關关 費费 饒饶 項项 寧宁甯 欒栾 藍蓝 習习 蘭兰 遲迟 鞏巩 婁娄 叢丛 畢毕 應应 儲储 "
    "竇窦 麥麦 陽阳 藺蔺 樂乐"
)
_FORMS = {row[0]: row for row in _ROWS_OF_FORMS.split()}


@lru_cache(maxsize=1)
def hangul() -> Table:
    """Family names in Hangul, North and South.

    Examples:
        >>> hangul()["리"] == hangul()["이"]
        True
    """
    table: Table = {}
    for _, texts, *_ in romanization_tables.families():
        for text in texts:
            table.setdefault(text, {lattice.of_hangul(text): 1.0})
    return table


@lru_cache(maxsize=1)
def well_known() -> frozenset[str]:
    """Family names in Hangul but the rarest, most of which begin or end given names, too."""
    return frozenset(
        text
        for share, texts, *_ in romanization_tables.families()
        if share > _RARE
        for text in texts
    )


@lru_cache(maxsize=1)
def han() -> Table:
    """Family names in characters, full and simplified, and in other forms of them.

    Examples:
        >>> [lattice.hangul(key) for key in han()["赵"] if isinstance(key, tuple)]
        ['조']
    """
    table: Table = {}
    for _, texts, _, characters, _ in romanization_tables.families():
        _add_characters(table, texts[0], characters)
    of_china: Table = {}
    for _, text, characters, _ in romanization_tables.chinese():
        _add_characters(of_china, text, characters)
    return _scaled({**of_china, **table})


def _add_characters(table: Table, hangul: str, characters: list[str]) -> None:
    for text in characters:
        for forms in itertools.product(*(_FORMS.get(char, char) for char in text)):
            table.setdefault("".join(forms), {})[lattice.of_hangul(hangul)] = 1.0


@lru_cache(maxsize=1)
def latin() -> Table:
    """Usual spellings in Latin letters."""
    return _scaled(_latin())


@lru_cache(maxsize=1)
def _latin() -> Table:
    table: Table = {}
    for share, texts, words, _, pinyin in romanization_tables.families():
        if share > _RARE or len(texts[0]) > 1:
            weights = {word: share / (1 + at) for at, word in enumerate(words)}
            for word in pinyin:
                weights.setdefault(word, share * _PINYIN_SHARE)
            _add(table, lattice.of_hangul(texts[0]), weights)
    return table


@lru_cache(maxsize=4096)
def how_usual(word: str) -> float:
    """How usual a word in Latin letters is as a family name, in percent of people or so.

    Examples:
        >>> how_usual("kim") > 10 * how_usual("su") > 0
        True
    """
    return sum(_latin().get(word, {}).values()) or _RARE


@lru_cache(maxsize=2)
def wide(script: Literal["latin", "cyrillic"]) -> Table:
    """Every spelling of every family name, usual ones in Latin letters included.

    Examples:
        >>> [lattice.hangul(key) for key in wide("cyrillic")["цой"] if isinstance(key, tuple)]
        ['최']
    """
    table: Table = {}
    for share, texts, words, *_ in romanization_tables.families():
        key = lattice.of_hangul(texts[0])
        if script == "latin":
            _add(table, key, {word: share / (1 + at) for at, word in enumerate(words)})
        for text in texts:
            rows = [syllables.spellings(script, ord(c) - syllables.FIRST).items() for c in text]
            weights: dict[str, float] = {}
            for parts in itertools.product(*rows):
                word = "".join(part for part, _ in parts)
                weight = 1.0
                for _, part in parts:
                    weight *= part
                if weight > _LEAST:
                    usual = 1.0 if script == "cyrillic" else _UNUSUAL
                    weights[word] = weights.get(word, 0.0) + weight * share * usual
            _add(table, key, weights)
    return _scaled(table)


@lru_cache(maxsize=1)
def pinyin() -> Table:
    """Family names in pinyin, without tones: ü as u, v or yu."""
    table: Table = {}
    for share, texts, _, _, words in romanization_tables.families():
        written = {form for word in words for form in _umlauts(word)}
        _add(table, lattice.of_hangul(texts[0]), dict.fromkeys(sorted(written), share))
    for share, text, _, words in romanization_tables.chinese():
        _add(table, lattice.of_hangul(text), dict.fromkeys(words, share * _CHINESE_SHARE))
    return _scaled(table, _LEAST_IN_PINYIN)


@lru_cache(maxsize=1)
def chinese() -> dict[str, float]:
    """Family names of China in pinyin that are no usual ones of Korea, with shares in percent.

    Examples:
        >>> "deng" in chinese(), "li" in chinese()
        (True, False)
    """
    shares: dict[str, float] = {}
    for share, _, _, words in romanization_tables.chinese():
        for word in words:
            if word not in latin():
                shares[word] = shares.get(word, 0.0) + share
    return shares


def _umlauts(word: str) -> set[str]:
    return {word, "lv", "lyu"} if word == "lu" else {word}


@lru_cache(maxsize=1)
def usual() -> frozenset[str]:
    """Usual spellings that are not only pinyin."""
    return frozenset(word for _, _, words, *_ in romanization_tables.families() for word in words)


@lru_cache(maxsize=1)
def compounds() -> frozenset[str]:
    """Spellings of family names of two syllables."""
    return frozenset(
        word
        for word, keys in wide("latin").items()
        if any(isinstance(key, tuple) and len(key) > 1 for key in keys)
    )


def of_latin(word: str) -> dict[Key, float]:
    """What a word in Latin letters may be as a family name; the letters if it is none."""
    known = latin().get(word) or wide("latin").get(word)
    return dict(known) if known else {word: 1.0}


def _add(table: Table, key: Key, weights: dict[str, float]) -> None:
    for word, weight in weights.items():
        found = table.setdefault(word, {})
        found[key] = found.get(key, 0.0) + weight


def _scaled(table: Table, least: float = 0.01) -> Table:
    """Weights that sum to 1, without those that are the `least` of it."""
    out: Table = {}
    for word, keys in table.items():
        total = sum(keys.values())
        out[word] = {key: weight / total for key, weight in keys.items() if weight > least * total}
    return out
