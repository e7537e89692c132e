"""Numbers of chapters and exercises, typed: they are wrong as soon as one moves. Text names a chapter by its title.

The file name holds a chapter's number, and the book's theme shows it. What passes: a chapter of another book, as in
"chapter 5 of [Goodfellow …](…)".
"""

import re

TYPED = re.compile(
    r"\b(?:(?:chapters?|exercises?|ch\.|ex\.)(?: +| *\n *)\d+(?:\.\d+)?|"
    r"chapter (?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))\b(?!\s+of\s+[\[*])",
    re.IGNORECASE,
)


def typed_numbers(source):
    """The words in a text that number a chapter or an exercise, each with its line."""
    return [(source.count("\n", 0, m.start()) + 1, " ".join(m.group().split())) for m in TYPED.finditer(source)]
