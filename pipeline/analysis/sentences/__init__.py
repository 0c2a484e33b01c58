"""Sentences made from tables, by rules that the tests try to break.

Here belongs every sentence that states a figure or a verdict; layout belongs to publish.
"""
