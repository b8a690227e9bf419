"""What officers fill in: a notice, a correction, and a recall."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from handbook.notices.actions import Content
from handbook.notices.enums import Audience, RemindAfter, RemindBefore
from handbook.notices.models import Notice, NoticeTemplate, NoticeVersion
from handbook.notices.permissions import sending_units, sets_rules
from organizations.enums import Level
from organizations.forms import UnitField
from organizations.models import Organization
from organizations.widgets import OrganizationChooser, OrganizationMultipleChooser

TEXT_ORDER = [
    *("title", "body", "urgent", "requires_acknowledgement", "deadline", "remind_before", "remind_after"),
    *("question", "answers", "reason_wanted_for", "kept", "uploads"),
]


class Moment(forms.DateTimeInput):
    """A day and a time, chosen with what the phone or the browser has for that."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Files(forms.ClearableFileInput):
    """Any number of files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of uploaded files, or none."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of them; what is fit to keep is told by ``actions.keep_file``."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(each, initial) for each in given]


def moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """A moment that may be left out."""
    return forms.DateTimeField(
        label=label, help_text=help_text, widget=Moment, required=False, input_formats=["%Y-%m-%dT%H:%M"]
    )


class TextForm(forms.Form):
    """What a notice says, and what it asks."""

    title = forms.CharField(label=_("Tiêu đề"), max_length=255)
    body = forms.CharField(
        label=_("Nội dung"), widget=forms.Textarea(attrs={"rows": 8}), help_text=_("Viết ngắn, dễ đọc trên điện thoại.")
    )
    urgent = forms.BooleanField(
        label=_("Khẩn"),
        help_text=_("Báo cả ban đêm; ai chưa xem sau 30 phút được nhắn tin nếu còn hạn mức."),
        required=False,
    )
    requires_acknowledgement = forms.BooleanField(label=_("Yêu cầu bấm “Đã tiếp nhận”"), required=False)
    question = forms.CharField(
        label=_("Câu hỏi"), help_text=_("Ví dụ: Đồng chí có dự họp không?"), max_length=255, required=False
    )
    answers = forms.CharField(
        label=_("Các câu trả lời"),
        help_text=_("Mỗi dòng một câu, từ 2 đến 10 câu."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    reason_wanted_for = forms.CharField(
        label=_("Câu trả lời phải kèm lý do"),
        help_text=_("Chép lại từ các câu trả lời, mỗi dòng một câu. Ví dụ: Không"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )

    def content(self, **others: Any) -> Content:
        """What was filled in, with these other facts of it."""
        facts = self.cleaned_data
        return Content(
            title=facts["title"],
            body=facts["body"],
            urgent=facts["urgent"],
            requires_acknowledgement=facts["requires_acknowledgement"],
            question=facts["question"],
            answers=tuple(facts["answers"].splitlines()),
            reason_wanted_for=tuple(facts["reason_wanted_for"].splitlines()),
            **others,
        )


class TemplateForm(TextForm):
    """A text to begin from."""

    name = forms.CharField(label=_("Tên mẫu"), max_length=255)
    field_order = ["name"]


class ContentForm(TextForm):
    """The text of a notice: what it says and asks, by when, and its files."""

    deadline = moment_field(_("Hạn trả lời hoặc tiếp nhận"))
    remind_before = forms.TypedChoiceField(
        label=_("Tự nhắc người chưa thực hiện, khi có hạn"),
        choices=RemindBefore.choices,
        coerce=int,
        empty_value=None,
        initial=RemindBefore.ONE.value,
        required=False,
    )
    remind_after = forms.TypedChoiceField(
        label=_("Tự nhắc người chưa thực hiện, khi không có hạn"),
        choices=RemindAfter.choices,
        coerce=int,
        empty_value=None,
        initial=RemindAfter.NEVER.value,
        required=False,
    )
    kept = forms.MultipleChoiceField(label=_("Tệp đã gửi kèm"), widget=forms.CheckboxSelectMultiple, required=False)
    uploads = FilesField(
        label=_("Gửi kèm tệp"), help_text=_("PDF, Word, Excel, ảnh hoặc âm thanh, mỗi tệp dưới 20 MB."), required=False
    )
    field_order = TEXT_ORDER

    def __init__(self, *args: Any, version: NoticeVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(file.pk), file.name) for file in version.files.all()] if version and version.pk else []
        if choices:
            self.fields["kept"].choices = choices  # type: ignore[attr-defined]
            self.fields["kept"].initial = [key for key, _name in choices]
        else:
            del self.fields["kept"]

    def content_with(self, files: tuple[Any, ...]) -> Content:
        """What was filled in, with these files."""
        names = ("deadline", "remind_before", "remind_after")
        given = {name: self.cleaned_data[name] for name in names}
        return self.content(files=files, **{name: value for name, value in given.items() if value is not None})


class ReadersForm(forms.Form):
    """To whom a notice goes, and when."""

    audience = forms.ChoiceField(label=_("Gửi cho"), choices=Audience.choices)
    sub_units = forms.ModelMultipleChoiceField(
        label=_("Chỉ gửi các tổ chức này"),
        help_text=_("Bỏ trống: gửi toàn bộ tổ chức trực thuộc."),
        queryset=Organization.objects.in_force(),
        widget=OrganizationMultipleChooser,
        required=False,
    )
    sent_at = moment_field(_("Giờ gửi"), _("Bỏ trống: gửi ngay."))
    expires_at = moment_field(_("Hết hiệu lực"), _("Bỏ trống: một năm."))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sets_rules(user):  # who sends for cells alone has no units below to choose from
            del self.fields["sub_units"]


class NoticeForm(ReadersForm, ContentForm):
    """A notice: from whom, to whom, when, and its text."""

    organization = UnitField(label=_("Tổ chức gửi"), among="sending")
    save_as = forms.CharField(
        label=_("Lưu làm mẫu với tên"), help_text=_("Để lần sau dùng lại."), max_length=255, required=False
    )
    field_order = ["organization", "audience", "sub_units", *TEXT_ORDER, "sent_at", "expires_at", "save_as"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["organization"].queryset = sending_units(user)  # type: ignore[attr-defined]


class CorrectForm(ContentForm):
    """The next text of a notice that is out."""

    asks_again = forms.BooleanField(
        label=_("Hỏi lại từ đầu"),
        help_text=_("Người đã xem và tiếp nhận bản cũ được báo và hỏi lại. Bỏ chọn khi chỉ sửa lỗi chữ."),
        required=False,
        initial=True,
    )


class RuleForm(forms.Form):
    """That a committee approves the notices of a level below it."""

    organization = UnitField(label=_("Cấp ủy phê duyệt"), among="sending")
    level = forms.ChoiceField(label=_("Thông báo của cấp"), choices=Level.choices[1:])
    required = forms.IntegerField(
        label=_("Cần mấy người phê duyệt"),
        help_text=_("Ghi 0 để bỏ quy định: cấp đó lại gửi được ngay."),
        min_value=0,
        max_value=20,
        initial=1,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = sending_units(user)  # type: ignore[attr-defined]


class BudgetForm(forms.Form):
    """How many texts a unit may have sent in a month."""

    organization = forms.ModelChoiceField(
        label=_("Tổ chức"), queryset=Organization.objects.in_force(), widget=OrganizationChooser
    )
    per_month = forms.IntegerField(
        label=_("Số tin mỗi tháng"),
        help_text=_("Tin SMS hoặc thư về thông báo khẩn. Ghi 0 để không nhắn tin."),
        min_value=0,
        max_value=1_000_000,
    )


class RecallForm(forms.Form):
    """Why a notice is taken back."""

    reason = forms.CharField(label=_("Lý do thu hồi"), max_length=255)


def text_of(source: NoticeVersion | NoticeTemplate) -> dict[str, Any]:
    """What a text says and asks, for a form to begin with."""
    names = ("title", "body", "urgent", "requires_acknowledgement", "question")
    lines = ("answers", "reason_wanted_for")
    return {name: getattr(source, name) for name in names} | {name: "\n".join(getattr(source, name)) for name in lines}


def shown(version: NoticeVersion, notice: Notice | None = None) -> dict[str, Any]:
    """What a form begins with."""
    facts = text_of(version) | {"remind_before": version.remind_before, "remind_after": version.remind_after}
    facts["deadline"] = _local(version.deadline)
    if notice is not None:
        facts |= {"organization": notice.organization_id, **readers_of(notice)}
    return facts


def readers_of(notice: Notice) -> dict[str, Any]:
    """To whom a notice goes and when, for a form to begin with."""
    units = list(notice.audiences.values_list("organization", flat=True))
    return {
        "audience": notice.audience,
        "sub_units": [] if units == [notice.organization_id] else units,
        "sent_at": _local(notice.sent_at),
        "expires_at": _local(notice.expires_at),
    }


def _local(moment: Any) -> Any:
    return timezone.localtime(moment) if moment else None
