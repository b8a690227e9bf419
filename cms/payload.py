"""The form in which a page goes out: made once when it is published, so that reading costs no look-ups.

The shape of the payload is described in docs/published-store.md.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import Any

import nh3
from wagtail.rich_text import expand_db_html

from cms.going_out import id_to_be
from cms.models import Article, Attachment, Bulletin, ContentPage, Document, Picture
from cms.models.named_files import key_of
from publishing.actions import FileForm, PublishedForm
from publishing.numbers import folded_number

# Long side at most, in pixels: sharp on a phone, light on a village hall's wifi.
PICTURE_SPEC = "max-1280x1280|format-webp"
ALLOWED_TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "a"}


class PayloadBuilder:
    """Collects the payload of one page and the files that it brings with it."""

    def __init__(self, page: ContentPage) -> None:
        self.page = page
        self.locale = page.locale.language_code
        self.files: dict[str, FileForm] = {}
        self.related: list[int] = []

    def build(self) -> PublishedForm:
        """The page in the form in which it goes out."""
        page = self.page
        payload: dict[str, Any] = {
            "body": [self._block(child) for child in page.body],
            "category": self._category(),
            "source": {"code": page.source.code, "name": page.source.name_in(self.locale)},
            "attachments": [self.attachment(row.file) for row in page.files.all()],
            "corrections": page.corrections,
        }
        columns: dict[str, Any] = {}
        if isinstance(page, Article | Bulletin):
            payload["image"] = self.picture(page.cover, page.cover_alt) if page.cover else None
        if isinstance(page, Article):
            payload["author"] = page.author
        if isinstance(page, Bulletin):
            payload["month"] = page.month.strftime("%Y-%m")
        if isinstance(page, Document):
            code, name = page.issuer_code_and_name
            payload["issuer"] = {"code": code, "name": str(name)}
            payload["signer"] = page.signer
            columns = {
                "issuer_code": code,
                "number": page.number,
                "number_folded": folded_number(page.number),
                "document_type": page.document_type,
                "issued_on": page.issued_on,
            }
        payload["related"] = self.related
        return PublishedForm(
            page_id=page.pk,
            item_id=id_to_be(page.pk),
            kind=page.kind,
            locale=self.locale,
            translation_key=page.translation_key,
            slug=page.slug,
            title=page.title,
            summary=page.summary,
            source_code=page.source.code,
            category_path=page.category.path if page.category else "",
            audience=page.audience(),
            embargo_until=page.embargo_until if page.is_embargoed else None,
            payload=payload,
            files=tuple(self.files.values()),
            **columns,
        )

    def picture(self, picture: Picture, alt: str) -> dict[str, Any]:
        """A picture at the size for phones."""
        rendition = picture.get_rendition(PICTURE_SPEC)
        name = rendition.file.name
        self.files[name] = FileForm(
            storage_name=name,
            name=name.rsplit("/", 1)[-1],
            content_type=_content_type(name),
            size=rendition.file.size,
        )
        return {"file": name, "width": rendition.width, "height": rendition.height, "alt": alt}

    def attachment(self, file: Attachment) -> dict[str, Any]:
        """A file as it was uploaded, under the title that it had when the text was saved."""
        name = file.file.name
        title = (self.page.named_files or {}).get(key_of(file), {}).get("title", file.title)
        size = file.get_file_size() or 0
        content_type = _content_type(name)
        self.files[name] = FileForm(storage_name=name, name=file.filename, content_type=content_type, size=size)
        return {"file": name, "name": file.filename, "title": title, "size": size, "content_type": content_type}

    def _category(self) -> dict[str, str] | None:
        category = self.page.category
        return {"slug": category.slug, "name": category.name_in(self.locale)} if category else None

    def _block(self, child: Any) -> dict[str, Any]:
        serialize: Callable[[Any], Any] = getattr(self, f"_{child.block_type}_value")
        return {"id": child.id, "type": child.block_type, "value": serialize(child.value)}

    def _text_value(self, value: Any) -> str:
        return nh3.clean(
            expand_db_html(value.source),
            tags=ALLOWED_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto", "tel", "sotay"},
            link_rel="noopener",
        )

    def _heading_value(self, value: Any) -> dict[str, Any]:
        return {"text": value["text"], "level": int(value["level"])}

    def _quote_value(self, value: Any) -> dict[str, Any]:
        return {"text": value["text"], "attribution": value["attribution"]}

    def _list_value(self, value: Any) -> list[str]:
        return list(value)

    def _image_value(self, value: Any) -> dict[str, Any]:
        return {"image": self.picture(value["image"], value["alt"]), "caption": value["caption"]}

    def _gallery_value(self, value: Any) -> list[dict[str, Any]]:
        return [self._image_value(each) for each in value]

    def _video_value(self, value: Any) -> dict[str, Any]:
        return {"url": value["url"], "caption": value["caption"]}

    def _file_value(self, value: Any) -> dict[str, Any]:
        file = self.attachment(value["file"])
        return {**file, "title": value["title"] or file["title"]}

    def _audio_value(self, value: Any) -> dict[str, Any]:
        return self._file_value(value)

    def _table_value(self, value: Any) -> dict[str, Any]:
        return {
            "columns": [column["heading"] for column in value.columns],
            "rows": [[str(cell.value) for cell in row] for row in value.rows],
        }

    def _related_value(self, value: Any) -> None:
        """Only the place is kept here: who may see the related items is asked when they are read."""
        self.related.extend(page.pk for page in value if page is not None and page.pk not in self.related)


def published_form(page: ContentPage) -> PublishedForm:
    """The page, as its revision says, in the form in which it goes out."""
    return PayloadBuilder(page).build()


def _content_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
