"""The scenario language: YAML files to a Scenario that the formulation can use, or to a Study of many."""

from saltloop.scenario.document import Document, read_document
from saltloop.scenario.resolve import Scenario, load_scenario, resolve_document, resolved
from saltloop.scenario.schema import json_schema
from saltloop.scenario.show import difference, show
from saltloop.scenario.study import Study, load_study
from saltloop.scenario.template import new_scenario_text

__all__ = [
    "Document",
    "Scenario",
    "Study",
    "difference",
    "json_schema",
    "load_scenario",
    "load_study",
    "new_scenario_text",
    "read_document",
    "resolve_document",
    "resolved",
    "show",
]
