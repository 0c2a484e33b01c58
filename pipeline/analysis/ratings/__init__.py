"""From percentages to ratings: the bands, the way to the next rating, how stable a rating is.

Here belongs what applies the inspectorate's rating rules; the rules themselves are data.
"""
