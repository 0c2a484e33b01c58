"""From processed tables to pages: build uses reports, reports use charts, all of them use page.

Here belongs what makes files for readers; figures are worked out in analysis.
"""
