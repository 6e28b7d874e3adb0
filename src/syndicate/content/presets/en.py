"""Rules for pages of the English-language press; `Rules` says what the names do, others are furniture."""

from __future__ import annotations

_DASH = r"(?:\s+(?:-{1,3}|[–—])\s*|(?:-{1,2}|[–—])\s+|--\s*)"
_AGENCY = r"\((?:AP|AFP|Reuters|REUTERS|ANTARA|Antara|UPI|CNN|Xinhua|Bloomberg|BBC|dpa|PTI|Kyodo)\)"
_ANY_AGENCY = r"\([A-Z][A-Za-z .&]{1,24}\)"
_NO_OTHER = r"(?!.{0,100}\s[-–—]\s)"  # "NASA - the agency - …" opens with no place
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"

RULES: dict[str, tuple[str, ...]] = {
    "share": (
        r"(?i:(?:click here )?to share (?:on|via) .{0,40}|click here to share\b.*)",
        r"(?i:share\s*\d*|\d+\s*shares?|share (?:this|on)(?: \w+){0,3})",
        r"(?i:copy (?:link|url)|facebook|twitter|whatsapp|telegram|linkedin|pinterest|reddit)",
        r"(?i:flipboard|threads|e-?mail|print|save|tweet|bookmark)",
        r"(?i:listen(?: to this article)?|add .{0,30} on google)",
    ),
    "navigation": (
        r"(?i:(?:home|news)(?:\s*[/>»›|]\s*[^/>»›|]{1,40}){1,4})",
        r"(?i:home|skip to (?:main )?content|(?:back to|return to) (?:top|homepage)|next (?:story|page))",
    ),
    "counter": (
        r"(?i:\d{1,3}[ -]min(?:ute)?s?(?: (?:read|listen))?|[\d.,]+[kKmM]? views?)",
        r"(?i:\d{1,3} (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?) ago)",
    ),
    "recommended": (
        r"(?i:recommended(?: (?:stories|reading|for you))?|more (?:stories|on this(?: story)?|from .{2,40}))",
        r"(?i:(?:related|popular|trending|latest) (?:articles?|stories|topics|news|content))",
        r"(?i:you (?:may|might) also (?:like|be interested in))",
        r"(?i:list of \d+ items\s*(?:end of list)?|end of list)",
        r"(?i:most (?:read|popular)|editors?['’]s? picks?)",
    ),
    "topics": (r"(?i:(?:tags?|topics?|keywords|(?:related|more on) (?:topics|tags)|filed under)\s*:?)",),
    "read also": (
        r"READ(?: MORE| ALSO| NEXT)?\s*:.*",
        r"(?i:(?:read|see|watch)(?: more| also| next)\s*(?::.*)?)",
        r"(?i:also read\s*(?::.*)?)",
    ),
    "caption": (
        r"(?i:(?:image|photo|picture) (?:caption|source|credit)[s,:]?\s.{2,250})",
        r"(?i:(?:photo|image|picture|credit)\s*:\s*.{2,200})",
        r"(?i:.{0,250}[\[(](?:photo|file|image|credit)\s?[:/]\s?[^()\[\]]{2,80}[\])]\.?)",
    ),
    "advertisement": (
        r"(?i:advertisement|sponsored(?: content)?|story continues below(?: (?:this )?ad.*)?)",
        r"(?i:scroll to continue(?: with content)?|article continues (?:below|after).{0,60})",
    ),
    "comments": (
        r"(?i:leave a (?:comment|reply)|\d+ comments?|(?:show|view|read|post a) comments?|comments)",
        r"(?i:join the (?:conversation|discussion))",
    ),
    "follow": (
        r"(?i:(?:sign up|subscribe) (?:to|for) .{0,60}newsletters?.{0,60}|follow us on .{0,60})",
        r"(?i:(?:get|download) .{0,60}\bapp\b.{0,60})",
    ),
    "editor": (
        r"(?i:(?:editing|reporting|additional reporting|edited) by .{2,160}|our standards: .{2,80})",
        r"(?i:.{2,160} contributed to this (?:report|story|article)\.?|sources?: .{2,80})",
        r"(?:BBC News|BBC Sport|Associated Press|The Associated Press|Reuters|CNN)(?:, .{2,40})?",
    ),
    "separator": (r"[_=*~•·—–-]{3,}",),
    "tags": (r"(?i:(?:tags?|topics?|keywords|filed under)\s*:.{0,300})",),
    "copyright": (
        r"(?i:(?:copyright|©)\s*(?:©|\(c\))?\s*.{0,60}\b(?:19|20)\d\d\b.{0,160})",
        r"(?i:.{0,40}all rights reserved\.?.{0,80})",
    ),
    "dated": (
        r"(?i:(?:(?:first|originally)\s+)?(?:published|posted)(?:\s+(?:on|at))?\s*:?\s*(?P<date>.{6,60}?)"
        r"\s*[|,;·•–-]?\s*\(?(?:last )?(?:updated|modified)(?:\s+(?:on|at))?"
        r"\s*:?\s*(?P<updated>.{6,60}?)\)?)",
        r"(?i:(?:(?:first|last|originally)\s+)?(?:published|posted|updated|modified)"
        r"(?:\s+(?:on|at))?\s*:?\s*(?P<date>.*))",
        r"(?i:(?:(?:last )?(?:published|posted|updated|modified))\s*:?\s*(?P<clock>\d{1,2}[.:]\d\d"
        r"(?:\s?[ap]\.?m\.?)?(?:\s[a-z]{2,4}(?:[+-]\d{1,2})?)?),?\s+(?P<date>.{6,40}))",
        r"(?:By|BY)\s+(?P<name>[^\W\d_][^\d:|]{2,60}?)\s*[-–—|,•·]\s*(?i:(?:published|posted)?\s*(?:on)?\s*)"
        r"(?P<date>.*\b(?:19|20)\d\d\b.*)",
        r"(?i:.{0,40}?\s[-–|]\s(?P<date>.*\b(?:19|20)\d\d\b.*))",
    ),
    "updated": (r"(?i:(?:last\s+)?(?:updated|modified)\b.*)",),
    "byline": (r"(?:By|BY|Written by|Words by)\s*:?\s+(?P<name>[^\W\d_][^\d:]{2,60})",),
    "label": (r"(?i:(?:written |words )?by|author|reporter)\s*:?",),
    "dateline": (
        rf"(?:[A-Z][A-Z.'’ -]{{2,40}}(?:, [A-Z][A-Za-z. ]{{1,30}})?(?:, {_MONTH} \d{{1,2}})?,? ?|"
        rf"{_MONTH} \d{{1,2}} )?{_AGENCY}{_DASH}",
        rf"[A-Z][A-Z.'’ -]{{2,40}} {_ANY_AGENCY}{_DASH}",
        rf"[A-Z][A-Za-z.'’]+(?: [A-Z][A-Za-z.'’]+){{0,2}}(?:, [A-Z][A-Za-z. ]{{1,30}})? {_AGENCY}{_DASH}",
    ),
    "place": (
        rf"[A-Z][A-Z.'’ -]{{3,40}}(?:, [A-Z][A-Za-z.]{{2,20}}(?: [A-Z][a-z]+)?)?"
        rf"(?:, (?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?: \d{{4}})?)?{_DASH}{_NO_OTHER}",
    ),
    "listed": (r"(?i:list of (?P<count>\d{1,2}) items?)",),
    "list_end": (r"(?i:end of list)",),
}
