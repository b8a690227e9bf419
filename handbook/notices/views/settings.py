"""The two screens of settings: which notices a committee approves, and what units may spend on texts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.notices import actions
from handbook.notices.actions.texts import spent_this_month
from handbook.notices.forms import BudgetForm, RuleForm
from handbook.notices.models import NoticeApprovalRule, TextBudget
from handbook.notices.permissions import sending_units, sets_budgets, sets_rules, usual_unit
from handbook.notices.views.base import ActForm
from organizations.enums import Level
from organizations.listing import page_of


class RulesView(ActForm):
    """Which notices of units below need approval: what holds, and one form to set or end it."""

    form_class = RuleForm
    template_name = "notices/rules.html"
    page_title = gettext_lazy("Quy định duyệt thông báo")
    submit_label = gettext_lazy("Lưu quy định")

    def check(self) -> None:
        if not sets_rules(self.request.user):
            raise PermissionDenied

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        unit = usual_unit(self.request.user)
        if unit is None:
            return {}
        levels = Level.values
        below = levels[min(levels.index(unit.level) + 1, len(levels) - 1)]
        return {"organization": unit.pk, "level": below}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = NoticeApprovalRule.objects.filter(organization__in=sending_units(self.request.user).order_by())
        rules = rules.select_related("organization").order_by("organization__path", "level")
        return super().get_context_data(rules=page_of(rules, self.request.GET.get("p")), **kwargs)

    def act(self, form: Any) -> str:
        facts = form.cleaned_data
        actions.set_approval_rule(actor=self.actor, **facts)
        self.told(_("Đã lưu quy định.") if facts["required"] else _("Đã bỏ quy định: cấp này lại gửi được ngay."))
        return reverse("notices:rules")

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]


class BudgetsView(ActForm):
    """How many texts each unit may have sent in a month, and how many it has."""

    form_class = BudgetForm
    template_name = "notices/budgets.html"
    page_title = gettext_lazy("Hạn mức tin nhắn")
    submit_label = gettext_lazy("Lưu hạn mức")

    def check(self) -> None:
        if not sets_budgets(self.request.user):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("unit", "")
        known = asked.isdecimal() and len(asked) < 19
        budget = TextBudget.objects.filter(organization=int(asked)).first() if known else None
        return {"organization": budget.organization_id, "per_month": budget.per_month} if budget else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        budgets = TextBudget.objects.select_related("organization").order_by("organization__path")
        page = page_of(budgets, self.request.GET.get("p"))
        spent = spent_this_month([each.organization_id for each in page.rows], now)
        rows = [
            {"budget": each, "spent": (n := spent.get(each.organization_id, 0)), "is_spent": n >= each.per_month}
            for each in page.rows
        ]
        return super().get_context_data(page=page, rows=rows, now=now, **kwargs)

    def act(self, form: Any) -> str:
        actions.set_text_budget(actor=self.actor, **form.cleaned_data)
        self.told(_("Đã lưu hạn mức của “%(unit)s”.") % {"unit": form.cleaned_data["organization"].name})
        return reverse("notices:budgets")

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]
