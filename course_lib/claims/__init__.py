"""Sentences that are computed, claims that are checked, and the intervals on which both rest.

Every comparative sentence of the book passes through :func:`claim`. It shows the sentence with what was measured, leaves
a record in the output's metadata (the build collects them into one page) and raises where the sentence is false.
A sentence that compares without asserting carries an :func:`interval`.
"""

from course_lib.claims.intervals import Interval, interval
from course_lib.claims.sentences import claim, number, say

__all__ = ["Interval", "claim", "interval", "number", "say"]
