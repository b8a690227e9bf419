"""Which files a text brings, and what they were when it was saved: part of the text, and so of what is approved."""

from __future__ import annotations

from collections.abc import Iterable

from cms.models.media import Attachment, Picture

# By ``key_of`` a file: its ``name`` in the media storage, which no other bytes ever have, and its ``title``.
NamedFiles = dict[str, dict[str, str]]


def key_of(file: Attachment | Picture) -> str:
    """What a text calls a file of the library."""
    return _key(type(file), file.pk)


def named_files(wanted: Iterable[tuple[type[Attachment | Picture], int]]) -> NamedFiles:
    """These files as the library has them now. Those that it has not are left out."""
    pks: dict[type[Attachment | Picture], set[int]] = {}
    for model, pk in wanted:
        pks.setdefault(model, set()).add(pk)
    return {
        _key(model, pk): {"name": name, "title": title}
        for model in sorted(pks, key=lambda each: each.__name__)
        for pk, name, title in model.objects.filter(pk__in=pks[model]).order_by("pk").values_list("pk", "file", "title")
    }


def lost_files(named: NamedFiles) -> list[str]:
    """The titles of those that the library no longer has, or has with other bytes."""
    models = {model._meta.model_name: model for model in (Attachment, Picture)}
    parts = [key.split(":") for key in named]
    present = named_files((models[model], int(pk)) for model, pk in parts)
    return [each["title"] for key, each in named.items() if present.get(key, {}).get("name") != each["name"]]


def _key(model: type[Attachment | Picture], pk: int) -> str:
    return f"{model._meta.model_name}:{pk}"
