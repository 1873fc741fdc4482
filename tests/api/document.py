"""The document that the API serves, and how made-up calls are held to it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.api.scene import TRIES, Scene, Who

DOCUMENT = SchemaGenerator().get_schema(public=True)
EXCLUDED = [
    # The schema cannot say which names are taken, or that spaces are no text.
    positive_data_acceptance,
    # REST framework takes "1" for a number and passes over what it does not know, as documented.
    negative_data_rejection,
]
THINGS = {name: what for one in TRIES for name, what in one.path.items()}


def point_at_something(case: Any, scene: Scene, who: Who) -> None:
    """Let a call whose address is made up rightly be about something that there is."""
    place = case.meta.components.get(ParameterLocation.PATH)
    if place and place.mode.is_positive:
        for name in case.path_parameters:
            case.path_parameters[name] = scene.thing(THINGS[name], who)
