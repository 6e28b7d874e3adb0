"""The language of a plain text, by its script and its commonest words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

# The commonest little words of each language that are rare in the others here.
_WORDS = {
    "id": "yang dan di dengan untuk pada dari ini itu tidak dalam akan oleh adalah telah sebagai juga karena"
    " saya kami mereka ke tersebut sudah bisa ada para kata lebih atau saat seperti antara merupakan belum"
    " menjadi setelah masih hanya sejak hingga bagi tahun hari seorang kepada secara sekitar pun wib wita"
    " anak milik maka jika namun ia dia anda kita lalu agar",
    "en": "the and of to in is that for it with was on are as be this have from by at not which you they his",
    "es": "el los las del que una por con para es al como más pero sus fue son también muy su",
    "fr": "le les des et une du est dans que qui pour pas sur au plus par avec ce sont cette nous vous il",
    "pt": "os as do da em um uma não para com por mais dos das ao foi são também pela pelo você seu sua",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden",
    "it": "il di che è per una sono della nel con non gli alla dei anche più le si come ha questo delle lo",
    "nl": "de het een van en dat op te in voor met zijn niet aan er om ook als bij maar nog naar wordt deze",
    "tr": "ve bir bu için ile da de çok olarak olan daha gibi sonra kadar ne ancak ise değil ya en göre",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS = {
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "THAI": "th", "HANGUL": "ko", "HIRAGANA": "ja",
    "KATAKANA": "ja", "CJK": "zh", "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "CYRILLIC": "ru",
    "GUJARATI": "gu", "MALAYALAM": "ml", "KANNADA": "kn", "SINHALA": "si", "ETHIOPIC": "am",
}  # fmt: skip
# Languages that share a script: of these the publication's own is meant.
_SHARED = {
    "ar": "fa ur ps ug sd ku ckb ms", "he": "yi", "ru": "uk be bg sr mk kk ky mn tg tt", "zh": "ja ko",
    "ja": "zh ko", "ko": "zh ja", "hi": "mr ne sa", "bn": "as", "am": "ti",
}  # fmt: skip
_FOREIGN = re.compile(r"[\u0370-\u1cff\u2c80-\u2dff\u3040-\ud7ff]")  # letters of no Latin alphabet
_PERSIAN = frozenset("پچژگی")
_UKRAINIAN = frozenset("іїєґ")
_SAMPLE = 8000


def detect(text: str) -> str:
    """Return the language of `text` as a two-letter code, "" where its words do not settle it."""
    sample = text[:_SAMPLE]
    letters = Counter(sample)
    script = _script_of(letters)
    return _of_latin(sample) if script == "LATIN" else _of_script(script, letters)


def _script_of(letters: Counter[str]) -> str:
    """Return the script that half of the letters are of, as Unicode names it; "" where they settle none.

    Japanese mixes three: a few kana settle it.
    """
    scripts: Counter[str] = Counter()
    for letter, times in letters.items():
        if letter.isalpha():
            scripts[unicodedata.name(letter, "").split(" ")[0]] += times
    total = scripts.total()
    if total < 20:
        return ""
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > total // 20:
        return "HIRAGANA"
    script, count = scripts.most_common(1)[0]
    return script if count * 2 >= total else ""


def of_script(title: str, text: str, home: str) -> str:
    """Return the language of an article by its script, "" where its script is that of the language `home`.

    A script tells only where it is no Latin one, has a letter in the title, and a third of all letters.
    """
    if title.isascii() or not _FOREIGN.search(title):
        return ""
    sample = f"{title}\n{text[:_SAMPLE]}"
    letters = {letter: times for letter, times in Counter(sample).items() if letter.isalpha()}
    foreign = Counter({letter: times for letter, times in letters.items() if _FOREIGN.match(letter)})
    if foreign.total() < 10 or foreign.total() * 3 < sum(letters.values()):
        return ""
    found = _of_script(_script_of(foreign), foreign)
    ours = home.partition("-")[0]
    return "" if ours == found or ours in _SHARED.get(found, "").split() else found


def _of_script(script: str, letters: Counter[str]) -> str:
    if script == "ARABIC" and sum(letters[letter] for letter in _PERSIAN) > letters.total() // 100:
        return "fa" if letters["ی"] > letters["ي"] else "ar"
    if script == "CYRILLIC" and sum(letters[letter] for letter in _UKRAINIAN) > letters.total() // 100:
        return "uk"
    return _SCRIPTS.get(script, "")


def _of_latin(sample: str) -> str:
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if len(words) < 5:
        return ""
    times = dict(Counter(words))
    scores = Counter(
        {name: sum(times[word] for word in known & times.keys()) for name, known in _SETS.items()}
    )
    (best, hits), (_, next_hits) = scores.most_common(2)
    settled = hits >= 2 and hits * 12 >= len(words) and hits * 4 >= next_hits * 5
    return best if settled else ""
