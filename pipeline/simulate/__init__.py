"""A complete raw data folder of imaginary providers, for benchmarks, tests and demonstrations."""

from pipeline.simulate.providers import CannotSimulate, simulate

__all__ = ["CannotSimulate", "simulate"]
