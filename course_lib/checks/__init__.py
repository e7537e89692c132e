"""Checks of the exercises: ``from course_lib.checks import momentum as check``, then ``check.ewa(ewa)``."""
