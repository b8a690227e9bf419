"""What officers fill in: the filters of the inbox, and what they do with a thread."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from handbook.feedback.enums import Kind
from handbook.feedback.models import FeedbackThread, Topic
from handbook.feedback.permissions import answering_units
from organizations.enums import Right
from organizations.forms import UnitField
from organizations.models import Member, Organization
from organizations.scope import holders
from organizations.widgets import OrganizationChooser


class Part(models.TextChoices):
    """Which part of the inbox is shown."""

    RUNNING = "running", _("Cần xử lý")
    OVERDUE = "overdue", _("Quá hạn")
    WAITING = "waiting", _("Chờ đảng viên")
    SETTLED = "settled", _("Đã xong")
    HANDED = "handed", _("Đã chuyển đi")


class InboxForm(forms.Form):
    """The filters of the inbox. What is no choice is as if it were not given."""

    q = forms.CharField(label=_("Tìm trong tiêu đề, nội dung"), required=False, max_length=200)
    part = forms.ChoiceField(label=_("Xem"), choices=Part.choices, required=False)
    unit = UnitField(label=_("Tổ chức"), among="answering", required=False)
    below = forms.BooleanField(label=_("Cả cấp dưới"), required=False)
    topic = forms.ModelChoiceField(
        label=_("Lĩnh vực"), queryset=Topic.objects.all(), required=False, to_field_name="code", empty_label=_("Tất cả")
    )
    kind = forms.ChoiceField(label=_("Loại"), choices=[("", _("Tất cả")), *Kind.choices], required=False)
    mine = forms.BooleanField(label=_("Giao cho tôi"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = answering_units(user)  # type: ignore[attr-defined]


class ForwardForm(forms.Form):
    """To which unit, and why."""

    to = forms.ModelChoiceField(
        label=_("Chuyển đến"), queryset=Organization.objects.in_force(), widget=OrganizationChooser
    )
    note = forms.CharField(label=_("Lý do, lời nhắn"), max_length=500)


class AssignForm(forms.Form):
    """Who is to answer."""

    to = forms.ModelChoiceField(
        label=_("Người xử lý"), queryset=Member.objects.none(), required=False, empty_label=_("Không giao riêng ai")
    )

    def __init__(self, *args: Any, thread: FeedbackThread, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = holders(Right.ANSWER_FEEDBACK, thread.owner).filter(user__isnull=False).exclude(pk=thread.author_id)
        if thread.confidential:
            people = people.filter(pk__in=thread.readers.values("member"))
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Of what it is a duplicate: threads of the same owner that are being worked on."""

    into = forms.ModelChoiceField(
        label=_("Trùng với"), queryset=FeedbackThread.objects.none(), empty_label=_("Chọn góp ý")
    )

    def __init__(self, *args: Any, thread: FeedbackThread, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = FeedbackThread.objects.workable_by(user).filter(owner=thread.owner_id, confidential=False)
        newest = others.running().exclude(pk=thread.pk).order_by("-created_at").values("pk")[:200]
        self.fields["into"].queryset = FeedbackThread.objects.filter(pk__in=list(newest.values_list("pk", flat=True)))  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """Question and answer as everyone will read them."""

    title = forms.CharField(label=_("Tiêu đề"), max_length=255)
    question = forms.CharField(
        label=_("Câu hỏi"),
        help_text=_("Bỏ mọi tên, mã, điện thoại, chi bộ của người hỏi."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    answer = forms.CharField(label=_("Trả lời"), widget=forms.Textarea(attrs={"rows": 8}))


class SettingsForm(forms.Form):
    """How many approve an answer of a unit."""

    organization = forms.ModelChoiceField(label=_("Tổ chức"), queryset=Organization.objects.none())
    approvals = forms.IntegerField(
        label=_("Số người duyệt câu trả lời"),
        help_text=_("0: cán bộ trả lời ngay. Từ 1: cấp ủy duyệt xong mới gửi cho đảng viên."),
        min_value=0,
        max_value=9,
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = units  # type: ignore[attr-defined]
