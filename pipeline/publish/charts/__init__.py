"""The charts: from rows of a report's tables to SVG.

Here belongs drawing; a caption and the place on the page belong to reports.
"""
