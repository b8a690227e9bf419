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

from api.connections import refuse_bad_first
from api.content.items import Node, Peers
from api.content.types import Content
from api.files import not_found, serve
from api.scalars import DateTime
from api.viewer import Context
from cms.payload import published_form
from editorial.app_preview import Draft, draft_of, release_of
from publishing.actions import FILE_NAMESPACE, PublishedForm, with_file_ids
from publishing.models import PublishedFile, PublishedItem, card_of

logger = logging.getLogger("sotay.api")


class DraftPeers(Peers):
    """A draft alone, with the files that it brings with it. Its address is where these open."""

    def __init__(self, item: PublishedItem, context: Context, form: PublishedForm) -> None:
        super().__init__([item], context)
        self.form = form

    @cached_property
    def files(self) -> dict[str, PublishedFile]:
        """Its files, by the ids that they will have."""
        return _files_of(self.form, self.items[0])


class ReleasePeers(DraftPeers):
    """A draft of a release: the contents of a bulletin are the other drafts."""

    def __init__(
        self, item: PublishedItem, context: Context, form: PublishedForm, all_items: list[PublishedItem]
    ) -> None:
        super().__init__(item, context, form)
        self.all_items = all_items

    @cached_property
    def contents(self) -> dict[int, list[PublishedItem]]:
        """Those of its language, in their order."""
        item = self.items[0]
        others = [each for each in self.all_items if each.page_id != item.page_id and each.locale == item.locale]
        return {item.page_id: others}


@dataclasses.dataclass(frozen=True)
class DraftNode(Node):
    """A draft as the content types show it; its files open by its token alone, below ``folder``."""

    folder: str

    def _address(self, file_id: str, name: str) -> Any:
        return self.peers.context.absolute(f"/preview-files/{self.folder}/{file_id}/{quote(name, safe='')}")


class ReleasePreview(graphene.ObjectType):
    """A release as it would go out now."""

    title = graphene.String(required=True, description="What its composers call it; members are not shown it.")
    due_at = DateTime(description="When it is to go out; null: as soon as it is approved.")
    count = graphene.Int(required=True, description="How many pieces of content it has.")
    items = graphene.List(
        graphene.NonNull(Content),
        required=True,
        description="Its content in its order, from `after` on; without those that cannot go out as they are yet.",
    )


class PreviewQueries:
    """Root fields about drafts."""

    preview = graphene.Field(
        Content,
        description="A draft, as it would go out now, for whoever holds its token from the editor (good for 15 minutes "
        "and for that exact text). Null where the token is too old, was tampered with, or the draft was edited since.",
        token=graphene.String(required=True, description="The token that the editor shows."),
    )
    release_preview = graphene.Field(
        ReleasePreview,
        description="A release, as it would go out now, for whoever holds its token from its preview screen (good for 15 "
        "minutes and for exactly these texts). Null where the token is too old, was tampered with, or anything changed.",
        token=graphene.String(required=True, description="The token that the preview screen shows."),
        first=graphene.Int(required=True, description="How many items: 1 to 100."),
        after=graphene.ID(description="The id of the last item that one has."),
    )

    @staticmethod
    def resolve_preview(root: Any, info: graphene.ResolveInfo, *, token: str) -> Node | None:
        context: Context = info.context
        draft = draft_of(token, address=context.request.META.get("REMOTE_ADDR", ""))
        made = _item_of(draft) if draft else None
        if made is None:
            return None
        item, form = made
        return DraftNode(item, DraftPeers(item, context, form), quote(token, safe=""))

    @staticmethod
    def resolve_release_preview(
        root: Any, info: graphene.ResolveInfo, *, token: str, first: int, after: str | None = None
    ) -> dict[str, Any] | None:
        context: Context = info.context
        refuse_bad_first(first)
        found = release_of(token, address=context.request.META.get("REMOTE_ADDR", ""))
        if found is None:
            return None
        listed = _listed(found.drafts)
        ids = [str(item.pk) for item in listed]
        start = ids.index(after) + 1 if after in ids else 0
        shown = []
        for draft in found.drafts[start : start + first]:
            if (made := _item_of(draft)) is not None:
                peers = ReleasePeers(made[0], context, made[1], listed)
                shown.append(DraftNode(made[0], peers, f"{quote(token, safe='')}/{draft.page.pk}"))
        release = found.release
        return {"title": release.title, "due_at": release.due_at, "count": len(found.drafts), "items": shown}


@require_safe
def preview_file(request: HttpRequest, token: str, file_id: uuid.UUID, name: str) -> HttpResponse:
    """A file of the draft of a token, as long as the token is good; 404 in the same words otherwise."""
    return _file(request, draft_of(token, address=request.META.get("REMOTE_ADDR", "")), file_id)


@require_safe
def release_preview_file(request: HttpRequest, token: str, page_id: int, file_id: uuid.UUID, name: str) -> HttpResponse:
    """The same of a draft in the release of a token."""
    found = release_of(token, address=request.META.get("REMOTE_ADDR", ""))
    drafts = found.drafts if found else []
    return _file(request, next((draft for draft in drafts if draft.page.pk == page_id), None), file_id)


def _file(request: HttpRequest, draft: Draft | None, file_id: uuid.UUID) -> HttpResponse:
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
        pk=out.pk if out else _id_of_draft(form.page_id),
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


def _listed(drafts: list[Draft]) -> list[PublishedItem]:
    """The drafts as a list shows them; never saved."""
    texts = [draft.revision.as_object() for draft in drafts]
    out = dict(PublishedItem.objects.filter(page_id__in=[text.pk for text in texts]).values_list("page_id", "pk"))
    return [
        PublishedItem(
            pk=out.get(text.pk) or _id_of_draft(text.pk),
            page_id=text.pk,
            kind=str(text.kind),
            locale=text.locale.language_code,
            title=text.title,
            summary=text.summary,
        )
        for text in texts
    ]


def _id_of_draft(page_id: int) -> uuid.UUID:
    """The id by which an app knows what has none yet."""
    return uuid.uuid5(FILE_NAMESPACE, f"draft:{page_id}")


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
