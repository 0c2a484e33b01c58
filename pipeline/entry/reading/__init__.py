"""Read an inspection report or an action plan: find, check, mark; never guess in silence."""


