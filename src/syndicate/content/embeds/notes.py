"""What Obsidian and its plugins write between the words of a note, in rendered Markdown. Pure.

``==marked==``, ``^block-id``, ``[key:: value]``, and the blocks of code that are questions to a plugin.
"""

from __future__ import annotations

import re

_ASKED = re.compile(
    r'<pre><code class="language-(?:dataview|dataviewjs|tasks|compressed-json)">[^<]*</code></pre>\n?'
)
_WITHIN = r"</?(?:em|strong|a|del|sup|sub)\b[^<>]{0,2000}>|<code>[^<]*</code>"
_PART = re.compile(
    r"<(?P<closing>/?)(?P<code>pre|code|kbd|samp|script|style|textarea)\b[^<>]*>"
    r"|<p>\s{0,9}\^[\w-]{2,60}\s{0,9}</p>\n?(?P<alone>)"
    r"|<[^<>]*>"
    rf"|(?<![=\w])==(?=[^\s=])(?P<marked>(?:[^<=]|=(?!=)|{_WITHIN}){{1,1000}}?)(?<=\S)==(?![=\w])"
    r"|\s{1,9}\^(?=[\d-]*[A-Za-z])[A-Za-z0-9-]{2,60}(?P<block>)[ \t]{0,9}"
    r"(?=\n|</(?:p|li|h[1-6]|dd|dt|td|th)>|<(?:ul|ol)>|$)"
    rf"|(?P<open>[\[(])[A-Za-z][\w -]{{0,40}}::\s{{1,9}}(?P<value>(?:[^\[\]()\n<]|{_WITHIN}){{0,300}})"
    r"(?P<shut>[\])])"
)


def finish(html: str) -> str:
    """Return `html` as Obsidian shows the note: its marks of ids and keys go, their values stay."""
    if 'class="language-' in html:
        html = _ASKED.sub("", html)
    if not ("==" in html or "^" in html or "::" in html):
        return html
    depth = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal depth
        if match["code"]:
            depth = max(0, depth - 1) if match["closing"] else depth + 1
            return match[0]
        if depth:
            return match[0]
        if match["alone"] is not None or match["block"] is not None:
            return ""
        if match["marked"]:
            return f"<mark>{match['marked']}</mark>"
        pair = (match["open"] or "") + (match["shut"] or "")
        return match["value"] if pair in ("[]", "()") else match[0]

    return _PART.sub(shown, html)
