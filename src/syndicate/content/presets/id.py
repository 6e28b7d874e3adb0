"""Rules for pages of the Indonesian press; `Rules` says what the names do, others are furniture."""

from __future__ import annotations

_SITE = r"(?i:[a-z0-9-]{2,30}\.(?:com|co\.id|co|id|net|tv|org|news|go\.id))"
_NAME = r"[A-Z](?:[a-z.'’]+|[A-Z.'’]+)"
_PLACE = rf"{_NAME}(?:[ /-]{_NAME}){{0,3}}"
_AGENCY = (
    rf"(?:{_SITE}|(?:CNN|CNBC|BBC|VOA|DW|ABC|IDN)(?: News)?(?: Indonesia| Times)?|(?i:antara(?: news)?)"
    r"|(?i:sindonews|okezone|republika|kontan|infopublik|nu online)|Reuters|AFP|AP|Xinhua|Bloomberg)"
)
_DASH = r"(?:\s+(?:-{1,3}|[–—])\s*|(?:-{1,3}|[–—])\s+|--\s*)"
_CITY = (
    "(?:Jakarta(?: (?:Pusat|Barat|Timur|Selatan|Utara))?|Bandung|Surabaya|Medan|Semarang|Makassar|Palembang"
    "|Yogyakarta|Jogja|Denpasar|Solo|Surakarta|Malang|Bogor|Depok|Tangerang(?: Selatan)?|Bekasi|Batam|Padang"
    "|Pekanbaru|Bandar Lampung|Banjarmasin|Balikpapan|Samarinda|Pontianak|Manado|Ambon|Jayapura|Kupang"
    "|Mataram|Banda Aceh|Serang|Cirebon|Kediri|Jember|Banyuwangi|Sidoarjo|Gresik|Palu|Kendari|Ternate"
    "|Singapura|Kuala Lumpur|Washington|London|New York|Beijing|Tokyo|Moskow|Kyiv|Gaza|Teheran|Tel Aviv)"
)
_NO_OTHER = r"(?!.{0,100}\s[-–—]\s)"  # "BUMN - badan usaha milik negara - …" opens with no place
_DAY = r"(?:senin|selasa|rabu|kamis|jum['’`]?at|sabtu|minggu|ahad)"

RULES: dict[str, tuple[str, ...]] = {
    "share": (
        r"(?i:klik (?:di sini )?untuk (?:mem)?bagikan\b.*)",
        r"(?i:share\s*\d*|\d+\s*shares?)",
        r"(?i:bagikan(?: (?:artikel|berita) ini)?(?: ke| di| melalui| lewat)?(?: media sosial)?\s*:?)",
        r"(?i:(?:salin|copy) (?:tautan|link|url)|facebook|twitter|whatsapp|telegram|linkedin)",
        r"(?i:pinterest|threads|tweet|e-?mail|cetak|simpan|dengarkan (?:berita|artikel)(?: ini)?)",
        r"(?i:ukuran (?:huruf|font).{0,20}|a\s?[-+]|(?:url|tautan) (?:telah )?ter(?:copy|salin))",
    ),
    "navigation": (
        r"(?i:(?:home|beranda|berita)(?:\s*[/>»›|]\s*[^/>»›|]{1,40}){1,4})",
        r"(?i:(?:halaman\s*:?\s*[\d\s]{1,30})?(?:selanjutnya|(?:halaman )?berikutnya|lihat semua|show all))",
        r"(?i:home|beranda|halaman\s*:?\s*\d+(?: dari \d+|(?:\s+\d+)*))",
        r"(?i:(?:kembali ke|lihat) (?:atas|beranda))",
    ),
    "counter": (
        r"(?i:(?:dibaca|dilihat)\s*:?\s*[\d.,]+(?: kali)?)",
        r"(?i:[\d.,]+ (?:kali )?(?:dibaca|dilihat|views?|pembaca))",
        r"(?i:(?:waktu baca\s*:?\s*)?\d{1,3} (?:menit|min)(?: (?:waktu )?(?:mem)?baca)?|baca \d{1,3} menit)",
        r"(?i:\d{1,3} (?:detik|menit|jam|hari|minggu|bulan) (?:yang )?lalu)",
    ),
    "recommended": (
        r"(?i:(?:artikel|berita|topik|video) (?:rekomendasi|terkait|lainnya|pilihan|(?:ter)?populer)"
        r"(?:\s*:.{0,80})?)",
        r"(?i:rekomendasi(?: untuk anda)?|terpopuler|terkini|berita (?:terbaru|terkini))",
        r"(?i:daftar \d+ item\s*(?:akhir daftar)?|akhir daftar)",
        r"(?i:pilihan editor:?.*)",
    ),
    "topics": (r"(?i:(?:tags?|topik|topik terkait|kata kunci)\s*:?)",),
    "read also": (
        r"(?:MEM)?BACA(?: JUGA)?(?:\s*:?|[:\s](?=.*[a-z]).*)",
        r"(?i:(?:baca|lihat|simak) (?:juga|selengkapnya|lainnya|pula)\b.*)",
        r"(?i:(?:simak|tonton|lihat|saksikan)(?: juga)? (?:video|foto)\b.{0,200})",
        r"(?i:(?:tonton|saksikan) (?:juga|selengkapnya)\b.{0,200})",
    ),
    "embed": (r"\[Gambas:[^\]]*\]", r"(?i:lihat (?:postingan|unggahan) ini di instagram)"),
    "caption": (
        r"(?i:lihat foto|perbesar(?: gambar)?)",
        r"(?i:(?:sumber )?(?:foto|gambar)\s*:\s*.{2,200})",
        r"(?i:.{0,250}\((?:sumber )?(?:foto|dok)\s?[.:/]\s?[^()]{2,80}\)\.?)",
    ),
    "advertisement": (
        r"(?i:advertisement|iklan|scroll to (?:continue|resume)(?: with)? content)",
        r"(?i:gulir untuk melanjutkan(?: membaca)?)",
        r"(?i:(?:artikel|konten) (?:ini )?berlanjut (?:di bawah|setelah).*)",
        r"(?i:baca (?:berita|artikel) (?:dengan sedikit|tanpa) iklan\b.*)",
    ),
    "comments": (r"(?i:(?:tinggalkan|tulis|beri) komentar.{0,80}|\d+ komentar|komentar(?: \(\d+\))?)",),
    "follow": (
        r"(?i:(?:ikuti|dapatkan|pantau|cek|gabung|temukan|download|unduh).{0,160}"
        r"(?:google news|whatsapp channel|(?:saluran|kanal) whatsapp|telegram|aplikasi)\b.*)",
        r"(?i:simak.{0,240}(?:google news|whatsapp channel|(?:saluran|kanal) whatsapp)\b.*)",
    ),
    "contact": (
        r"(?i:\**\s*(?:punya|memiliki) (?:informasi|berita|cerita|klaim)\b.{0,300}"
        r"\b(?:hubungi|kirim|e-?mail).*)",
    ),
    "editor": (
        r"(?i:(?:editor|penyunting|redaktur|uploader|video editor|red)\s*:\s*.{2,80})",
        r"(?i:editor|penyunting|redaktur|tim redaksi|redaksi)",
    ),
    "separator": (r"[_=*~•·—–-]{3,}",),
    "tags": (r"(?i:(?:tags?|topik|topik terkait|kata kunci)\s*:.{0,300})",),
    "initials": (r"\([a-zA-Z]{2,4}(?:/[a-zA-Z]{2,4}){0,3}\)", r"\[[a-zA-Z]{2,4}(?:/[a-zA-Z]{2,4}){0,3}\]"),
    "copyright": (
        r"(?i:dilarang (?:keras )?(?:mengambil|mengutip|menyalin|memperbanyak)\b.*)",
        r"(?i:(?:copyright|hak cipta|©)\s*(?:©|\(c\)|@)?\s*.{0,60}\b(?:19|20)\d\d\b.{0,120})",
    ),
    "dated": (
        r"(?i:(?:di)?(?:terbitkan|publikasikan|terbit|tayang|unggah|rilis)(?: pada)?\s*:?"
        r"\s*(?P<date>.{6,60}?)\s*[|,;·•–-]?\s*(?:di)?(?:perbarui|mutakhirkan|update)(?: pada)?"
        r"\s*:?\s*(?P<updated>.{6,60}))",
        r"(?i:(?:di)?(?:terbitkan|publikasikan|terbit|tayang|unggah|rilis|perbarui|mutakhirkan|update)"
        r"(?: pada)?\s*:?\s*(?P<date>.*))",
        r"(?i:,?\s*(?P<name>.{0,60}?)[\s,]*(?:jurnalis|redaksi|reporter|penulis|editor)\s*[-–|]\s*(?P<date>.*))",
        rf"(?i:(?:oleh|penulis)\s*:?\s*(?P<name>[^\d:|]{{3,60}}?)\s*[-–|,]\s*(?P<date>(?:{_DAY},)?\s*\d.*))",
        rf"(?i:.{{0,40}}?[-–|]\s*(?P<date>{_DAY},.*))",
        rf"(?i:{_AGENCY}\s*[-–|,]\s*(?P<date>\d.*))",
        r"(?i:(?P<clock>\d{1,2}[.:]\d\d(?: WIB| WITA| WIT)?)\s*[-–|,]?\s*(?P<date>\d{1,2} [a-z]{3,9} \d{4}))",
        rf"(?i:{_CITY},\s*(?P<date>(?:{_DAY},?\s*)?\d.*))",
    ),
    "updated": (r"(?i:(?:terakhir )?(?:di)?(?:perbarui|mutakhirkan|update)\b.*)",),
    "byline": (
        r"(?i:(?:oleh|penulis|reporter|pewarta|laporan|kontributor|jurnalis)\s*:?\s+)(?P<name>[^\d:|]{3,60}?)(?:\s*\|.{0,80})?",
        r"(?P<name>[A-Z][^\d:]{2,50}?)\s+[-–|]\s+(?i:detik\w+|okezone|kompas\.com|liputan6(?:\.com)?|tempo(?:\.co)?)",
    ),
    "label": (r"(?i:reporter|penulis|oleh|pewarta|jurnalis|kontributor)\s*:?",),
    "dateline": (
        rf"{_SITE}\s*,\s*{_PLACE}{_DASH}",
        rf"{_SITE}\s*,\s*{_NAME}(?: {_NAME}){{0,3}}[-–—](?=\S)",
        rf"{_SITE}\s*,\s*[A-Z][a-z.'’]+(?: [A-Z][a-z.'’]+){{0,2}}(?=[A-Z])",
        rf"{_SITE}\s*,\s*{_CITY}\s+(?=[A-Z\"“])",
        rf"{_PLACE}\s*(?:,\s*{_AGENCY}|\({_AGENCY}\)){_DASH}",
        rf"{_AGENCY}{_DASH}",
    ),
    "place": (
        rf"(?!\W)[A-Z][A-Z.'’/ -]{{2,40}}(?:, [A-Z][A-Za-z.]{{2,20}})?{_DASH}{_NO_OTHER}",
        rf"{_CITY}(?:, [A-Z][A-Za-z]{{2,20}})?{_DASH}{_NO_OTHER}",
    ),
    "ending": (r"(?<=[.!?”\"’'…)])\s*[(\[][a-zA-Z]{2,4}(?:/[a-zA-Z]{2,4}){0,3}[)\]]\s*$",),
    "listed": (r"(?i:daftar (?P<count>\d{1,2}) item)",),
    "list_end": (r"(?i:akhir daftar)",),
}
