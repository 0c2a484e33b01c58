"""Intervals, tests and verdicts on shares of cases.

Here belongs what knows cases, bases and levels of a test, and nothing of ratings or of pages.
"""
