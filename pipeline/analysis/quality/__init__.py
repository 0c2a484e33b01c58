"""Rules that reconcile the published figures with one another.

Each rule asks one question of every inspection (or plan) in the tables and answers it row by row,
also where all is well. A rule finds what disagrees; it does not say who is at fault: the document
may contradict itself, or the figure may have been copied wrongly. Which it is, and what the
pipeline does about it, stands in the register of discrepancies. No rule knows the name of a
provider, so each holds for simulated inspections too.

A module a theme holds the rules; ``rules`` names them and asks them all.
"""
