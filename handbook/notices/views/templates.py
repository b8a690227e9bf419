"""The screens of texts to begin from: the list, and one to change or delete."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.notices import actions
from handbook.notices.forms import TemplateForm, text_of
from handbook.notices.models import NoticeTemplate
from handbook.notices.permissions import is_sender, own_templates
from handbook.notices.views.base import ActForm, Screen
from organizations.listing import page_of


class TemplatesView(Screen):
    """Texts to begin from of the units for which the person may send."""

    template_name = "notices/templates.html"
    page_title = gettext_lazy("Mẫu thông báo")

    def check(self) -> None:
        if not is_sender(self.request.user):
            raise PermissionDenied

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = own_templates(self.request.user).select_related("organization").order_by("name", "pk")
        return super().get_context_data(page=page_of(found, self.request.GET.get("p")), **kwargs)

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]


class TemplateView(ActForm):
    """One of them, to change or delete; 404 for who may not send in its unit's name."""

    form_class = TemplateForm
    template_name = "notices/template.html"
    submit_label = gettext_lazy("Lưu mẫu")

    @cached_property
    def template(self) -> NoticeTemplate:
        """The template of the address."""
        found = own_templates(self.request.user).select_related("organization").filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.template

    def get_page_title(self) -> str:
        return self.template.name

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.template.name, **text_of(self.template)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(unit=self.template.organization, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete it, where that is asked; else as any form. A refusal is shown by ``cms.middleware``."""
        if request.POST.get("act") != "delete":
            return super().post(request, *args, **kwargs)
        actions.delete_template(actor=self.actor, template=self.template)
        self.told(_("Đã xóa mẫu “%(name)s”.") % {"name": self.template.name})
        return HttpResponseRedirect(self.back())

    def act(self, form: Any) -> str:
        name = form.cleaned_data["name"]
        actions.change_template(actor=self.actor, template=self.template, name=name, content=form.content())
        self.told(_("Đã lưu mẫu “%(name)s”.") % {"name": name})
        return self.back()

    def back(self) -> str:
        return reverse("notices:templates")

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": self.back(), "label": _("Mẫu thông báo")}, {"url": "", "label": self.template.name}]
