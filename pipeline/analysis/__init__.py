"""Second floor: ratings, comparison, statistics and sentences, from tables to tables."""
