"""Relations between rows: rules by what they are about, and the list of them all (`rules`).

Here belongs what rows must be to one another; what one cell must be stands in the package file.
"""
