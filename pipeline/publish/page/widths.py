"""What the style sheet has to know of charts and tables, without the libraries that draw them."""

WIDTHS = range(288, 961, 32)
"""The least widths a chart can ask for, in CSS pixels; the style sheet has a class for each."""

COLUMNS = 12
"""The most columns of a table: more cannot be read on a page."""
