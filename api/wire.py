"""Shapes of the wire as the API answers them: one definition for sockets and HTTP."""

from typing import Any, ClassVar

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from chat.protocol.docs.schema import tidy

REF = "#/components/schemas/{name}"


class WireSerializer(serializers.BaseSerializer[Any]):
    """Answers a `msgspec.Struct` of the protocol; never reads one."""

    struct: ClassVar[type[msgspec.Struct]]

    def to_representation(self, instance: msgspec.Struct) -> Any:
        return msgspec.to_builtins(instance)


class WireSchema(OpenApiSerializerExtension):
    """Takes the OpenAPI schema of a wire shape from its type."""

    target_class = "api.wire.WireSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Any) -> str:
        return str(self.target.struct.__name__)

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Any:
        struct = self.target.struct
        _, found = msgspec.json.schema_components([struct], ref_template=REF)
        for name, shape in found.items():
            if name != struct.__name__:
                part = ResolvedComponent(
                    name=name,
                    type=ResolvedComponent.SCHEMA,
                    schema=tidy(shape),
                    object=_serializer_of(name),
                )
                auto_schema.registry.register_on_missing(part)
        return tidy(found[struct.__name__])


def _serializer_of(name: str) -> Any:
    """The serializer that answers the struct called `name`, if there is one, else the name: by it
    the registry knows that two mean the same."""
    every = WireSerializer.__subclasses__()
    return next((each for each in every if each.struct.__name__ == name), name)
