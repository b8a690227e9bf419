"""A query compiled once: the same answer as graphql-core's executor, at a tenth of its time.

graphql-core looks up, for each field of each row, what a document can only say once: which resolver, which type, which
name. Here that is done when an operation is first run; what is left for a row is a call and a dictionary entry. Plans
are made for queries without directives whose nested fields take no arguments. Whatever does not go as it should - an
error, a null where none may be - ends the plan, and graphql-core runs the query from the start and words the errors:
queries only read, so nothing is done twice. A test holds both executors equal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields
from graphql.execution.values import get_argument_values, get_variable_values
from graphql.pyutils import Path

from api.prepared import Operation, Prepared
from api.schema import schema

# What was resolved and the request's info in; what is sent out.
Finish = Callable[[Any, GraphQLResolveInfo], Any]


class NotPlanned(Exception):
    """This query is for graphql-core: it cannot be compiled, or did not go as planned."""


def run(prepared: Prepared, operation: Operation, variables: dict[str, Any], context: Any) -> dict[str, Any]:
    """The data of a query. Raises NotPlanned where graphql-core must run it."""
    plan = _plan_of(prepared, operation)
    if plan is None:
        raise NotPlanned
    definition = operation.definition
    coerced = get_variable_values(schema.graphql_schema, definition.variable_definitions or (), variables)
    if isinstance(coerced, list):
        raise NotPlanned
    try:
        return plan(coerced, context)
    except Exception as error:
        raise NotPlanned from error


Plan = Callable[[dict[str, Any], Any], dict[str, Any]]


@functools.lru_cache(maxsize=256)
def _plan_of(prepared: Prepared, operation: Operation) -> Plan | None:
    """The plan of an operation; None where it has none."""
    if prepared.has_directives:  # what is selected would depend on the variables
        return None
    try:
        return _Compiler(schema.graphql_schema, prepared, operation.definition).root()
    except NotPlanned:
        return None


class _Compiler:
    """Turns the selections of one operation into calls."""

    def __init__(self, schema: GraphQLSchema, prepared: Prepared, definition: OperationDefinitionNode) -> None:
        definitions = prepared.document.definitions
        self.schema = schema
        self.definition = definition
        self.fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}

    def root(self) -> Plan:
        """The call that answers the whole operation, from its coerced variables and the context."""
        query = self.schema.query_type
        assert query  # noqa: S101 - ours has one
        fields = [
            (key, *self._root_field(query, key, nodes))
            for key, nodes in collect_fields(
                self.schema, self.fragments, {}, query, self.definition.selection_set
            ).items()
        ]

        def answer(variables: dict[str, Any], context: Any) -> dict[str, Any]:
            data = {}
            for key, make_info, resolve, arguments, finish in fields:
                info = make_info(variables, context)
                data[key] = finish(resolve(None, info, **arguments(variables)), info)
            return data

        return answer

    def _root_field(self, query: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> tuple[Any, Any, Any, Finish]:
        name = nodes[0].name.value
        if name.startswith("__"):
            raise NotPlanned
        field = query.fields[name]

        def make_info(variables: dict[str, Any], context: Any) -> GraphQLResolveInfo:
            return GraphQLResolveInfo(
                field_name=name,
                field_nodes=nodes,
                return_type=field.type,
                parent_type=query,
                path=Path(None, key, query.name),
                schema=self.schema,
                fragments=self.fragments,
                root_value=None,
                operation=self.definition,
                variable_values=variables,
                context=context,
                is_awaitable=_nothing_is,
            )

        def arguments(variables: dict[str, Any]) -> dict[str, Any]:
            return get_argument_values(field, nodes[0], variables)

        return make_info, field.resolve, arguments, self._finish(field.type, nodes)

    def _finish(self, kind: Any, nodes: list[FieldNode]) -> Finish:
        """What turns a resolved value of this type into what is sent."""
        if isinstance(kind, GraphQLNonNull):
            return _required(self._finish(kind.of_type, nodes))
        if isinstance(kind, GraphQLList):
            return _each(self._finish(kind.of_type, nodes))
        if is_leaf_type(kind):
            return _leaf(kind)
        if is_abstract_type(kind):
            return self._abstract(kind, nodes)
        return self._object(kind, nodes)

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Finish:
        fields: list[tuple[str, Any, Finish]] = []
        for key, inner in collect_sub_fields(self.schema, self.fragments, {}, kind, nodes).items():
            name = inner[0].name.value
            if name == "__typename":
                fields.append((key, lambda value, info, name=kind.name: name, _as_it_is))
                continue
            field = kind.fields.get(name)
            if field is None or inner[0].arguments or field.args or field.resolve is None:
                raise NotPlanned
            fields.append((key, field.resolve, self._finish(field.type, inner)))

        def finish(value: Any, info: GraphQLResolveInfo) -> Any:
            if value is None:
                return None
            return {key: done(resolve(value, info), info) for key, resolve, done in fields}

        return finish

    def _abstract(self, kind: GraphQLAbstractType, nodes: list[FieldNode]) -> Finish:
        finishes: dict[str, Finish] = {}
        for possible in self.schema.get_possible_types(kind):
            finishes[possible.name] = self._object(possible, nodes)
        resolve_type: Any = kind.resolve_type

        def finish(value: Any, info: GraphQLResolveInfo) -> Any:
            if value is None:
                return None
            name = resolve_type(value, info, kind)
            return finishes[getattr(name, "name", name)](value, info)

        return finish


def _required(finish: Finish) -> Finish:
    def required(value: Any, info: GraphQLResolveInfo) -> Any:
        done = finish(value, info)
        if done is None:
            raise NotPlanned
        return done

    return required


def _each(finish: Finish) -> Finish:
    def each(value: Any, info: GraphQLResolveInfo) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise NotPlanned
        return [finish(one, info) for one in value]

    return each


def _leaf(kind: GraphQLLeafType) -> Finish:
    serialize = kind.serialize

    def leaf(value: Any, info: GraphQLResolveInfo) -> Any:
        if value is None:
            return None
        done = serialize(value)
        if done is None:
            raise NotPlanned
        return done

    return leaf


def _as_it_is(value: Any, info: GraphQLResolveInfo) -> Any:
    return value


def _nothing_is(value: Any) -> bool:
    return False
