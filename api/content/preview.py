"""A draft in a real app: what its token names, in the very form in which it would go out (``editorial.app_preview``)."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from functools import cached_property
from typing import Any
from urllib.parse import quote

import graphene
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.content.items import Node, Peers
from api.content.types import Content
from api.files import not_found, serve
from api.viewer import Context
from cms.payload import published_form
from editorial.app_preview import Draft, draft_of
from publishing.actions import FILE_NAMESPACE, PublishedForm, with_file_ids
from publishing.models import PublishedFile, PublishedItem, card_of

logger = logging.getLogger("sotay.api")


class DraftPeers(Peers):
    """A draft alone, with the files that it brings with it."""

    def __init__(self, item: PublishedItem, context: Context, form: PublishedForm) -> None:
        super().__init__([item], context)
        self.form = form

    @cached_property
    def files(self) -> dict[str, PublishedFile]:
        """Its files, by the ids that they will have."""
        return _files_of(self.form, self.items[0])


@dataclasses.dataclass(frozen=True)
class DraftNode(Node):
    """A draft as the content types show it; its files open by its token alone."""

    token: str

    def _address(self, file_id: str, name: str) -> Any:
        path = f"/preview-files/{quote(self.token, safe='')}/{file_id}/{quote(name, safe='')}"
        return self.peers.context.absolute(path)


class PreviewQueries:
    """Root fields about drafts."""

    preview = graphene.Field(
        Content,
        description="A draft, as it would go out now, for whoever holds its token from the editor (good for 15 minutes "
        "and for that exact text). Null where the token is too old, was tampered with, or the draft was edited since.",
        token=graphene.String(required=True, description="The token that the editor shows."),
    )

    @staticmethod
    def resolve_preview(root: Any, info: graphene.ResolveInfo, *, token: str) -> Node | None:
        context: Context = info.context
        draft = draft_of(token, address=context.request.META.get("REMOTE_ADDR", ""))
        made = _item_of(draft) if draft else None
        if made is None:
            return None
        item, form = made
        return DraftNode(item, DraftPeers(item, context, form), token)


@require_safe
def preview_file(request: HttpRequest, token: str, file_id: uuid.UUID, name: str) -> HttpResponse:
    """A file of the draft of a token, as long as the token is good; 404 in the same words otherwise."""
    draft = draft_of(token, address=request.META.get("REMOTE_ADDR", ""))
    made = _item_of(draft) if draft else None
    found = _files_of(made[1], made[0]).get(str(file_id)) if made else None
    response = serve(request, found, is_public=False) if found else not_found()
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _item_of(draft: Draft) -> tuple[PublishedItem, PublishedForm] | None:
    """The item that the draft would be; never saved. None where it cannot go out as it is: something is missing."""
    try:
        form = published_form(draft.revision.as_object())
    except Exception:
        logger.info("revision %s cannot be previewed yet", draft.revision.pk, exc_info=True)
        return None
    out = PublishedItem.objects.filter(page_id=form.page_id).first()
    item = PublishedItem(
        pk=out.pk if out else uuid.uuid5(FILE_NAMESPACE, f"draft:{form.page_id}"),
        version=out.version + 1 if out else 1,
        first_published_at=out.first_published_at if out else draft.revision.created_at,
        published_at=draft.revision.created_at,
        revision_id=draft.revision.pk,
    )
    for field in dataclasses.fields(form):
        if field.name not in {"audience", "files", "payload"}:
            setattr(item, field.name, getattr(form, field.name))
    item.kind = str(form.kind)  # as the store gives it back
    item.payload = with_file_ids(form.payload, {file.storage_name: file for file in form.files}, item.pk)
    item.card = card_of(item.payload)
    return item, form


def _files_of(form: PublishedForm, item: PublishedItem) -> dict[str, PublishedFile]:
    """Rows as the files would have; never saved."""
    return {
        str(file.id_for(item.pk)): PublishedFile(
            id=file.id_for(item.pk),
            storage_name=file.storage_name,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
        )
        for file in form.files
    }
