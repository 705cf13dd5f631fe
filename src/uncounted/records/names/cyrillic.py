"""Tables of how Korean syllables are spelt in Cyrillic; nothing is computed here.

As in `spelling`: a letter of Hangul, and each way in which it is met, with a rough share.
Sources: L. R. Kontsevich's system for Korean in Russian (in print since the 1950s, the one
that Russian-language agencies and maps follow), the older usage of the Soviet press and of
Koreans in the Soviet Union (Цой, Тен, Дю; Ким Чен Ир), and ё written as е.
"""

from __future__ import annotations

from uncounted.records.names.romanization_tables import table

ONSETS = table("""
ㄱ к=.62 г=.36
ㄲ кк=.6 к=.38
ㄴ н=.98
ㄷ т=.62 д=.36
ㄸ тт=.6 т=.3 дд=.05
ㄹ р=.6 л=.32 н=.06
ㅁ м=.98
ㅂ п=.62 б=.36
ㅃ пп=.6 п=.38
ㅅ с=.95 ш=.03
ㅆ сс=.6 с=.38
ㅇ -=.98
ㅈ ч=.45 чж=.35 дж=.12 ж=.03 т=.01 д=.01
ㅉ чч=.6 ч=.3 цц=.05
ㅊ чх=.75 ч=.22 ц=.01
ㅋ кх=.7 к=.28
ㅌ тх=.75 т=.23
ㅍ пх=.75 п=.22 ф=.01
ㅎ х=.92 -=.03 г=.02
""")

VOWELS = table("""
ㅏ а=.98
ㅐ э=.8 е=.14 ай=.02
ㅑ я=.96
ㅒ йя=.5 е=.4
ㅓ о=.85 е=.08 э=.02 у=.01
ㅔ е=.7 э=.28
ㅕ ё=.55 е=.36 йо=.04 о=.01
ㅖ е=.85 йе=.1
ㅗ о=.97
ㅘ ва=.85 оа=.1
ㅙ вэ=.7 ве=.25
ㅚ ве=.5 вэ=.1 ое=.2 о=.02 ой=.08
ㅛ ё=.65 йо=.2 е=.1
ㅜ у=.97
ㅝ во=.9 уо=.04
ㅞ ве=.9
ㅟ ви=.85 уй=.06
ㅠ ю=.96
ㅡ ы=.72 у=.14 и=.06 э=.04
ㅢ и=.55 ый=.25 ы=.1 ей=.02
ㅣ и=.97
""")

CODAS = table("""
ㄱ к=.85 г=.1 н=.03
ㄴ н=.9 нь=.06
ㄷ т=.9
ㄹ ль=.6 р=.2 л=.17
ㅁ м=.98
ㅂ п=.85 б=.1
ㅅ т=.6 с=.3
ㅇ н=.85 нг=.1 нъ=.03
""")
CODAS[""] = {"": 1.0}

# Spellings of a whole syllable that no sum of letters gives.
SYLLABLES = {
    "최": {"цой": 0.5, "чхве": 0.3, "чхой": 0.05, "цхой": 0.02, "чой": 0.05, "чве": 0.03},
    "정": {"тен": 0.03, "ден": 0.01},
    "조": {"тё": 0.02, "дё": 0.02, "те": 0.02},
    "장": {"тян": 0.05, "дян": 0.01},
    "주": {"тю": 0.02, "дю": 0.02},
    "서": {"ше": 0.02, "шо": 0.01},
    "신": {"шин": 0.2},
}
