"""Rules for pages of the English-language press. A pattern is for one whole line."""

from __future__ import annotations

RULES: dict[str, tuple[str, ...]] = {
    "share": (
        r"(?i:(?:click here )?to share (?:on|via) .{0,40}|click here to share\b.*)",
        r"(?i:share\s*\d*|\d+\s*shares?|share (?:this|on)(?: \w+){0,3})",
        r"(?i:copy link|facebook|twitter|whatsapp|telegram|linkedin|email|print|save)",
    ),
    "recommended": (
        r"(?i:recommended(?: (?:stories|for you))?|more (?:stories|on this))",
        r"(?i:related (?:articles|stories|topics))",
        r"(?i:list of \d+ items\s*(?:end of list)?|end of list)",
        r"(?i:most (?:read|popular)|editors?['’]s? picks?)",
    ),
    "read also": (r"READ(?: MORE| ALSO)?\s*:.*", r"(?i:(?:read|see|watch) (?:more|also)\s*:.*)"),
    "advertisement": (
        r"(?i:advertisement|story continues below(?: this ad.*)?|scroll to continue(?: with content)?)",
    ),
    "comments": (r"(?i:leave a comment|\d+ comments?|(?:show|view) comments|join the conversation)",),
    "follow": (r"(?i:(?:sign up|subscribe) (?:to|for) .{0,60}newsletters?.{0,40}|follow us on .{0,60})",),
    "copyright": (r"(?i:(?:copyright|©)\s*(?:©|\(c\))?\s*.{0,60}\b(?:19|20)\d\d\b.{0,60})",),
    "dated": (
        r"(?i:(?:(?:first|last)\s+)?(?:published|posted|updated|modified)"
        r"(?:\s+(?:on|at))?\s*:?\s*(?P<date>.*))",
        r"(?i:.{0,40}?\s[-–|]\s(?P<date>.*\b(?:19|20)\d\d\b.*))",
    ),
    "updated": (r"(?i:(?:last\s+)?(?:updated|modified)\b.*)",),
    "byline": (r"(?:By|BY)\s+(?P<name>[^\W\d_][^\d:]{2,60})",),
}
