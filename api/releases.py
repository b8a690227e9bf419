"""What a change of the schema does to the apps that are out: the schema as it is, against the last one released."""

from __future__ import annotations

from pathlib import Path

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    parse,
    print_ast,
    validate,
)
from graphql.utilities import (
    DangerousChangeType,
    ast_from_value,
    find_breaking_changes,
    find_dangerous_changes,
)

PRESENT = Path(__file__).with_name("schema.graphql")
RELEASED = Path(__file__).with_name("schema.released.graphql")

# graphql-core calls it only dangerous; an app that leaves the argument out gets something else than before, untold.
BREAKS_IN_SILENCE = frozenset({DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE})
# What an app that is out may be sent without having heard of it.
NEW_TO_APPS = frozenset(
    {
        DangerousChangeType.VALUE_ADDED_TO_ENUM,
        DangerousChangeType.TYPE_ADDED_TO_UNION,
        DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
    }
)


def breaking_changes(released: str, present: str) -> list[str]:
    """What of ``present`` breaks an app made for ``released``, each in words. Both are schemas as text.

    Text, because graphene's types are classes of its own, which graphql-core takes for a change of kind.
    """
    old, new = build_schema(released), build_schema(present)
    loud = [each.description for each in find_breaking_changes(old, new)]
    silent = [each.description for each in find_dangerous_changes(old, new) if each.type in BREAKS_IN_SILENCE]
    return loud + silent + _changed_defaults(old, new)


def news_for_apps(released: str, present: str) -> list[str]:
    """What an app made for ``released`` may be sent and must be ready to pass over, each in words."""
    changes = find_dangerous_changes(build_schema(released), build_schema(present))
    return [each.description for each in changes if each.type in NEW_TO_APPS]


def unanswerable(schema: str, operations: Path) -> list[str]:
    """What the documents of a folder ask for that this schema, given as text, does not have; each in words."""
    built = build_schema(schema)
    return [
        f"{path.name}: {error.message}"
        for path in sorted(operations.glob("*.graphql"))
        for error in validate(built, parse(path.read_text(encoding="utf-8")))
    ]


def _changed_defaults(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """Defaults of input fields that went or are others now; graphql-core looks only at those of arguments."""
    found = []
    for name, before in old.type_map.items():
        after = new.type_map.get(name)
        if not (isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType)):
            continue
        for field, definition in before.fields.items():
            if definition.default_value is Undefined or field not in after.fields:
                continue
            was, now = _literal(definition), _literal(after.fields[field])
            if was != now:
                found.append(f"{name}.{field} has changed its default from {was} to {now}.")
    return found


def _literal(definition: GraphQLInputField) -> str:
    """The default of an input field as the schema writes it; ``none`` where there is none."""
    if definition.default_value is Undefined:
        return "none"
    node = ast_from_value(definition.default_value, definition.type)
    return print_ast(node) if node else "none"
