"""Rules for pages of the Indonesian press. A pattern is for one whole line; ``(?i)`` stands first."""

from __future__ import annotations

RULES: dict[str, tuple[str, ...]] = {
    "share": (
        r"(?i:klik (?:di sini )?untuk (?:mem)?bagikan\b.*)",
        r"(?i:share\s*\d*|\d+\s*shares?)",
        r"(?i:bagikan(?: (?:artikel|berita) ini)?(?: ke| di| melalui)?(?: media sosial)?:?)",
        r"(?i:(?:salin|copy) (?:tautan|link)|facebook|twitter|whatsapp|telegram|linkedin)",
    ),
    "recommended": (
        r"(?i:(?:artikel|berita) (?:rekomendasi|terkait|lainnya|pilihan|terpopuler))",
        r"(?i:rekomendasi(?: untuk anda)?)",
        r"(?i:daftar \d+ item\s*(?:akhir daftar)?|akhir daftar)",
        r"(?i:pilihan editor:?.*)",
    ),
    "read also": (
        r"(?:MEM)?BACA(?: JUGA)?\b.*",
        r"(?i:baca (?:juga|selengkapnya|lainnya)\b.*)",
        r"(?i:(?:simak|tonton|lihat|saksikan)(?: juga)? (?:video|foto)\b.*)",
        r"(?i:(?:simak|tonton|lihat|saksikan) (?:juga|selengkapnya)\b.*)",
    ),
    "embed": (r"\[Gambas:[^\]]*\]",),
    "advertisement": (
        r"(?i:advertisement|iklan|scroll to continue with content|gulir untuk melanjutkan(?: membaca)?)",
    ),
    "comments": (r"(?i:(?:tinggalkan|tulis|beri) komentar.*|\d+ komentar|komentar(?: \(\d+\))?)",),
    "follow": (
        r"(?i:(?:ikuti|dapatkan|pantau).{0,120}"
        r"(?:google news|whatsapp channel|saluran whatsapp|kanal whatsapp|telegram)\b.*)",
    ),
    "initials": (r"\([a-z]{2,4}(?:/[a-z]{2,4}){0,3}\)",),
    "copyright": (r"(?i:(?:copyright|hak cipta)\s*(?:©|\(c\)|@)?\s*.{0,60}\b(?:19|20)\d\d\b.{0,60})",),
    "dated": (
        r"(?i:(?:di)?(?:terbitkan|publikasikan|terbit|tayang|unggah|rilis|perbarui|mutakhirkan)"
        r"(?: pada)?\s*:?\s*(?P<date>.*))",
        r"(?i:,?\s*(?:.{0,60}\s)?(?:jurnalis|redaksi|reporter|penulis|editor)\s*[-–|]\s*(?P<date>.*))",
        r"(?i:.{0,40}?[-–|]\s*(?P<date>(?:senin|selasa|rabu|kamis|jum['’]?at|sabtu|minggu|ahad),.*))",
    ),
    "updated": (r"(?i:(?:di)?(?:perbarui|mutakhirkan)\b.*)",),
    "byline": (r"(?i:(?:oleh|penulis|reporter)\s*:?\s+)(?P<name>[^\d:]{3,60})",),
}
