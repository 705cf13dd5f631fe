"""Tables of how Korean syllables and family names are spelt; nothing is computed here.

Each table gives, for a letter of Hangul, the ways in which it is met in Latin letters
with a rough share of each. The shares are judgements, not counts: only their order of
magnitude matters, since the comparison's own rates are learned from the reports.

Sources: G. M. McCune and E. O. Reischauer, "The Romanization of the Korean Language"
(Transactions of the Korea Branch of the Royal Asiatic Society 29, 1939); Revised
Romanization of Korean (Ministry of Culture and Tourism, notice 2000-8, 2000); the
romanisation that the DPRK put before the United Nations Conference on the
Standardization of Geographical Names (1992, 2002 and 2012); South Korea's initial-sound
rule (Hangul orthography, chapter 3 section 5, 1988), which the North does not have.
Spellings outside these systems (Lee, Park, Choi, Yoo, Young, Chul, Hee) are common
knowledge. Shares of family names are rounded from South Korea's census of 2015, and the
characters are those under which it and the census of 2000 count family names. Family names of
China, and which of them are usual, are common knowledge.
"""

from __future__ import annotations

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")


def table(text: str) -> dict[str, dict[str, float]]:
    """Read rows of a letter and its spellings ("ㄱ k=.5 g=.45"); "-" is no letter at all."""
    rows = (line.split() for line in text.strip().splitlines())
    return {
        jamo: {
            ("" if spelt == "-" else spelt): float(share)
            for spelt, _, share in (pair.partition("=") for pair in pairs)
        }
        for jamo, *pairs in rows
    }


# "-" is no letter at all.
ONSET_SPELLINGS = table("""
ㄱ k=.5 g=.45 c=.01 q=.002
ㄲ kk=.7 gg=.2 k=.1
ㄴ n=.99
ㄷ t=.45 d=.54
ㄸ tt=.7 dd=.2 t=.1
ㄹ r=.6 l=.3 rh=.03 n=.05
ㅁ m=.99
ㅂ p=.45 b=.5 v=.01
ㅃ pp=.7 bb=.2 p=.1
ㅅ s=.87 sh=.12
ㅆ ss=.8 s=.2
ㅇ -=.98
ㅈ j=.55 ch=.38 z=.02 dj=.01 ts=.01
ㅉ jj=.6 tch=.2 ch=.2
ㅊ ch=.93 tch=.01 c=.02 ts=.01
ㅋ k=.6 kh=.35
ㅌ t=.6 th=.35
ㅍ p=.6 ph=.35 f=.02
ㅎ h=.97
""")

VOWEL_SPELLINGS = table("""
ㅏ a=.96 ah=.03
ㅐ ae=.85 ai=.05 e=.06 ay=.03
ㅑ ya=.97 ia=.02
ㅒ yae=.9
ㅓ o=.38 eo=.32 u=.22 uh=.02 eu=.01 e=.01
ㅔ e=.9 ae=.05 ay=.03
ㅕ yo=.36 yeo=.3 you=.12 yu=.14 ye=.02 io=.01 yuh=.01
ㅖ ye=.85 e=.06 yae=.03 ie=.02
ㅗ o=.94 oh=.03 ou=.01
ㅘ wa=.95 oa=.03 ua=.01
ㅙ wae=.9 oae=.05
ㅚ oe=.65 oi=.18 we=.05 oy=.04 wae=.03
ㅛ yo=.95 yoh=.02
ㅜ u=.68 oo=.2 woo=.04 wu=.03 ou=.03
ㅝ wo=.75 weo=.15 uo=.03 wu=.01
ㅞ we=.9 oe=.05
ㅟ wi=.85 ui=.08 wee=.03
ㅠ yu=.72 yoo=.16 you=.08 iu=.02 yoou=.001
ㅡ u=.45 eu=.48 e=.02 oo=.01
ㅢ ui=.6 ee=.17 i=.13 eui=.06 uy=.01
ㅣ i=.76 ee=.17 ie=.02 ea=.01 y=.01
""")

CODA_SPELLINGS = table("""
ㄱ k=.75 g=.22 c=.01 ck=.02
ㄴ n=.98
ㄷ t=.7 d=.25
ㄹ l=.86 r=.1 ll=.02
ㅁ m=.99
ㅂ p=.75 b=.24
ㅅ t=.6 s=.35 d=.02
ㅇ ng=.97
ㅊ t=.9 ch=.05
""")
CODA_SPELLINGS[""] = {"": 1.0}

# Spellings of a whole syllable that no sum of letters gives.
SYLLABLE_SPELLINGS = {
    "이": {"yi": 0.1, "yee": 0.02},
    "우": {"woo": 0.3, "wu": 0.1, "wo": 0.01},
    "욱": {"wook": 0.2, "wuk": 0.05},
    "운": {"woon": 0.2, "wun": 0.05},
    "웅": {"woong": 0.2, "wung": 0.05},
    "선": {"sun": 0.3},
    "은": {"eun": 0.5, "en": 0.01},
    "자": {"cha": 0.2},
    "희": {"hee": 0.4, "hui": 0.4, "hi": 0.1, "hei": 0.02},
    "석": {"suk": 0.3, "seok": 0.3, "sok": 0.3},
    "덕": {"duk": 0.2, "deok": 0.3, "tok": 0.2, "duck": 0.03},
    "복": {"bok": 0.5, "pok": 0.4, "bock": 0.02},
    "준": {"june": 0.05},
    "화": {"wha": 0.05},
    "환": {"whan": 0.05},
    "훈": {"whun": 0.03},
    "휘": {"whi": 0.05, "whee": 0.02},
}

# How usual a syllable is in given names: the first row very, the second fairly; any other
# is possible. It keeps the lattice from cutting "yongil" as if every cut were as likely.
USUAL = set(
    "영철수호남일성명정진광국혁룡용학길덕순옥희숙금은경미혜선화실향란련연설송심복봉춘분애"
    "자주지현민준우석식규근기대동만범병상서승창천청충태훈"
)
LESS_USUAL = set(
    "강건걸검공관교구권균극나녀단달도두라락래량려령례류륜률름리린림립모무문박배백범별보부빈사"
    "산삼생섭세소솔신안양억언여열엽예오완욱운웅원월위유윤율의익인임장재점제조종죽중찬채초춤탁택"
    "평표풍필하한함해행헌형홍환황회후휘흥님말매맹묵곤겸격계고곡기시아좌책면방변팔천"
    "슬별늘람름꽃봄샘솔달들빛새롬힘결꿈율솜"
)
# Readings of Chinese characters come next, all other syllables last.
SHARE_USUAL, SHARE_LESS_USUAL, SHARE_OF_CHARACTERS, SHARE_OTHER = 1.0, 0.25, 0.03, 0.004

# How a syllable of given names is read in Mandarin more often than the characters of a dictionary
# let one think: 희 of women's names is 姬 (ji) as a rule, beside 喜, 希 and 熙 (xi). With a greater
# share too little of ji would be left for 길 and 극.
PINYIN_OF_NAMES = {"희": {"ji": 0.2}}

# Those of share 0.01 are read as family names only where no other word can be one.
# share (percent) | Southern spelling in Hangul, then Northern if it differs | Latin spellings
# beyond what the letters give | characters | pinyin
_FAMILIES = """
21.5|김|kim gim ghim keem|金|jin
14.7|이 리|lee ri yi rhee li ree rhie i|李|li
8.4|박|pak park bak bag pac parck|朴|piao pu
4.7|최|choe choi choy chwe che chey|崔|cui
4.8|정|jong jung chung jeong chong cheong chyung|鄭 丁 程|zheng ding cheng
2.5|강|kang gang kahng|姜 康 强 江 剛 彊|jiang kang qiang gang
2.9|조|jo cho joh choh|趙 曺 曹|zhao cao
2.1|윤|yun yoon youn yune|尹|yin
2.0|장|jang chang jahng|張 章 蔣 莊|zhang jiang zhuang
1.7|임 림|im rim lim yim leem rhim ihm|林 任|lin ren
1.5|한|han hahn|韓|han
1.5|오|o oh|吳|wu
1.6|서|so seo suh su sur|徐|xu
1.6|신|sin shin|申 辛 愼|shen xin
1.4|권|kwon gwon kweon kwun|權|quan
1.4|황|hwang whang|黃|huang
1.4|안|an ahn|安|an
1.4|송|song|宋 松|song
1.2|전|jon jeon chon chun jun cheon|全 田 錢|quan tian qian
1.1|홍|hong|洪|hong
2.2|유 류|yu ryu yoo you rew ryoo lyu yoou|柳 劉 兪 庾|liu yu
0.9|고|ko go koh|高 顧|gao gu
0.9|문|mun moon|文|wen
1.0|양 량|yang ryang ryanng|梁 楊 樑|liang yang
0.9|손|son sohn|孫|sun
0.9|배|pae bae bai pai|裵 裴|pei
0.8|백|paek baek paik back beak baik|白|bai
0.65|허|ho heo hur huh hu her|許|xu
0.6|노 로|no ro roh noh rho|盧 魯|lu
0.55|남|nam|南|nan
0.5|심|sim shim|沈|shen
0.5|하|ha hah|河 夏|he xia
0.4|주|ju chu joo choo|朱 周|zhu zhou
0.4|우|u woo wu|禹|yu
0.4|구|ku gu koo goo|具 丘 邱 仇|ju qiu
0.4|곽|kwak gwak|郭 廓|guo kuo
0.4|성|song sung seong|成|cheng
0.4|차|cha|車|che
0.3|민|min|閔|min
0.3|진|jin chin|陳 秦 晉|chen qin
0.3|지|ji chi jee|池 智|chi
0.3|엄|om um eom uhm|嚴|yan
0.3|나 라|na ra rah nah|羅|luo
0.25|원|won weon|元|yuan
0.25|채|chae|蔡 采 菜|cai
0.25|천|chon cheon chun|千 天|qian tian
0.2|방|pang bang|方 房 龐 旁 邦|fang pang bang
0.2|공|kong gong|孔 公 龔|kong gong
0.2|현|hyon hyun hyeon|玄|xuan
0.15|함|ham hahm|咸|xian
0.17|변|pyon byun byeon byon|卞 邊|bian
0.14|염 렴|yom ryom yeom yum ryeom|廉|lian
0.12|여 려|yo ryo yeo ryeo|呂|lu
0.1|추|chu choo|秋 鄒|qiu zou
0.1|도|to do doh|都 陶 道|du tao dao
0.1|석|sok seok suk|石 昔|shi
0.1|소|so soh|蘇 邵|su shao
0.08|선|son sun seon|宣|xuan
0.08|설|sol seol sul|薛 偰 卨|xue
0.08|마|ma mah|馬|ma
0.08|길|kil gil|吉|ji
0.06|표|pyo phyo|表|biao
0.06|명|myong myung myeong|明|ming
0.06|기|ki gi kee|奇|qi
0.06|반|pan ban|潘 班|pan ban
0.05|왕|wang|王|wang
0.05|금|kum geum keum|琴|qin
0.05|옥|ok|玉|yu
0.05|육 륙|yuk ryuk|陸|lu
0.05|인|in|印|yin
0.05|맹|maeng|孟|meng
0.05|제|je che|諸|zhu
0.05|모|mo|牟 毛|mu mao
0.05|탁|tak thak|卓|zhuo
0.05|국|kuk guk kook|鞠 國 菊|ju guo
0.05|용 룡|yong ryong|龍|long
0.05|어|o eo uh|魚|yu
0.05|은|un eun|殷|yin
0.05|편|pyon pyun pyeon phyon|片 扁|pian bian
0.05|예|ye|芮|rui
0.05|경|kyong kyung gyeong|慶 景 京 耿|qing jing geng
0.05|봉|pong bong|奉|feng
0.05|사|sa|史|shi
0.05|부|pu bu boo|夫 傅|fu
0.05|태|tae thae|太|tai
0.05|승|sung seung|承 昇|cheng sheng
0.05|계|kye gye|桂 季|gui ji
0.05|위|wi wee|魏 韋|wei
0.05|동|tong dong|董 東|dong
0.05|단|tan dan|段 單 端|duan shan
0.05|호|ho|扈|hu
0.05|강|kang|康|kang
0.02|피|pi phi|皮|pi
0.02|감|kam gam|甘|gan
0.02|복|pok bok|卜|bu
0.02|목|mok|睦|mu
0.02|형|hyong hyung hyeong|邢|xing
0.02|두|tu du doo|杜|du
0.02|음|um eum|陰|yin
0.02|빈|pin bin|賓 彬|bin
0.02|노|no|路|lu
0.06|연 련|yon ryon yeon youn ryeon|延 連 淵|yan lian yuan
0.02|을지|ulji eulji ulchi eulchi|乙支|yizhi
0.01|시|si shi|施|shi
0.01|온|on|溫|wen
0.01|좌|chwa jwa|左|zuo
0.01|범|pom bom bum beom|范 凡|fan
0.01|팽|paeng phaeng|彭|peng
0.01|대|tae dae|大|da
0.01|상|sang|尙|shang
0.01|진|jin chin|眞|zhen
0.01|옹|ong|邕 雍|yong
0.01|순|sun soon|荀 舜 淳|xun shun chun
0.01|창|chang|昌 倉|chang cang
0.01|당|tang dang|唐|tang
0.01|화|hwa|化|hua
0.01|견|kyon kyun gyeon|甄 堅|zhen jian
0.01|만|man|萬|wan
0.01|평|pyong pyung pyeong phyong|平|ping
0.01|풍|pung poong phung|馮|feng
0.01|갈|kal gal|葛|ge
0.01|뇌 뢰|noe roe|雷 賴|lei lai
0.01|미|mi|米|mi
0.01|매|mae|梅|mei
0.01|빙|ping bing|氷|bing
0.01|섭|sop sup seop|葉|ye
0.01|아|a ah|阿|a
0.01|여|yo yeo|余 汝|yu ru
0.01|염|yom yeom|閻|yan
0.01|영|yong young yeong|永|yong
0.01|요|yo|姚|yao
0.01|우|u woo|于|yu
0.01|운|un woon|雲 芸|yun
0.01|원|won|袁 苑|yuan
0.01|이|i yi lee|異 伊|yi
0.01|종|jong chong|宗 鍾|zong zhong
0.01|증|jung jeung|曾|zeng
0.01|초|cho|楚 初|chu
0.01|판|pan phan|判|pan
0.01|포|po pho|包 鮑|bao
0.01|필|pil phil|弼|bi
0.01|해|hae|海|hai
0.01|호|ho|胡 鎬|hu hao
0.01|후|hu hoo|後 侯 候 后|hou
0.01|묵|muk mook|墨|mo
0.01|가|ka ga|賈|jia
0.01|간|kan gan|簡|jian
0.01|곡|kok gok|曲 谷|qu gu
0.01|궁|kung gung goong|弓|gong
0.01|근|kun keun geun|斤|jin
0.01|내|nae|乃|nai
0.01|누 루|nu ru lu|樓|lou
0.01|담|tam dam|譚|tan
0.01|돈|ton don|頓|dun
0.01|묘|myo|苗|miao
0.01|서|so seo|西|xi
0.01|야|ya|夜|ye
0.01|탄|tan than|彈|tan
0.01|학|hak|郝|hao
0.06|남궁|namgung namkung namkoong namgoong namgong namkong namgoung namkoung|南宮|nangong
0.04|황보|hwangbo hwangpo whangbo whangpo hwangboh|皇甫|huangfu
0.05|선우|sonu sunwoo seonu sunu seonwoo sonwoo sunoo seonoo sunwu seonwu sonwu|鮮于|xianyu
0.04|제갈|jegal chegal jekal chekal jaegal jaekal chaegal jegarl|諸葛|zhuge
0.02|사공|sagong sakong|司空|sikong
0.02|독고|tokko dokgo dokko tokgo dogko dokgoh dokkoh|獨孤|dugu
0.02|서문|somun seomun seomoon somoon suhmoon suhmun|西門|ximen
0.01|동방|tongbang dongbang tongpang dongpang|東方|dongfang
"""


# Family names of China that are none of Korea's, or rare ones there: how they are read in Korean,
# characters, pinyin. Each line begins with the share of one of them in China, in percent.
_CHINESE = """
1|하 何 he|사 謝 xie|당 唐 tang|등 鄧 deng|풍 馮 feng|우 于 yu|팽 彭 peng|증 曾 zeng|소 蕭 肖 xiao
1|초 肖 xiao|원 袁 yuan|여 余 yu|섭 葉 ye|호 胡 hu
.4|요 姚 yao|종 鍾 zhong|담 譚 tan|범 范 fan|왕 汪 wang|료 廖 liao|가 賈 jia|부 付 fu|웅 熊 xiong
.4|후 侯 hou|뢰 雷 lei|려 黎 li|하 賀 he|학 郝 hao|만 萬 wan|담 覃 qin tan|무 武 wu|대 戴 dai
.4|막 莫 mo|향 向 xiang|상 常 chang|탕 湯 tang|뢰 賴 lai|역 易 yi|교 喬 qiao|번 樊 fan|시 施 shi
.4|염 閻 閆 yan
.1|안 顔 yan|예 倪 ni|우 牛 niu|갈 葛 ge|화 華 hua|포 包 鮑 bao|적 翟 zhai|동 童 tong|퉁 佟 tong
.1|오 伍 wu|온 溫 wen|구 歐 ou|섭 聶 nie|악 岳 yue|제 齊 qi|옹 翁 weng|이 伊 yi|첨 詹 zhan
.1|완 阮 ruan|도 涂 tu|락 駱 luo|초 焦 jiao|좌 左 zuo|시 柴 chai|포 蒲 pu|매 梅 mei|기 紀 ji
.1|관 關 管 guan|묘 苗 miao|릉 凌 ling|비 費 fei|기 祁 qi|곡 曲 qu|요 饒 rao|항 項 xiang
.1|성 盛 sheng|녕 寧 ning|우 尤 you|란 欒 luan|유 游 you|애 艾 ai|견 甄 zhen|염 冉 ran|람 藍 lan
.1|습 習 xi|저 褚 chu|근 靳 jin|곡 谷 gu|란 蘭 lan|해 解 xie|사 佘 she|수 隋 sui|미 米 mi
.1|상 商 shang|초 楚 初 chu|궁 宮 gong|척 戚 qi|곽 霍 huo|지 遲 chi|굴 屈 qu|공 鞏 gong|루 婁 lou
.1|연 燕 yan|조 刁 diao|총 叢 cong|등 滕 teng|필 畢 bi|종 宗 zong|응 應 ying|봉 封 feng|저 儲 chu
.1|유 喻 yu|두 竇 dou|가 柯 ke|축 祝 zhu|맥 麥 mai|사 司 si|희 姬 ji|양 陽 yang|린 藺 lin
.1|백 柏 bai|악 樂 yue|고 古 gu|장 臧 zang|구 苟 gou|구양 歐陽 ouyang|사마 司馬 sima
.1|상관 上官 shangguan|제갈 諸葛 zhuge|황보 皇甫 huangfu|하후 夏侯 xiahou|사도 司徒 situ
.1|영호 令狐 linghu|모용 慕容 murong|공손 公孫 gongsun
"""


def families() -> list[tuple[float, list[str], list[str], list[str], list[str]]]:
    """The family names: share, Hangul, Latin spellings, characters, pinyin."""
    rows = []
    for line in _FAMILIES.strip().splitlines():
        share, hangul, latin, han, pinyin = line.split("|")
        rows.append((float(share), hangul.split(), latin.split(), han.split(), pinyin.split()))
    return rows


def chinese() -> list[tuple[float, str, list[str], list[str]]]:
    """Family names of China: share there, Hangul, characters, pinyin."""
    rows = []
    for line in _CHINESE.strip().splitlines():
        share, *names = line.split("|")
        for name in names:
            hangul, *written = name.split(" ")
            han = [word for word in written if not word.isascii()]
            rows.append((float(share), hangul, han, [word for word in written if word.isascii()]))
    return rows
