"""Where GraphiQL stands in the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from api.explorer import explorer, explorer_token


@hooks.register("register_admin_urls")
def explorer_urls() -> list[URLPattern]:
    """For whoever may enter the admin: Wagtail asks that of each of these addresses."""
    return [
        path("graphql/", explorer, name="api_explorer"),
        path("graphql/token/", explorer_token, name="api_explorer_token"),
    ]


class ExplorerItem(MenuItem):
    """Only an administrator needs to find it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.is_superuser


@hooks.register("register_settings_menu_item")
def explorer_menu_item() -> MenuItem:
    """Among the settings."""
    return ExplorerItem(_("Thử API (GraphQL)"), reverse("api_explorer"), name="api-explorer", icon_name="code")
