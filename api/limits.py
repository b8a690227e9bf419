"""How much one document may ask for.

The parser counts tokens and the spec's rules run first; so here fragments are known and free of cycles. Then one pass
measures every operation. Each fragment is measured once, however often it is spread, and nothing recurses: a chain of
fragments that each spread the next one twice costs as much as it has letters, not two to the power of its length.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api.errors import LIMIT_EXCEEDED, RequestRefused

MAX_BODY = 15 * 1024  # bytes
MAX_TOKENS = 1000
MAX_DEPTH = 8
MAX_ALIASES = 15
MAX_ROOT_FIELDS = 10
MAX_MUTATIONS = 1
MAX_DIRECTIVES = 20
MAX_FRAGMENTS = 30
MAX_COST = 5000
MAX_FIRST = 100
# Fields of one name may be compared pair by pair by the spec's rules; real documents have a dozen.
MAX_REPEATS = 100
# A list that is not a page (files of an item, units of a line) counts as this many.
PLAIN_LIST = 5
# The lists of a page: how many there are was said by ``first``, one field above.
PAGE_LISTS = frozenset({"edges", "upserts", "removals", "items"})
# What a page says of all that was found, and not of each row.
BESIDE_ROWS = frozenset({"facets"})
# Fields that bring a page of text where others bring a word, or ask an index some dozen questions.
WEIGHTS = {
    "body": 10,
    "highlights": 5,
    "search": 400,
    "suggestions": 100,
    "feedbackNumbers": 100,
    "mayReveal": 10,
    "similar": 100,
    "facets": 100,
}
# Deeper than any input of ours; what is nested deeper would only tire the coercion of variables.
MAX_VALUE_DEPTH = 8
# PostgreSQL keeps no NUL, and a lone surrogate is no letter of any alphabet.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclasses.dataclass(frozen=True)
class Measure:
    """What a selection asks for, its fragments included. Depth counts fields from here down."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0


def refuse_excess(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> None:
    """Raise RequestRefused where the operation asks for more than one request may."""
    total = _Walker(schema, document, operation, variables).measure()
    is_mutation = operation.operation is OperationType.MUTATION
    roots = [field for field in _root_fields(document, operation) if field.name.value != "__typename"]
    for what, asked, allowed in (
        (_("độ sâu"), total.depth, MAX_DEPTH),
        (_("số bí danh"), total.aliases, MAX_ALIASES),
        (_("số trường gốc"), len(roots), MAX_ROOT_FIELDS),
        (_("số thao tác ghi trong một lần gọi"), len(roots) if is_mutation else 0, MAX_MUTATIONS),
        (_("chi phí"), total.cost, MAX_COST),
    ):
        _refuse(what, asked, allowed)


def refuse_excessive_text(document: DocumentNode) -> None:
    """Raise RequestRefused where the text alone is too much, before the spec's rules spend time on it."""
    directives = fragments = 0
    names: Counter[str] = Counter()
    for node in _nodes(document):
        directives += len(getattr(node, "directives", None) or ())
        fragments += isinstance(node, FragmentDefinitionNode | InlineFragmentNode)
        if isinstance(node, StringValueNode) and UNSTORABLE.search(node.value):
            raise RequestRefused(_("Yêu cầu chứa ký tự không hợp lệ."))
        if isinstance(node, FieldNode):
            names[(node.alias or node.name).value] += 1
    _refuse(_("số lần lặp một trường"), max(names.values(), default=0), MAX_REPEATS)
    _refuse(_("số chỉ thị"), directives, MAX_DIRECTIVES)
    _refuse(_("số đoạn"), fragments, MAX_FRAGMENTS)


def refuse_bad_values(values: Any) -> None:
    """Raise RequestRefused where what was sent nests too deep or holds what no database keeps."""
    pending = [(values, 0)]
    while pending:
        value, depth = pending.pop()
        if depth > MAX_VALUE_DEPTH:
            raise RequestRefused(_("Biến lồng nhau quá sâu."))
        if isinstance(value, str) and UNSTORABLE.search(value):
            raise RequestRefused(_("Yêu cầu chứa ký tự không hợp lệ."))
        if isinstance(value, dict):
            pending += [(each, depth + 1) for each in (*value, *value.values())]
        elif isinstance(value, list):
            pending += [(each, depth + 1) for each in value]


def asks_for_introspection(document: DocumentNode) -> bool:
    """Whether any part of the document looks at the schema itself. ``__typename`` does not."""
    return any(isinstance(node, FieldNode) and node.name.value in ("__schema", "__type") for node in _nodes(document))


def field_names(document: DocumentNode) -> frozenset[str]:
    """The names of all fields of the document, wherever they stand."""
    return frozenset(node.name.value for node in _nodes(document) if isinstance(node, FieldNode))


def has_directives(document: DocumentNode) -> bool:
    """Whether a directive stands anywhere in the document."""
    return any(getattr(node, "directives", None) for node in _nodes(document))


def root_names(document: DocumentNode, operation: OperationDefinitionNode) -> set[str]:
    """The names of the operation's root fields."""
    return {field.name.value for field in _root_fields(document, operation)}


class _Walker:
    """One pass over the fragments that an operation reaches, the innermost first, and then over the operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = _fragments(document)
        self.variables = {
            definition.variable.name.value: _number(definition.default_value)
            for definition in operation.variable_definitions
        } | {name: _whole(value) for name, value in variables.items()}
        self.measured: dict[str, Measure] = {}

    def measure(self) -> Measure:
        for name in _innermost_first(self.operation, self.fragments):
            fragment = self.fragments[name]
            self.measured[name] = self._selection(
                fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value]
            )
        return self._selection(self.operation.selection_set, self.schema.get_root_type(self.operation.operation))

    def _selection(self, selection_set: SelectionSetNode, parent: Any) -> Measure:
        """Fields of one definition, each with the factor by which the lists above it multiply its cost.

        Beside that factor goes the one of the field above, for what a page says of all its rows together.
        """
        depth = aliases = cost = 0
        pending: list[tuple[SelectionSetNode, Any, int, int, int]] = [(selection_set, parent, 0, 1, 1)]
        while pending:
            inner, within, above, rows, beside = pending.pop()
            for node in inner.selections:
                factor = rows
                if isinstance(node, FragmentSpreadNode):
                    known = self.measured[node.name.value]
                    depth = max(depth, above + known.depth)
                    aliases += known.aliases
                    cost += factor * known.cost
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition
                    narrowed = self.schema.type_map[condition.name.value] if condition else within
                    pending.append((node.selection_set, narrowed, above, rows, beside))
                elif isinstance(node, FieldNode):
                    name = node.name.value
                    factor = beside if name in BESIDE_ROWS else rows
                    depth = max(depth, above + 1)
                    aliases += node.alias is not None
                    cost += factor * WEIGHTS.get(name, 1)
                    if node.selection_set is None or name in ("__schema", "__type"):
                        continue
                    kind = within.fields[name].type
                    times = self._first(node)
                    if times is None:
                        times = PLAIN_LIST if is_list_type(get_nullable_type(kind)) and name not in PAGE_LISTS else 1
                    pending.append((node.selection_set, get_named_type(kind), above + 1, factor * times, factor))
        return Measure(depth=depth, aliases=aliases, cost=cost)

    def _first(self, node: FieldNode) -> int | None:
        """How many rows a field asks for by ``first``; what is wrong there is refused later, and counts as the most."""
        for argument in node.arguments:
            if argument.name.value == "first":
                value = argument.value
                asked = self.variables.get(value.name.value) if isinstance(value, VariableNode) else _number(value)
                return asked if isinstance(asked, int) and 1 <= asked <= MAX_FIRST else MAX_FIRST
        return None


def _innermost_first(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """The fragments that an operation reaches, each after all that it spreads itself."""
    spreads = {name: _spreads(fragment) for name, fragment in fragments.items()}
    done: set[str] = set()
    pending = list(_spreads(operation))
    while pending:
        name = pending[-1]
        if name in done:
            pending.pop()
        elif inner := spreads[name] - done:
            pending += inner
        else:
            pending.pop()
            done.add(name)
            yield name


def _spreads(definition: Node) -> set[str]:
    return {node.name.value for node in _nodes(definition) if isinstance(node, FragmentSpreadNode)}


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[FieldNode]:
    """The fields at the operation's root, each spread followed once, as the executor does."""
    fragments = _fragments(document)
    seen: set[str] = set()
    pending = [operation.selection_set]
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                pending.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                pending.append(fragments[node.name.value].selection_set)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def _nodes(root: Node) -> Iterator[Node]:
    """The node and all below it, in no order that matters."""
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        yield node
        for key in node.keys:
            if key != "loc":
                value = getattr(node, key, None)
                if isinstance(value, Node):
                    pending.append(value)
                elif isinstance(value, list | tuple):
                    pending += [each for each in value if isinstance(each, Node)]


def _whole(value: Any) -> int | None:
    """The number of a variable as GraphQL takes it, which reads 100.0 as 100; None for what is none."""
    return int(value) if isinstance(value, int | float) and value == value // 1 else None


def _number(value: Node | None) -> int | None:
    """The number that a literal says, where it says one of a size worth reading."""
    return int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 10 else None


def _refuse(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise RequestRefused(
            _("Yêu cầu vượt giới hạn: %(what)s tối đa %(allowed)d.") % {"what": what, "allowed": allowed},
            code=LIMIT_EXCEEDED,
        )
