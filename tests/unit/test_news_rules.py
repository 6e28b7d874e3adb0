"""Rules for news pages: what the presets know, what a source of the configuration adds, what never goes."""

from __future__ import annotations

import re
from datetime import date, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.configcontent import Content, NewsSource
from syndicate.content.plaintext import Explained, explain
from syndicate.content.presets import preset_for
from syndicate.content.reading import Source

JAKARTA = ZoneInfo("Asia/Jakarta")
ID = "Paragraf pertama yang panjang untuk berita ini, dan tidak akan dibuang oleh aturan yang ada di sini."
ID_2 = "Paragraf kedua juga cukup panjang, karena sebuah berita tidak hanya terdiri dari satu paragraf saja."
EN = "The first paragraph of this story is long enough to be one, and it is not taken by any of the rules."


def page(text: str, *news: NewsSource, path: str = "a.txt", language: str = "") -> Explained:
    return explain(Source(path, text, "", language, JAKARTA, news))


def paragraphs(found: Explained) -> list[str]:
    return re.findall("<(?:p|h2)>(.*?)</(?:p|h2)>", found.reading.html)


def source(**rules: object) -> NewsSource:
    return Content.model_validate({"news": {"harian": rules}}).news["harian"]


def rule(found: Explained, text: str) -> str:
    return next(line.rule for line in found.lines if line.text == text)


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("Diterbitkan Pada 5 Feb 20265 Feb 2026", "2026-02-05"),
        ("Diperbarui 20 Jun 2025, 14:12 WIB", "2025-06-20T14:12:00+07:00"),
        ("Kamis, 19 Jun 2025 14:38 WIB", "2025-06-19T14:38:00+07:00"),
        ("18 Juni 2025 | 20.19 WIB", "2025-06-18T20:19:00+07:00"),
        ("Kompas.com - 20/06/2025, 17:39 WIB", "2025-06-20T17:39:00+07:00"),
        ("Rani Hardjanti, Jurnalis-Jum'at, 20 Juni 2025 |15:06 WITA", "2025-06-20T15:06:00+08:00"),
        ("Tayang: Senin, 3 Agt 2026 07.00 WIT", "2026-08-03T07:00:00+09:00"),
        ("Jakarta, 17 Agustus 2025", "2025-08-17"),
        ("Terbit: 5 Mei 2026 07:00 WIB | Diperbarui: 6 Mei 2026 08:00 WIB", "2026-05-05T07:00:00+07:00"),
        ("detikNews - Rabu, 31 Des 2025 23:59 WIB", "2025-12-31T23:59:00+07:00"),
    ],
)
def test_the_dates_of_the_indonesian_press(line: str, when: str) -> None:
    """Each shape of date line is read with its zone and leaves the text."""
    found = page(f"Judul berita yang panjang\n{line}\n\n{ID}\n\n{ID_2}")
    told = found.reading.when
    assert told is not None and told.isoformat() == when
    assert isinstance(told, datetime) == ("T" in when)
    assert paragraphs(found) == [ID, ID_2]


def test_a_line_with_two_dates_tells_both() -> None:
    """Published and updated on one line are told apart."""
    found = page(
        f"A headline\n\nPublished 5 Feb 2026 07:00 | Updated 6 Feb 2026 08:30\n\n{EN}", language="en"
    )
    assert found.reading.when == datetime(2026, 2, 5, 7, tzinfo=JAKARTA)
    assert found.reading.updated == datetime(2026, 2, 6, 8, 30, tzinfo=JAKARTA)


def test_a_name_beside_the_date_is_the_author() -> None:
    """Okezone and others write the journalist before the date."""
    found = page(f"Judul\nokezone.com\nRani Hardjanti, Jurnalis-Rabu, 18 Juni 2025 |18:27 WIB\n\n{ID}")
    assert found.reading.authors == ("Rani Hardjanti",)


# ---------------------------------------------------------------- datelines


@pytest.mark.parametrize(
    "dateline",
    [
        "TEMPO.CO,Jakarta-",
        "TEMPO.CO, Jakarta - ",
        "Liputan6.com, Jakarta",
        "Liputan6.com, Jakarta ",
        "Liputan6.com, Abu Dhabi -",
        "JAKARTA- ",
        "JAKARTA, KOMPAS.com - ",
        "KOMPAS.com – ",
        "Jakarta, CNN Indonesia -- ",
        "Jakarta (ANTARA) - ",
        "Jakarta - ",
        "REPUBLIKA.CO.ID, JAKARTA -- ",
        "TRIBUN-BALI.COM, DENPASAR – ",
        "Bisnis.com, JAKARTA — ",
        "BANDUNG, iNews.id - ",
        "Jakarta, CNBC Indonesia - ",
    ],
)
def test_the_datelines_of_the_indonesian_press(dateline: str) -> None:
    """The place and agency before the text go, glued to it or not, and the rule is named."""
    found = page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{dateline}{ID}\n\n{ID_2}")
    assert paragraphs(found) == [ID, ID_2]
    rule = next(line for line in found.lines if line.kept == ID).rule
    assert rule in ("id: dateline", "id: place")


@pytest.mark.parametrize(
    "dateline",
    [
        "WASHINGTON (AP) — ",
        "LONDON, Feb 5 (Reuters) - ",
        "KYIV, Ukraine (AP) — ",
        "JAKARTA, Indonesia — ",
        "NEW YORK — ",
        "Jakarta (ANTARA) - ",
        "GENEVA, 5 February 2026 – ",
        "(Reuters) - ",
    ],
)
def test_the_datelines_of_the_english_press(dateline: str) -> None:
    """So do those of agencies that write in English."""
    found = page(f"A headline\nPublished 5 Feb 2026\n\n{dateline}{EN}", language="en")
    assert paragraphs(found) == [EN]


@pytest.mark.parametrize(
    "line",
    [
        "BUMN - badan usaha milik negara - akan dijual kepada siapa saja yang mau membayar dengan harga itu.",
        "Cocobi – Pesta Ulang Tahun Cocobi merupakan serial animasi anak-anak yang menghibur.",
        "PEMAIN Bali United, Rahmat Arjuna, dipanggil ke tim nasional untuk pertandingan itu.",
        "Ryo – Pedangdut Kalem Asal Purworejo tampil dengan gaya yang tenang di atas panggung.",
    ],
)
def test_a_text_that_opens_like_a_dateline_stays(line: str) -> None:
    """A dash in a sentence is no dateline."""
    assert paragraphs(page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{line}\n\n{ID_2}"))[0] == line


def test_a_dateline_stands_only_before_the_text() -> None:
    """What looks like one further down is text."""
    found = page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{ID}\n\nJakarta - {ID_2}")
    assert paragraphs(found) == [ID, f"Jakarta - {ID_2}"]


# ---------------------------------------------------------------- furniture


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Bagikan:", "share"),
        ("share2", "share"),
        ("Salin tautan", "share"),
        ("Beranda > Nasional > Politik", "navigation"),
        ("Halaman Selanjutnya", "navigation"),
        ("Dibaca 1.204 kali", "counter"),
        ("2 jam yang lalu", "counter"),
        ("Artikel Rekomendasi", "recommended"),
        ("daftar 3 itemakhir daftar", "recommended"),
        ("Baca Juga", "read also"),
        ("BACA JUGA: Harga beras turun", "read also"),
        ("Simak juga Video 'Jumlah Angka Kemiskinan':", "read also"),
        ("MEMBACA Tiongkok membalas tarif Trump", "read also"),
        ("[Gambas:Video 20detik]", "embed"),
        ("Foto: Rachman/detikcom", "caption"),
        ("Suasana di lokasi kejadian (Foto: Antara/Budi)", "caption"),
        ("ADVERTISEMENT", "advertisement"),
        ("SCROLL TO CONTINUE WITH CONTENT", "advertisement"),
        ("Tinggalkan komentar", "comments"),
        ("Ikuti berita terbaru kami di Google News", "follow"),
        ("Dapatkan update berita pilihan di WhatsApp Channel Kompas.com", "follow"),
        ("Editor: Ani Nursalikah", "editor"),
        ("Topik Terkait: korupsi, KPK", "tags"),
        ("(kha)", "initials"),
        ("(fas/idh)", "initials"),
        ("Copyright © ANTARA 2025", "copyright"),
    ],
)
def test_the_furniture_of_the_indonesian_press(line: str, name: str) -> None:
    """Each kind of line that is no part of an article goes by a rule with a name."""
    found = page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{ID}\n\n{line}\n\n{ID_2}")
    assert rule(found, line) == f"id: {name}"
    assert paragraphs(found) == [ID, ID_2]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Click here to share on social media", "share"),
        ("Home > News > World", "navigation"),
        ("4 min read", "counter"),
        ("Recommended Stories", "recommended"),
        ("list of 3 itemsend of list", "recommended"),
        ("READ MORE: Something else", "read also"),
        ("Image caption, The president in Jakarta", "caption"),
        ("A ship in the harbour [File: Reuters]", "caption"),
        ("Advertisement", "advertisement"),
        ("Leave a comment", "comments"),
        ("Sign up for our daily newsletter", "follow"),
        ("Reporting by Ann Example; Editing by Ben Example", "editor"),
        ("Filed under: politics", "tags"),
        ("© 2026 Example Media. All rights reserved.", "copyright"),
    ],
)
def test_the_furniture_of_the_english_press(line: str, name: str) -> None:
    """The English preset knows the same kinds."""
    found = page(f"A headline\n\nPublished 5 Feb 2026\n\n{EN}\n\n{line}\n\n{EN}", language="en")
    assert rule(found, line) == f"en: {name}"
    assert paragraphs(found) == [EN, EN]


@pytest.mark.parametrize(
    "line",
    [
        "Serangan Berlanjut",
        '"Sudah sangat siap," katanya.',
        "Bagikan kepada tetangga adalah kebiasaan di desa itu, kata dia.",
        "MEMBACA ULANG CHAIRIL",
        "Iklan rokok dilarang.",
        "Oleh karena itu, rapat ditunda.",
    ],
)
def test_no_line_goes_for_being_short(line: str) -> None:
    """A sub-heading, a quote or a short sentence stays."""
    assert line in "\n".join(
        each.kept
        for each in page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{ID}\n\n{line}\n\n{ID_2}").lines
        if each.role in ("text", "heading")
    )


def test_initials_behind_the_last_sentence_go() -> None:
    """Detik writes its editors' initials behind the last sentence; brackets inside a text stay."""
    found = page(f"Judul\nRabu, 18 Jun 2025 16:18 WIB\n\n{ID} (abc)\n\n{ID_2} (fas/fas)")
    assert paragraphs(found) == [f"{ID} (abc)", ID_2]


def test_a_signature_at_the_end_names_the_author() -> None:
    """Antara names its reporter below the text."""
    found = page(f"Judul\nRabu, 18 Juni 2025 16:18 WIB\n\n{ID}\n\nPewarta: Budi Santoso\nEditor: Ani\n")
    assert found.reading.authors == ("Budi Santoso",)
    assert paragraphs(found) == [ID]


# ---------------------------------------------------------------- boxes of other articles


def test_a_box_with_bullets_goes_whole() -> None:
    """Titles in a list right under "read also" are other articles."""
    found = page(f"Judul\n18 Juni 2025\n\n{ID}\n\nBaca juga:\n- Judul satu\n- Judul dua\n\n{ID_2}")
    assert paragraphs(found) == [ID, ID_2]
    assert rule(found, "- Judul dua") == "id: read also (box)"


def test_a_title_after_a_colon_goes_with_it() -> None:
    """A label that ends in a colon takes the one title that follows, and no sentence."""
    found = page(f"Judul\n18 Juni 2025\n\n{ID}\n\nBaca juga:\n\nHarga beras turun lagi\n\n{ID_2}")
    assert paragraphs(found) == [ID, ID_2]
    assert paragraphs(page(f"Judul\n18 Juni 2025\n\n{ID}\n\nBaca juga:\n\n{ID_2}")) == [ID, ID_2]


def test_a_counted_list_goes_up_to_its_end() -> None:
    """Al Jazeera reads its lists out: all between "list of 2 items" and "end of list" is the box."""
    box = "list of 2 items\nlist 1 of 2\nOne title here.\nlist 2 of 2\nAnother title.\nend of list"
    found = page(f"A headline\nPublished 5 Feb 2026\n\n{EN}\n\n{box}\n\n{EN}", language="en")
    assert paragraphs(found) == [EN, EN]
    without = box.removesuffix("end of list")
    unended = page(f"A headline\nPublished 5 Feb 2026\n\n{EN}\n\n{without}\n{EN}", language="en")
    assert "One title here." in unended.reading.html


def test_titles_up_to_the_end_of_the_page_go() -> None:
    """A box at the foot of a page goes whole; one with a paragraph under it loses its label alone."""
    foot = "Berita Terkait\nHarga beras turun lagi\nApakah banjir akan surut?\nTim nasional menang"
    assert paragraphs(page(f"Judul\n18 Juni 2025\n\n{ID}\n\n{foot}")) == [ID]
    found = page(f"Judul\n18 Juni 2025\n\n{ID}\n\nBerita Terkait\n\nSerangan Berlanjut\n\n{ID_2}")
    assert paragraphs(found) == [ID, "Serangan Berlanjut", ID_2]


# ---------------------------------------------------------------- the head


def test_the_standfirst_is_the_first_sentence_above_the_date() -> None:
    """Labels above the date, such as a section, go; a byline is the author; the standfirst the summary."""
    found = page(
        "Beranda > Nasional\nJudul berita yang panjang\nNasional\nIni kalimat pembuka berita yang panjang.\n"
        f"Oleh: Budi Santoso\nBagikan\n18 Juni 2025\n\n{ID}\n\n{ID_2}"
    )
    reading = found.reading
    assert (reading.title, reading.authors) == ("Judul berita yang panjang", ("Budi Santoso",))
    assert reading.summary == "Ini kalimat pembuka berita yang panjang."
    assert rule(found, "Nasional") == "label above the date"
    assert rule(found, "Beranda > Nasional") == "id: navigation"
    assert paragraphs(found) == [ID, ID_2]


def test_a_title_that_is_known_is_not_looked_for() -> None:
    """With a title in the front matter the head may begin at once."""
    found = explain(Source("a.txt", f"Diterbitkan 5 Feb 2026\n\n{ID}\n\n{ID_2}", "Judul", "", JAKARTA))
    assert (found.reading.title, found.reading.when) == ("", date(2026, 2, 5))
    assert paragraphs(found) == [ID, ID_2]


# ---------------------------------------------------------------- sources of the configuration

HARIAN = f"Judul\nHarian Kita\n\n{ID}\n\nKlik iklan baris kami\n\n{ID_2}"


def test_a_source_told_by_its_name_adds_rules() -> None:
    """Its patterns come before the presets, and its name stands before its rules."""
    found = page(HARIAN, source(match="Harian Kita", drop=["Klik iklan.*", "Harian Kita"]))
    assert paragraphs(found) == [ID, ID_2]
    assert rule(found, "Klik iklan baris kami") == "harian: drop"
    assert "Klik iklan baris kami" in paragraphs(page(HARIAN, source(match="Harian Lain", drop="Klik.*")))


def test_a_source_told_by_its_folder_reads_news_without_a_date() -> None:
    """A file below the folder is a news page, so presets hold for it too."""
    text = f"Judul berita\n\n{ID}\n\nAdvertisement\n\n{ID_2}"
    rules = source(folder="kliping/harian/", language="id")
    assert paragraphs(page(text, rules, path="kliping/harian/a.txt")) == [ID, ID_2]
    assert "Advertisement" in paragraphs(page(text, rules, path="kliping/harianku/a.txt"))


def test_a_source_for_every_text_drops_only_what_it_names() -> None:
    """Without match and folder its rules hold everywhere, and make no letter a news page."""
    found = page(f"Judul\n\n{ID}\n\nAdvertisement\n\nXXX\n\n{ID_2}", source(drop="XXX"))
    assert paragraphs(found) == [ID, "Advertisement", ID_2]


def test_a_source_has_dates_bylines_and_datelines_of_its_own() -> None:
    """Groups name what is taken; a time without a zone is in the zone of the source."""
    rules = source(
        match="Warta Timur",
        timezone="Asia/Jayapura",
        dated=r"edisi (?P<date>.*) terbit",
        byline=r"wartawan kami (?P<name>.*)",
        dateline=r"\[[A-Z ]+\]\s*",
        read_also=r">> .*",
    )
    found = page(
        "Judul\nWarta Timur\nedisi 5 Feb 2026 07.00 terbit\nwartawan kami Yosef Wenda\n\n"
        f"[KOTA JAYAPURA] {ID}\n\n>> Berita lain\n\n{ID_2}",
        rules,
    )
    assert found.reading.when == datetime(2026, 2, 5, 7, tzinfo=ZoneInfo("Asia/Jayapura"))
    assert found.reading.authors == ("Yosef Wenda",)
    assert paragraphs(found) == [ID, ID_2]
    assert rule(found, ">> Berita lain") == "harian: read also"


# ---------------------------------------------------------------- what never takes long


@pytest.mark.parametrize(
    "line",
    [
        "Baca juga:",
        "daftar 9 item",
        "Oleh " * 180,
        "home " + "/ a " * 200,
        "halaman " + "1 " * 400 + "x",
        "ikuti " + "telegra " * 110,
        "punya informasi " + "kirim " * 150,
        "A" * 900,
        "A. " * 300,
        "JAKARTA, " * 100,
        "Jakarta " * 120 + "-",
        "(" * 900,
        "5 Feb 2026 " * 14,
    ],
)
def test_no_line_holds_a_rule_up(line: str) -> None:
    """A page of five thousand lines that nearly match is read in a second or two."""
    began = process_time()
    page("Judul\n18 Juni 2025\n\n" + f"{line}\n" * 5000, language="id")
    assert process_time() - began < 4


@pytest.mark.parametrize("language", ["id", "en", "", "fr"])
def test_each_language_has_rules(language: str) -> None:
    """A language without a preset has those of all."""
    assert preset_for(language).drop


# ---------------------------------------------------------------- whole pages, as their sites are copied

KOMPAS = f"""Home
News
Nasional
Presiden Tinjau Panen Raya di Karawang
Kompas.com, 20 Juni 2025, 17:39 WIB
Tim Redaksi
Budi Santoso,
Penulis
Lihat Foto
Presiden meninjau panen raya di Karawang, Jumat (20/6/2025).(ANTARA FOTO/BUDI)
Baca berita tanpa iklan. Gabung Kompas.com+
KARAWANG, KOMPAS.com - {ID}

Baca juga: Harga Beras Naik

Harga Gabah

{ID_2}

Tag
presiden
panen raya
"""
CNN = f"""Presiden Tinjau Panen Raya di Karawang
CNN Indonesia
Jumat, 20 Jun 2025 17:39 WIB
Bagikan:

url telah tercopy
Ilustrasi. Presiden meninjau panen raya. (CNN Indonesia/Adhi Wicaksono)

Jakarta, CNN Indonesia --
{ID}
ADVERTISEMENT

SCROLL TO CONTINUE WITH CONTENT

Harga Gabah

{ID_2}

[Gambas:Video CNN]

(ldy/agt)
"""
TEMPO = f"""Presiden Tinjau Panen Raya di Karawang
Reporter
Budi Santoso
Editor
Ani Wijaya
20 Juni 2025 | 17.39 WIB
Bagikan
Panen raya. TEMPO/Imam Sukamto
Perbesar

TEMPO.CO, Jakarta - {ID}

Pilihan Editor: Mengapa Harga Naik

Harga Gabah

{ID_2}
"""


@pytest.mark.parametrize("text", [KOMPAS, CNN, TEMPO], ids=["kompas", "cnn", "tempo"])
def test_three_sites_give_one_article(text: str) -> None:
    """What stands above the title, the date and the dateline goes, whatever the site puts there."""
    found = page(text)
    assert found.reading.title == "Presiden Tinjau Panen Raya di Karawang"
    assert found.reading.when == datetime(2025, 6, 20, 17, 39, tzinfo=JAKARTA)
    assert paragraphs(found) == [ID, "Harga Gabah", ID_2]
    assert all(line.rule for line in found.lines if line.role == "removed")


def test_the_name_under_a_label_is_the_author() -> None:
    """Tempo writes "Reporter" on one line and the name on the next."""
    assert page(TEMPO).reading.authors == ("Budi Santoso",)


def test_a_page_without_a_date_is_told_by_its_furniture() -> None:
    """Two lines of furniture under a title make a news page; "5 hours ago" is no date."""
    found = page(f"A headline of a page\n5 hours ago\nShare\nSave\n\n{EN}\n\nRelated topics\nAsia\n")
    assert (found.reading.title, found.reading.when) == ("A headline of a page", None)
    assert paragraphs(found) == [EN]


def test_the_hour_may_stand_before_the_date() -> None:
    """The Associated Press writes it so."""
    found = page(f"A headline\nBy ANN EXAMPLE\nUpdated 8:08 AM GMT+7, February 5, 2026\nJAKARTA (AP) — {EN}")
    assert found.reading.when == datetime(2026, 2, 5, 8, 8, tzinfo=JAKARTA)
    assert (found.reading.authors, paragraphs(found)) == (("ANN EXAMPLE",), [EN])


def test_a_paragraph_that_names_a_bank_removes_none_above_it() -> None:
    """Only a site or an agency before a dash opens a text further down."""
    text = f"Judul\n18 Juni 2025\n\n{ID}\n\nBank Indonesia - {ID_2}\n\nPresiden (Jokowi) - {ID_2}"
    assert len(paragraphs(page(text))) == 3


# ---------------------------------------------------------------- faults of the configuration


@pytest.mark.parametrize(
    ("rules", "advice"),
    [
        ({"drop": "(unclosed"}, "is no regular expression"),
        ({"drop": ["ok", ""]}, "write a regular expression"),
        ({"timezone": "Asia/Jakrta"}, "did you mean Asia/Jakarta"),
        ({"dropp": "x"}, "dropp"),
    ],
)
def test_a_wrong_rule_is_a_fault_of_the_configuration(rules: dict[str, object], advice: str) -> None:
    """What is wrong is said where the configuration is read, not when a page is."""
    with pytest.raises(ValueError, match=re.escape(advice)):
        source(**rules)


def test_a_source_knows_its_name() -> None:
    """The key in content.news names its rules; one made without has none."""
    assert (source(drop="x").name, NewsSource().name) == ("harian", "")


# ---------------------------------------------------------------- any page

_PIECES = (
    "Judul berita", "Home", "Nasional", "tempo.co", "18 Juni 2025 | 20.04 WIB", "Diperbarui 18 Jun 2025",
    "Reporter", "Budi Santoso", "Oleh: Ani Wijaya", "Bagikan:", "share2", "Baca juga:", "- Judul lain",
    "daftar 2 item", "akhir daftar", "JAKARTA - ", "Jakarta, CNN Indonesia --", "(kha)", "Tag",
    "Serangan Berlanjut", ID, f"TEMPO.CO, Jakarta - {ID_2}", f"{ID} (abc/def)", "", "",
    "Klik iklan", "Foto: Antara/X",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(_PIECES), max_size=25),
    st.sampled_from(("", "Judul berita", "Judul lain")),
    st.sampled_from(((), (source(drop="Klik.*"),), (source(match="tempo", dateline=r"JAKARTA - "),))),
)
@settings(max_examples=300, deadline=None)
def test_each_line_of_any_page_is_accounted_for(
    lines: list[str], title: str, news: tuple[NewsSource, ...]
) -> None:
    """It is shown, of the head, or removed by a rule with a name; and reading again says the same."""
    text = "\n".join(lines)
    found = explain(Source("a.txt", text, title, "id", JAKARTA, news))
    assert [line.number for line in found.lines] == [at for at, line in enumerate(lines, 1) if line.strip()]
    shown = found.reading.html
    for line in found.lines:
        assert line.rule or line.role != "removed"
        if line.role in ("text", "heading"):
            assert line.kept.removeprefix("- ") in shown
    assert found == explain(Source("a.txt", text, title, "id", JAKARTA, news))
