"""What people fill in on the screens of the organisation tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from organizations.enums import PositionKind
from organizations.models import Organization, today
from organizations.permissions import managed_cells, managed_units, visible_units
from organizations.widgets import OrganizationChooser

UNKNOWN_UNIT = {"invalid_choice": _("Không có tổ chức này trong phạm vi của bạn. Hãy chọn lại.")}


class UnitField(forms.ModelChoiceField):
    """A unit out of those the person may use; another is as if it were not there."""

    def __init__(self, *, among: str, **kwargs: Any) -> None:
        super().__init__(
            queryset=Organization.objects.none(),
            widget=OrganizationChooser(among=among),
            error_messages=UNKNOWN_UNIT,
            **kwargs,
        )


class FindMemberForm(forms.Form):
    """Looks for people by name, code or telephone number."""

    q = forms.CharField(
        label=_("Họ tên, mã đảng viên hoặc số điện thoại"),
        help_text=_("Có thể gõ không dấu, ví dụ: tran thi hoa."),
        required=False,
        max_length=255,
    )
    unit = UnitField(label=_("Trong tổ chức"), among="visible", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = visible_units(user)  # type: ignore[attr-defined]


class MoveMemberForm(forms.Form):
    """Where a member goes, when, and why."""

    cell = UnitField(label=_("Chi bộ chuyển đến"), among="cells")
    valid_from = forms.DateField(label=_("Từ ngày"), widget=AdminDateInput, initial=today)
    reason = forms.CharField(label=_("Lý do"), help_text=_("Ví dụ: Giấy giới thiệu số 12, chuyển nơi cư trú."))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cell"].queryset = managed_cells(user)  # type: ignore[attr-defined]


class GivePositionForm(forms.Form):
    """What a member becomes, and where."""

    organization = UnitField(label=_("Tại tổ chức"), among="managed")
    kind = forms.ChoiceField(label=_("Chức vụ"), choices=[("", _("Chọn chức vụ")), *PositionKind.choices])
    valid_from = forms.DateField(label=_("Từ ngày"), widget=AdminDateInput, initial=today)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = managed_units(user)  # type: ignore[attr-defined]


class EndPositionForm(forms.Form):
    """When a position ends."""

    valid_to = forms.DateField(
        label=_("Kết thúc từ ngày"),
        help_text=_("Từ ngày này người giữ chức vụ không còn quyền của chức vụ."),
        widget=AdminDateInput,
        initial=today,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class DelegateForm(forms.Form):
    """Who stands in, on which days, and why."""

    to_code = forms.CharField(
        label=_("Mã đảng viên của người duyệt thay"),
        help_text=_("Một đảng viên của tổ chức này, có tài khoản và chưa có quyền duyệt ở đây."),
        max_length=32,
    )
    first_day = forms.DateField(label=_("Từ ngày"), widget=AdminDateInput, initial=today)
    last_day = forms.DateField(label=_("Đến hết ngày"), widget=AdminDateInput)
    reason = forms.CharField(label=_("Lý do"), help_text=_("Ví dụ: nghỉ phép, đi công tác."), max_length=255)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class EndSessionsForm(forms.Form):
    """Why a member is signed out everywhere."""

    reason = forms.CharField(
        label=_("Lý do"),
        help_text=_("Ví dụ: mất điện thoại ngày 24/11. Đảng viên sẽ đọc được lý do này."),
        max_length=255,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
