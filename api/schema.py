"""The whole schema. Its text is committed in api/schema.graphql; ``manage.py graphql_schema`` writes it."""

from __future__ import annotations

import graphene

from api.approvals.mutations import ApprovalMutations
from api.approvals.queries import ApprovalQueries
from api.changes.queries import ChangeQueries
from api.consultations.mutations import ConsultationMutations
from api.consultations.queries import ConsultationQueries
from api.content.preview import PreviewQueries
from api.content.queries import ContentQueries
from api.content.types import Article, Bulletin
from api.devices.mutations import DeviceMutations
from api.devices.queries import DeviceQueries
from api.documents.queries import DocumentQueries
from api.documents.types import Document
from api.feedback.mutations import FeedbackMutations
from api.feedback.queries import FeedbackQueries
from api.me.queries import MeQueries
from api.notices.mutations import NoticeMutations
from api.notices.queries import NoticeQueries
from api.push.mutations import PushMutations
from api.push.queries import PushQueries
from api.search.queries import SearchQueries
from api.sessions.mutations import SessionMutations


class Query(
    MeQueries,
    DeviceQueries,
    ContentQueries,
    PreviewQueries,
    DocumentQueries,
    ChangeQueries,
    ApprovalQueries,
    PushQueries,
    NoticeQueries,
    FeedbackQueries,
    ConsultationQueries,
    SearchQueries,
    graphene.ObjectType,
):
    """Everything that can be read."""


class Mutation(
    SessionMutations,
    DeviceMutations,
    ApprovalMutations,
    PushMutations,
    NoticeMutations,
    FeedbackMutations,
    ConsultationMutations,
    graphene.ObjectType,
):
    """Everything that can be done; one at a time."""


schema = graphene.Schema(query=Query, mutation=Mutation, types=[Article, Bulletin, Document])
