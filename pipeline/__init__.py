"""Probation inspection reports."""
