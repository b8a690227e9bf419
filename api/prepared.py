"""Documents made ready to run: parsed and found valid once, with what must be known of each operation beside it."""

from __future__ import annotations

import dataclasses
import functools
import hashlib

from django.utils.translation import gettext as _
from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, OperationType, parse, validate

from api import limits
from api.errors import MAX_ERRORS, RequestRefused
from api.schema import schema

# Longer documents are checked anew each time: the store of checked ones must not be filled with junk.
MAX_KEPT_LENGTH = 4096
# What depends on the published store and the caller's scope alone: the same for all who see the same.
SHARED_FIELDS = frozenset({"articles", "documents", "content", "__typename"})
# What gives published content, shared or not.
CONTENT_FIELDS = frozenset({"articles", "documents", "content", "search", "similar", "suggestions", "withdrawal"})


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a document.

    ``shared``: its answer is the same for all callers who see the same content. ``one_state``: it reads published
    content, so all of its statements must find the store in the same state; a release may go out between two of them.
    """

    name: str | None
    definition: OperationDefinitionNode
    root_names: frozenset[str]
    is_mutation: bool
    shared: bool
    one_state: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Prepared:
    """A valid document. ``id`` is the SHA-256 of its text, in hexadecimal digits."""

    id: str
    document: DocumentNode
    operations: dict[str | None, Operation]
    field_names: frozenset[str]
    introspects: bool
    has_directives: bool

    def operation(self, name: str | None) -> Operation:
        """The operation of this name, or the only one. Raises RequestRefused."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None or name not in self.operations:
            raise RequestRefused(_("Hãy cho biết “operationName”: tên của một thao tác trong yêu cầu."))
        return self.operations[name]


def prepare(query: str) -> Prepared:
    """The document of a text; the same text is not looked at twice. Raises RequestRefused."""
    return _kept(query) if len(query) <= MAX_KEPT_LENGTH else _prepared(query)


def document_id(text: str) -> str:
    """The id by which a document is called."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def malformed(detail: str) -> str:
    """What is said of a document or variables that GraphQL does not allow."""
    return _("Yêu cầu GraphQL không hợp lệ: %(detail)s") % {"detail": detail}


def _prepared(query: str) -> Prepared:
    try:
        document = parse(query, max_lexical_tokens=limits.MAX_TOKENS)
    except GraphQLSyntaxError as error:
        raise RequestRefused(malformed(error.message)) from None
    limits.refuse_excessive_text(document)
    errors = validate(schema.graphql_schema, document, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise RequestRefused(*(malformed(error.message) for error in errors))
    definitions = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return Prepared(
        id=document_id(query),
        document=document,
        operations={each.name: each for each in (_operation(document, one) for one in definitions)},
        field_names=limits.field_names(document),
        introspects=limits.asks_for_introspection(document),
        has_directives=limits.has_directives(document),
    )


_kept = functools.lru_cache(maxsize=256)(_prepared)


def _operation(document: DocumentNode, definition: OperationDefinitionNode) -> Operation:
    names = frozenset(limits.root_names(document, definition))
    is_query = definition.operation is OperationType.QUERY
    return Operation(
        name=definition.name.value if definition.name else None,
        definition=definition,
        root_names=names,
        is_mutation=definition.operation is OperationType.MUTATION,
        shared=is_query and names <= SHARED_FIELDS,
        one_state=is_query and bool(names & CONTENT_FIELDS or len(names) > 1),
    )
