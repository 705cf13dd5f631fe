"""Places as written, made comparable across scripts: a fine key, a wide key, nothing else.

The fine key is a town or county, the wide one a province. Which province a town lies in
is learned from the reports themselves, where some write both. Places finer than a town,
and distances on the ground, are not looked at.

The list of border towns and provinces gives their usual Korean, Chinese and Latin names
(general geographical knowledge).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import attrs
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from uncounted.linkage import lattice

MISSING, SAME, WITHIN, SAME_WIDE, NEAR, DIFFERENT = range(6)
LEVELS = 6
MOST_COMPARED = 4000  # distinct places whose spellings are compared letter by letter
LONGEST = 120

# ruff: noqa: E501
_WIDE = """
hamgyong-n|함경북도 함북 north-hamgyong north-hamgyeong north-hamkyung hamgyongbuk hamgyeongbuk hambuk 咸镜北道 咸鏡北道
hamgyong-s|함경남도 함남 south-hamgyong south-hamgyeong south-hamkyung hamgyongnam hamgyeongnam hamnam 咸镜南道 咸鏡南道
pyongan-n|평안북도 평북 north-pyongan north-pyeongan north-phyongan pyonganbuk pyeonganbuk 平安北道
pyongan-s|평안남도 평남 south-pyongan south-pyeongan south-phyongan pyongannam pyeongannam 平安南道
hwanghae-n|황해북도 황북 north-hwanghae hwanghaebuk 黄海北道
hwanghae-s|황해남도 황남 south-hwanghae hwanghaenam 黄海南道
ryanggang|량강도 양강도 량강 양강 ryanggang yanggang ryangkang yangkang 两江道 兩江道
jagang|자강도 자강 jagang chagang jakang 慈江道
kangwon|강원도 강원 kangwon gangwon 江原道
jilin|길림성 길림 지린성 jilin 吉林省
liaoning|료녕성 요녕성 료녕 요녕 랴오닝성 liaoning 辽宁省 遼寧省
heilongjiang|흑룡강성 흑룡강 헤이룽장성 heilongjiang 黑龙江省 黑龍江省
yanbian|연변 연변조선족자치주 옌볜 yanbian yanbian-korean 延边 延邊 延边朝鲜族自治州
"""

_FINE = """
yanji|연길 옌지 yanji 延吉
tumen|도문 투먼 tumen 图们 圖們
hunchun|훈춘 혼춘 hunchun 珲春 琿春
longjing|룡정 용정 룽징 longjing 龙井 龍井
helong|화룡 허룽 helong 和龙 和龍
wangqing|왕청 왕칭 wangqing 汪清
antu|안도 안투 antu 安图 安圖
dunhua|돈화 둔화 dunhua 敦化
dandong|단동 단둥 dandong tandong 丹东 丹東
jian|집안 지안 jian 集安
changbai|장백 창바이 changbai 长白 長白
linjiang|림강 임강 린장 linjiang 临江 臨江
baishan|백산 바이산 baishan 白山
tonghua|통화 퉁화 tonghua 通化
kuandian|관전 콴뎬 kuandian 宽甸 寬甸
shenyang|심양 선양 shenyang 沈阳 瀋陽
dalian|대련 다롄 dalian 大连 大連
changchun|장춘 창춘 changchun 长春 長春
harbin|하얼빈 할빈 harbin 哈尔滨 哈爾濱
mudanjiang|목단강 무단장 mudanjiang 牡丹江
beijing|북경 베이징 beijing peking 北京
qingdao|청도 칭다오 qingdao 青岛 靑島
kunming|곤명 쿤밍 kunming 昆明
nanning|남녕 난닝 nanning 南宁
shanghai|상해 상하이 shanghai 上海
tianjin|천진 톈진 tianjin 天津
pyongyang|평양 pyongyang pyeongyang phyongyang 平壤
rason|라선 나선 rason naseon nason rajin-sonbong 罗先
"""

_ADMIN = frozenset(
    [
        "county",
        "city",
        "province",
        "prefecture",
        "autonomous",
        "district",
        "town",
        "village",
        "of",
        "near",
        "in",
        "at",
        "the",
        "si",
        "gun",
        "do",
        "ri",
        "dong",
        "up",
        "gu",
        "shi",
        "xian",
        "sheng",
        "special",
    ]
)
_SIDES = {"n": "north", "s": "south", "north": "north", "south": "south"}
_HANGUL_END = re.compile(r"(특별시|직할시|자치주|자치현|시|군|구역|구|현|도|성|주)$")
_HAN_END = re.compile(r"(自治州|自治县|市|县|縣|郡|区|道|省|州)$")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, str], dict[str, str]]:
    tables = []
    for rows in (_WIDE, _FINE):
        table = {}
        for line in rows.strip().splitlines():
            key, _, words = line.partition("|")
            table.update(dict.fromkeys(words.split(), key))
        tables.append(table)
    return tables[0], tables[1]


@attrs.frozen
class Place:
    """The fine keys (towns) and the wide key (province) that a text names."""

    fine: frozenset[str]
    wide: str | None


@lru_cache(maxsize=65536)
def read(text: str) -> Place:
    """Read a place as written.

    Examples:
        >>> read("함경북도 회령시") == read("Hoeryong, North Hamgyong Province")
        True
        >>> read("도문").fine == read("Tumen City").fine
        True
    """
    wide_names, fine_names = _known()
    words = _words(text[:LONGEST])
    wide, fine = None, set()
    for word in words:
        if word in wide_names:
            wide = wide_names[word]
        elif word in fine_names:
            fine.add(fine_names[word])
        else:
            fine.add(_key(word))
    return Place(frozenset(fine - {""}), wide)


def _words(text: str) -> list[str]:
    wide_names, _ = _known()
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    found: list[str] = []
    side = ""
    for word in _WORD.findall(unicodedata.normalize("NFC", plain)):
        if word in _SIDES:
            side = _SIDES[word]
        elif word in _ADMIN:
            continue
        else:
            whole = f"{side}-{word}" if side else word
            found.append(whole if whole in wide_names else _bare(word))
            side = ""
    return found


def _bare(word: str) -> str:
    wide_names, _ = _known()
    if word in wide_names or len(word) < 2:
        return word
    if "가" <= word[0] <= "힣":
        return _HANGUL_END.sub("", word) or word
    return _HAN_END.sub("", word) or word


def _key(word: str) -> str:
    """A Latin key: Hangul by its consonants, so that all romanisations meet."""
    if all(map(lattice.is_hangul, word)):
        return lattice.skeleton(lattice.latin(word)) or word
    if word.isascii() and lattice.of_latin((word,)):
        return lattice.skeleton(word) or word
    return word


def parents(places: Sequence[Place]) -> dict[str, str]:
    """Which province each town lies in, as most reports that name both say."""
    counts: dict[str, Counter[str]] = {}
    for place in places:
        if place.wide and len(place.fine) == 1:
            (town,) = place.fine
            counts.setdefault(town, Counter())[place.wide] += 1
    return {town: min(seen, key=lambda wide: (-seen[wide], wide)) for town, seen in counts.items()}


def levels(texts: Sequence[str], places: Sequence[Place]) -> NDArray[np.uint8]:
    """Compare distinct places, each with each.

    Args:
        texts: the places as written, one a distinct place.
        places: what each says.

    Returns:
        A square table of levels (`SAME` ... `DIFFERENT`), shape (places, places).
    """
    count = len(places)
    table = np.full((count, count), DIFFERENT, np.uint8)
    if count <= MOST_COMPARED and count:
        folded = [" ".join(_words(text[:LONGEST])) for text in texts]
        # two letters in twelve: a slip of the pen, not another place
        near = process.cdist(folded, folded, scorer=OSA.normalized_distance, dtype=np.float32)
        table[near <= 0.17] = NEAR
        # and one sign of a code, which is short
        codes = [at for at, text in enumerate(folded) if len(text) > 2 and _DIGIT.search(text)]
        written = [folded[at] for at in codes]
        slips = process.cdist(written, written, scorer=OSA.distance, dtype=np.uint8)
        table[np.ix_(codes, codes)] = np.where(slips <= 1, NEAR, table[np.ix_(codes, codes)])
    above = parents(places)
    wide = [place.wide or _common(place, above) for place in places]
    wide_ids = _ids([name or "" for name in wide])
    only_wide = np.array([not place.fine for place in places], bool)
    known = np.array([name is not None for name in wide], bool)
    unclear = only_wide[:, None] | only_wide[None, :]
    same_wide = (wide_ids[:, None] == wide_ids[None, :]) & known[:, None] & known[None, :]
    table[same_wide & (table == DIFFERENT)] = SAME_WIDE
    table[same_wide & unclear] = WITHIN
    # a province against a town of which nobody says where it lies: nothing to compare
    table[unclear & ~(known[:, None] & known[None, :])] = MISSING
    holders: dict[str, list[int]] = {}
    for at, place in enumerate(places):
        for town in place.fine:
            holders.setdefault(town, []).append(at)
    for members in holders.values():
        table[np.ix_(members, members)] = SAME
    np.fill_diagonal(table, np.where(only_wide, WITHIN, SAME).astype(np.uint8))
    return table


def _common(place: Place, above: dict[str, str]) -> str | None:
    found = {above[town] for town in place.fine if town in above}
    return found.pop() if len(found) == 1 else None


def _ids(names: Sequence[str]) -> NDArray[np.int64]:
    order = {name: at for at, name in enumerate(sorted(set(names)))}
    return np.array([order[name] for name in names], np.int64)
