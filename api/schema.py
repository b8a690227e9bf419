"""The whole schema. Its text is committed in api/schema.graphql; ``manage.py graphql_schema`` writes it."""

from __future__ import annotations

import graphene

from api.approvals.mutations import ApprovalMutations
from api.approvals.queries import ApprovalQueries
from api.changes.queries import ChangeQueries
from api.content.queries import ContentQueries
from api.content.types import Article, Bulletin
from api.documents.queries import DocumentQueries
from api.documents.types import Document
from api.me.queries import MeQueries
from api.sessions.mutations import SessionMutations


class Query(MeQueries, ContentQueries, DocumentQueries, ApprovalQueries, ChangeQueries, graphene.ObjectType):
    """Everything that can be read."""


class Mutation(SessionMutations, ApprovalMutations, graphene.ObjectType):
    """Everything that can be done; one at a time."""


schema = graphene.Schema(query=Query, mutation=Mutation, types=[Article, Bulletin, Document])
