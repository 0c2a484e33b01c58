"""Which column says why a figure is or is not there."""

#: Table, column of a figure, and column that says why the figure is or is not there.
FIGURES = (
    ("key_question_scores", "percent", "status"),
    ("comparator_scores", "percent", "status"),
    ("prompt_scores", "percent", "status"),
    ("samples", "size", "size_status"),
    ("ratings", "rating", "status"),
    ("overall_ratings", "rating", "rating_status"),
    ("overall_ratings", "score", "score_status"),
    ("facts", "value", "status"),
    ("facts", "previous_value", "previous_status"),
    ("allocation_matrix", "minimum_hours", "hours_status"),
)
