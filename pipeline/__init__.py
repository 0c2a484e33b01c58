"""Probation inspections: from published figures to comparison reports.

Figures flow one way through three floors, and a later floor imports an earlier
one, never back: ``pipeline.data`` reads and validates, ``pipeline.analysis``
rates and compares, ``pipeline.publish`` draws and renders.
"""
