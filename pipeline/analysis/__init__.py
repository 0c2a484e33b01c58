"""From tables to tables: ratings, comparison, statistics and sentences.

Here belongs what is worked out from published figures; it draws nothing and writes no page.
"""
