"""The examples in docstrings run and give what they say; public functions of the core have one."""

import ast
import doctest
import importlib
import inspect
import pkgutil

import pytest

import pipeline.analysis.ratings
import pipeline.analysis.sentences
import pipeline.analysis.statistics
from pipeline.analysis import significance_claims

ROOMS = (pipeline.analysis.statistics, pipeline.analysis.ratings, pipeline.analysis.sentences)
MODULES = [
    f"{room.__name__}.{module.name}"
    for room in ROOMS
    for module in pkgutil.iter_modules(room.__path__)
] + [significance_claims.__name__]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def on_plain_numbers(function):
    """Whether a function takes and gives plain values, so that an example fits in a few lines."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return not names & {"pd", "Tables", "Row", "Rated", "Mapping", "Scale", "Iterator"}


@pytest.mark.parametrize("name", MODULES)
def test_a_public_function_on_plain_values_has_a_runnable_example(name):
    module = importlib.import_module(name)
    tree = ast.parse(inspect.getsource(module))
    missing = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and on_plain_numbers(node)
        and ">>>" not in (ast.get_docstring(node) or "")
    ]
    assert missing == []
