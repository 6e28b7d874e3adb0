"""The samples of the Indonesian press come out as a reader should get them, by what was read in each."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from syndicate.content.plaintext import Explained, explain
from syndicate.content.reading import Source
from syndicate.content.textfile import decode

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "news-id"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of Indonesian news are not here")
WIB = timedelta(hours=7)


class Gold(NamedTuple):
    """One sample: its date in WIB, lines of text and of furniture below its head, first and last words."""

    name: str
    when: str
    texts: int
    furniture: int
    first: str
    last: str


GOLD = (
    Gold("2025-06-18-0014", "2025-06-18 20:04", 2, 0, "Ginjaladalah organ dalam", "melalui urin."),
    Gold("2025-06-18-0043", "2025-06-18 18:40", 5, 1, "Gaya berpakaian para", "Rabu (18/6/2025)."),
    Gold("2025-06-18-0107", "2025-06-18 11:28", 7, 2, "Polemik kepengurusan Tempat", 'siap," katanya.'),
    Gold("2025-06-18-0237", "2025-06-18 19:32", 5, 2, "Menteri Luar NegeriUni", "keamanan global."),
    Gold("2025-06-18-0424", "2025-06-18 20:00", 1, 0, "Polisi mengungkap laboratorium", "Juni 2025."),
    Gold("2025-06-18-0589", "2025-06-09 19:53", 7, 2, "Mantan Ketua DPRD", "Senin (9/6/2025)."),
    Gold("2025-06-18-0835", "2025-06-18 11:05", 3, 2, "Mulan Jameela tampil", "keanggunan abadi."),
    Gold("2025-06-18-0927", "2025-06-18 16:18", 6, 1, "Jemaah haji penumpang", "Kualanamu itu."),
    Gold(
        "2025-06-18-1037", "2025-06-18 19:15", 6, 2, "Kementerian Perhubungan (Kemenhub)", "vsIsraelsaat ini."
    ),
    Gold("2025-06-18-1083", "", 0, 1, "Cara Akun Judi", "Media Sosial"),
    Gold("2025-06-18-1136", "2018-02-17 13:08", 1, 0, "Sengketa bisnis antara", "Grup Bakri."),
    Gold("2025-06-18-1284", "2025-06-18 15:06", 11, 1, "Seorang WN Australia", 'kedaulatan negara."'),
    Gold("2025-06-18-1307", "2025-06-18 12:06", 16, 1, "BukanAhmad Dhanikalau tidak", "Ahmad Dhani."),
    Gold("2025-06-18-1358", "2025-06-16 14:30", 5, 2, "Dalam Islam, rumah", "rumah idaman."),
    Gold("2025-06-18-1491", "2025-06-18 10:09", 6, 2, "Pergerakan Indeks Harga", "menguat 0,04%."),
    Gold("2025-06-18-1715", "2025-04-28 16:00", 1, 0, "Tikus, hewan pengerat", "Kota Nusantara(IKN)."),
    Gold("2025-06-18-1765", "2025-06-17 19:50", 7, 1, "MotoGP Italia 2025akan", "kata Morbidelli."),
    Gold("2025-06-18-1775", "2025-06-18 07:06", 11, 1, "Warga Depok dan", "di sini."),
    Gold("2025-06-19-0046", "2025-06-12 19:38", 5, 1, "Kasus kekerasan dalam", 'KDRT," pungkasnya.'),
    Gold(
        "2025-06-19-0067", "2025-06-18 12:07", 8, 1, "Kementerian Pariwisata Israel", "cara menggunakannya."
    ),
    Gold("2025-06-19-0069", "2025-06-02 17:05", 4, 2, "Cocobi – Pesta", "terlebih dahulu."),
    Gold("2025-06-19-0119", "2025-06-18 22:14", 7, 2, "PT Elnusa Tbk", "logistik penunjang."),
    Gold("2025-06-19-0316", "2025-06-18 18:17", 5, 2, "PT Kedoya Adyaraya", "kata Armen."),
    Gold(
        "2025-06-19-0964",
        "2025-06-19 08:00",
        5,
        2,
        "Gastronomi berkelanjutan adalahcaramengubah",
        "kata Ray.",
    ),
    Gold("2025-06-19-1072", "2025-06-18 16:06", 3, 1, "Gaya Natasha Wilona", "detail penunjang."),
    Gold("2025-06-19-1146", "2025-06-18 18:00", 5, 2, "Dalam beberapa tahun", "sensor 300MP."),
    Gold("2025-06-19-1217", "2025-06-15 13:04", 14, 2, "Jika tak ada", "Maia Estianty."),
    Gold("2025-06-19-1370", "2025-06-18 18:27", 7, 0, "Persaingan menuju panggung", "yang berani."),
    Gold("2025-06-19-1671", "2025-06-18 20:01", 5, 0, "Penyanyi cilik Farel", "diamankan polisi."),
    Gold("2025-06-20-0011", "2025-06-20 06:30", 11, 3, "Badan Pengelola Investasi", 'gitu," katanya.'),
    Gold("2025-06-20-0039", "2025-06-17 09:13", 7, 2, "Guna menciptakan layanan", 'informasi," ucapnya.'),
    Gold(
        "2025-06-20-0539", "2025-06-19 11:27", 16, 1, "Aaliyah Massaidmendapatkan cibiran", "tambah Aaliyah."
    ),
    Gold("2025-06-20-0651", "2025-06-20 18:00", 5, 2, "Komisi III DPR", 'Indonesia," katanya.'),
    Gold("2025-06-20-0898", "2025-06-19 13:06", 4, 1, "Penari cilik asal", "Miyu, Selasa."),
    Gold("2025-06-20-1255", "2025-06-20 07:16", 10, 2, "Menteri Pertahanan Israel,Israel", 'saat ini".'),
    Gold(
        "2025-06-20-1259", "2025-06-19 17:15", 7, 1, "Tijjani Reijndersmenjalani debutnya", "tak diperbarui."
    ),
    Gold("2025-06-20-1299", "2025-06-18 19:46", 10, 1, "Maskapai penerbangan Wings", "kenyamanan pelanggan."),
    Gold("2025-06-20-1513", "2025-06-19 17:02", 13, 3, "Bank Sentral Swiss", "lebih rendah."),
    Gold(
        "2025-06-20-1538", "2025-06-20 15:06", 4, 1, "Robot meminta Eeng", "#LayarDramaRCTI #LayarDramaTerOke"
    ),
    Gold(
        "2025-06-20-1853", "2025-06-19 23:52", 6, 0, "PEMAINBali United,Rahmat Arjuna,", "Kamis (19/6/2024)."
    ),
)
FURNITURE = (
    "Advertisement",
    "Baca Juga",
    "SCROLL TO CONTINUE",
    "[Gambas",
    "(kha)",
    "Simak juga",
    "Punya informasi",
    "Diperbarui",
    "Jurnalis-",
    "Liputan6.com, ",
    "TEMPO.CO",
    "JAKARTA-",
)


def explained(path: Path, more: str = "") -> Explained:
    """Read a sample as a publication in Tokyo would, so that no zone is right by chance."""
    text = decode(path.name, path.read_bytes()) + more
    return explain(Source(path.name, text, "", "", ZoneInfo("Asia/Tokyo")))


def test_the_article_this_project_was_started_from() -> None:
    """Title, standfirst, date, language, two sub-headings, 14 paragraphs, and no furniture."""
    found = explained(SAMPLES / "2026-02-05-pertukaran-tahanan.txt")
    reading = found.reading
    assert reading.title == "Pembicaraan Rusia-Ukraina Berakhir dengan Kesepakatan Pertukaran Tahanan"
    assert reading.summary.startswith("Lembaga berita negara Rusia, RIA, melaporkan")
    assert reading.summary.endswith("masing-masing sebanyak 157 orang.")
    assert reading.when == date(2026, 2, 5) and not isinstance(reading.when, datetime)
    assert (reading.language, reading.authors, reading.updated) == ("id", (), None)
    headings = ["Kesepakatan pertukaran tawanan", "Serangan Berlanjut"]
    assert re.findall("<h2>(.*?)</h2>", reading.html) == headings
    assert reading.html.count("<p>") == 14
    assert reading.html.startswith("<p>Ukraina dan Rusia telah mengakhiri hari kedua")
    assert reading.html.endswith("Korban tertua berusia 81 tahun.</p>")
    assert [(line.number, line.rule) for line in found.lines if line.role == "removed"] == [
        (7, "id: share"),
        (9, "id: share"),
        (15, "id: recommended"),
        (17, "id: recommended"),
        (31, "id: read also"),
        (49, "id: comments"),
    ]


def test_every_sample_is_in_the_table() -> None:
    """There are forty, and each was read."""
    assert sorted(path.stem for path in (SAMPLES / "others").iterdir()) == [gold.name for gold in GOLD]
    assert len(GOLD) == 40


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.name)
def test_a_sample_comes_out_right(gold: Gold) -> None:
    """Its title, its date with time and zone, its language, and its text without furniture or dateline."""
    path = SAMPLES / "others" / f"{gold.name}.txt"
    found = explained(path)
    reading = found.reading
    assert reading.title == " ".join(path.read_text("utf-8").split("\n")[0].split())
    assert reading.language == "id"
    if gold.when:
        assert isinstance(reading.when, datetime)
        assert (f"{reading.when:%Y-%m-%d %H:%M}", reading.when.utcoffset()) == (gold.when, WIB)
    else:
        assert reading.when is None
    below = [line for line in found.lines if line.role in ("text", "heading")]
    removed = [line for line in found.lines if line.role == "removed"]
    assert (len(below), len(removed)) == (gold.texts, gold.furniture)
    shown = re.sub(r"<[^>]+>", " ", reading.html)
    assert " ".join(shown.split()).startswith(gold.first)
    assert " ".join(shown.split()).replace("&quot;", '"').endswith(gold.last)
    assert not [word for word in FURNITURE if word in reading.html]
    assert reading.summary == "" and reading.authors == ()


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.name)
def test_no_line_of_a_sample_goes_without_a_rule(gold: Gold) -> None:
    """Every line is the title, the site, the date, shown, or removed by a rule that is named."""
    path = SAMPLES / "others" / f"{gold.name}.txt"
    lines = explained(path).lines
    written = decode(path.name, path.read_bytes()).split("\n")
    assert [line.number for line in lines] == [at for at, line in enumerate(written, 1) if line.strip()]
    assert [line.role for line in lines[:2]] == ["title", "site"]
    for line in lines[2:]:
        assert line.role in ("date", "updated", "text", "heading") or line.rule
        cut = len(line.text) - len(line.kept) if line.role == "text" else 0
        assert not cut or (line.rule in ("id: dateline", "id: place") and cut < 30)


def test_the_headings_of_the_samples() -> None:
    """A bare short line above a paragraph is one, and so is a numbered one; quotes and lists are none."""
    found = {
        gold.name: re.findall(
            "<h2>(.*?)</h2>", explained(SAMPLES / "others" / f"{gold.name}.txt").reading.html
        )
        for gold in GOLD
    }
    assert {name: headings for name, headings in found.items() if headings} == {
        "2025-06-19-1146": ["1. Fokus pada Kamera: Lebih Banyak Megapiksel, Tapi Apakah Lebih Baik?"],
        "2025-06-20-0539": ["Jawaban Aaliyah Massaid"],
    }


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.name)
def test_a_copy_of_another_day_reads_the_same(gold: Gold) -> None:
    """Other furniture around and in an article does not change its text, its title or its date."""
    path = SAMPLES / "others" / f"{gold.name}.txt"
    lines = path.read_text("utf-8").rstrip("\n").split("\n")
    plain = [line for line in lines if not line.startswith(FURNITURE[:6])]
    head, body = plain[:4], plain[4:]
    again = [head[0], "", *head[1:3], "", "Bagikan:", "share12", ""]
    for paragraph in body:
        again += [paragraph, "", "Baca juga: Judul artikel lain yang tidak ada", ""]
    again += [
        "(abc/def)",
        "17 Komentar",
        "Berita Terkait",
        "Judul lain yang pertama",
        "Judul lain yang kedua",
    ]
    text = decode(path.name, "\n".join(again).encode())
    other = explain(Source(path.name, text, "", "", ZoneInfo("Asia/Tokyo"))).reading
    first = explained(path).reading
    assert (other.title, other.when, other.html) == (first.title, first.when, first.html)
