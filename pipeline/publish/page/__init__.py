"""What every page is made of: tables, pictures, source notes, downloads, markup, style, template.

Here belongs what knows nothing of a particular report.
"""
