"""Find measured results that were typed by hand into Markdown: they belong into `say` or `claim`.

What passes: settings ("batches of 32"), mathematics between dollars, code, quotations, a paragraph that cites a paper
by its DOI or arXiv number, questions and suppositions, and the minutes that a chapter or an exercise takes.
"""

import re
from typing import NamedTuple

ONES = "one|two|three|four|five|six|seven|eight|nine"
TENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    "sixty|seventy|eighty|ninety|hundred|thousand|million|dozen"
)
DIGITS = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[-−+]?\d+)?"
DECIMAL = r"\d*\.\d+(?:e[-−+]?\d+)?"
NUMBER = rf"\**(?:{DIGITS}|\b(?:{ONES}|{TENS})(?:[- ](?:{ONES}|{TENS}))*\b)\**"
VAGUE = rf"(?:{NUMBER}|\b(?:a few|several|some|many) (?:{TENS})|(?:dozens|hundreds|thousands|millions) of)"

METRIC = (
    r"\b(?:accurac(?:y|ies)|loss(?:es)?|errors?|error rates?|scores?|F1|precision|recall|AUC|R²|RMSE|MSE|MAE|"
    r"perplexity|gap)\b"
)
# What may stand between a metric and its number, as in "accuracy rises to about 0.93".
BETWEEN = (
    r"(?: (?:of|is|was|are|were|be|at|to|by|from|around|about|near|nearly|roughly|only|just|over|under|above|below|"
    r"almost|still|than|down|up|reach\w*|f[ae]ll\w*|drop\w*|r[io]se\w*|climb\w*|gets?|goes|went|stay\w*|end\w*|"
    r"settl\w*|here)\b| ?[:=≈~<>]){0,5} "
)
# What only a run can tell; the number of weights is counted, not measured.
RESULT = (
    r"(?:errors?|loss(?:es)?|accuracy|times?|seconds?|minutes?|steps?|epochs?|iterations?|updates?|gap|speed|cost|"
    r"variance|spread|noise|memory|throughput|mistakes)"
)
RESULTS_OF = rf"(?:\w+ ){{0,2}}{RESULT}\b"
BETTER = (
    r"(?:(?:fast|slow|quick|long|cheap|low|high|small|noisi|smooth|soon|lat)(?:e?r)?|larger?|bigger|better|worse|"
    r"good|badly|well|more|less|(?:more |less )?accurate(?:ly)?|(?:more |less )?expensive)"
)
STEPS = r"(?:\w+ )?(?:steps|epochs|iterations|updates)"
ABOUT = r"(?:only |about |just |some |nearly |around |roughly |almost )?"

SETTING = (
    r"learning rate|step size|\blr\b|\bbatch(?:es)?\b(?! norm)|\bwidth|weight decay|\bbudget|\bsplit|\binterval|"
    r"(?:momentum|dropout|penalty)(?: rate| probability| parameter| coefficient)? (?:of|is set)\b|confidence|"
    r"quantile|percentile|\bhold|held out|warm-?up|label noise|timeout|\blimit|at most|\bevery\b|\beach\b|"
    r"(?:training|validation|test) (?:part|set)"
)
OF_DATA = (
    r"(?:%|percent) of (?:the |all |its |their |our )?(?:\w+ )?(?:examples|images|data|rows|labels|units|"
    r"activations|pixels|steps|weights|batch|budget|weight|memory)"
)
COUNTED = r"parameters|weights|units|neurons|layers|pixels|images|examples|classes|multiplications|operations"


class Rule(NamedTuple):
    """A kind of result, the pattern that finds it, and what in the same clause makes it a setting."""

    name: str
    pattern: re.Pattern
    unless: re.Pattern


def rule(name, pattern, unless="(?!)"):
    return Rule(name, re.compile(pattern, re.IGNORECASE), re.compile(unless, re.IGNORECASE))


RULES = [
    rule("percentage", rf"{NUMBER} ?(?:%|percent\b|per cent\b|percentage points?\b)", f"{SETTING}|{OF_DATA}"),
    rule("points", rf"{NUMBER} points? (?:better|worse|higher|lower|more|less|above|below|ahead|behind|of accuracy)"),
    rule("points", rf"\b(?:gains?|gained|loses?|lost|wins?|costs?) {ABOUT}{NUMBER} points?\b"),
    rule("metric", rf"{METRIC}{BETWEEN}\**{DECIMAL}", "learning rate|weight decay|tolerance"),
    rule(
        "metric",
        rf"{METRIC}{BETWEEN}\**(?![01]\b)\d[\d,]*\**(?=[.,;:)!]|$| (?:after|with|on|for|and|while|but)\b)",
        "label|chapter|step|exercise|equation|figure",
    ),
    rule("metric", rf"\d*\.\d+\** (?:(?:training|validation|test|mean|final) )?{METRIC}"),
    rule(
        "share",
        rf"{NUMBER} (?:out of|of|in)(?: the| every)? {NUMBER}(?: \w+){{0,3}} "
        r"(?:correct\w*|right|wrong\w*|misclassified|mistaken)\b",
    ),
    rule("spread", rf"{DIGITS} ?± ?{DIGITS}"),
    rule("duration", rf"{NUMBER}[ -]?(?:(?:milli|micro)?seconds?|secs?|minutes?|hours?|ms|µs)\b", SETTING),
    rule("duration", rf"(?:{DIGITS} (?:s|min|h)|\d+\.\d+s)\b(?!['’])", SETTING),
    rule("ratio", rf"{VAGUE}(?: times|-fold| ?×| ?x) (?:as )?{BETTER}\b", f"{SETTING}|{COUNTED}"),
    rule("ratio", rf"{VAGUE}(?: times| ?×| ?x) (?:as (?:many|few|much|little)|fewer|more|the) {RESULTS_OF}"),
    rule("ratio", rf"\b(?:twice|thrice|half) as {BETTER}\b", f"{SETTING}|{COUNTED}"),
    rule("ratio", rf"\b(?:twice|thrice|half) (?:as (?:many|few|much|little)|the) {RESULTS_OF}"),
    rule("ratio", rf"\b(?:halv|doubl|tripl)(?:e|es|ed|ing) (?:the |its |their )?{RESULTS_OF}", SETTING),
    rule("ratio", rf"\bcuts? (?:the |its |their )?{RESULTS_OF} (?:in|by) half"),
    rule("ratio", rf"\bby a factor of {ABOUT}{NUMBER}", f"{SETTING}|{COUNTED}"),
    rule("ratio", rf"\borders? of magnitude {BETTER}\b", f"{SETTING}|{COUNTED}"),
    rule("steps", rf"\b(?:needs?|needed|takes?|took) {ABOUT}{VAGUE} {STEPS}\b", SETTING),
    rule(
        "steps",
        rf"\b(?:reach|arriv|converg|diverg|overfit)\w*(?: \w+){{0,4}} (?:in|after|within|at|from) {ABOUT}"
        rf"(?:(?:step|epoch|iteration) {NUMBER}|{VAGUE} {STEPS})",
        SETTING,
    ),
    rule("steps", rf"\b(?:best|lowest|highest|minimum|maximum|peak)\b[^.;]{{0,60}} (?:epoch|step) {DIGITS}"),
]

BLOCKS = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1[`~]*\s*$|\$\$.*?\$\$|<!--.*?-->", re.MULTILINE | re.DOTALL)
QUOTATION = re.compile(r"^ {0,3}>.*$", re.MULTILINE)
# Code, mathematics and addresses of links, within a paragraph.
INLINE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|\$[^$]+\$|(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)", re.DOTALL)
CITATION = re.compile(r"\]\(https?://(?:(?:dx\.)?doi\.org|arxiv\.org)/", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?])[\"”’*_)]*\s+(?=[\"“‘*_(\[]*[A-Z0-9])|\n(?=\s*(?:[-*+|]|\d+\.) )")
CLAUSE_END = re.compile(r"[,;:](?=\s)")
SUPPOSITION = re.compile(r"\b(?:suppose|imagine|assume|would|must)\b", re.IGNORECASE)
TIME_NEEDED = re.compile(r"\bminutes?\b", re.IGNORECASE)


def typed_results(source, is_title=False):
    """The results typed into one Markdown cell, each as "kind: words". `is_title`: the cell that opens the notebook."""
    found = []
    for paragraph in re.split(r"\n\s*\n", QUOTATION.sub("", BLOCKS.sub(" … ", source))):
        if CITATION.search(paragraph):
            continue
        for sentence in SENTENCE.split(INLINE.sub(" … ", paragraph)):
            sentence = " ".join(sentence.split())
            if not sentence.endswith("?") and not SUPPOSITION.search(sentence):
                found += in_sentence(sentence, is_title or "**Exercise" in paragraph or paragraph.startswith("#"))
    return found


def in_sentence(sentence, may_say_minutes):
    """The results in one sentence; of two that overlap, the first rule's."""
    taken = []
    for kind, pattern, unless in RULES:
        for match in pattern.finditer(sentence):
            start, end = match.span()
            overlaps = any(start < b and a < end for a, b, _ in taken)
            is_estimate = may_say_minutes and kind == "duration" and TIME_NEEDED.search(match.group())
            if not overlaps and not is_estimate and not unless.search(clause(sentence, start, end)):
                taken.append((start, end, f"{kind}: {match.group().strip()}"))
    return [words for _, _, words in sorted(taken)]


def clause(sentence, start, end):
    """The part of the sentence around a match, up to the next comma, semicolon or colon on either side."""
    left = max((m.end() for m in CLAUSE_END.finditer(sentence, 0, start)), default=0)
    right = CLAUSE_END.search(sentence, end)
    return sentence[left : right.start() if right else len(sentence)]
