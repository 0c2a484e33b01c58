"""The report on the quality of the published figures: what its notebook calls."""
