from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.anchors import stores
from audit.verification import Verdict, verify

# What is wrong at the first bad entry, by ``Verdict.reason``.
REASONS = {
    "missing": gettext_lazy("mục này không có, hoặc không đứng đúng chỗ"),
    "unlinked": gettext_lazy("mục này không nối vào mục đứng trước"),
    "changed": gettext_lazy("nội dung mục này đã bị sửa"),
    "rewritten": gettext_lazy("chuỗi đã bị viết lại: mục này khác với bản neo giữ ngoài cơ sở dữ liệu"),
    "head": gettext_lazy("từ mục này, chuỗi không khớp với điểm cuối đã ghi"),
    "cut": gettext_lazy("từ mục này, phần cuối đã bị cắt: các bản neo giữ ngoài cơ sở dữ liệu còn đi xa hơn"),
    "lost": gettext_lazy("các bản neo của phần bị mất khi khôi phục không đúng như mục này đã ghi"),
    "no_anchor": gettext_lazy("bản neo của mục này không còn ở nơi giữ"),
}


class Command(BaseCommand):
    help = "Checks the audit chain and its anchors; exit 1 and the first bad entry where something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(stores())
        self.stdout.write(_("Đã đối chiếu %(n)d mục với chuỗi.") % {"n": verdict.entries})
        for name, count in verdict.anchors.items():
            self.stdout.write(_("Đã đối chiếu %(n)d bản neo ở %(store)s.") % {"n": count, "store": name})
        self.stdout.write(_("Mục mới nhất có bản neo: số %(seq)d.") % {"seq": verdict.last_anchored})
        for entry in verdict.restored:
            self.stdout.write(
                _("Mục %(seq)d: đã khôi phục bản sao lưu, mất các mục từ %(from)d đến %(to)d. Lý do: %(reason)s")
                % {"seq": entry.seq, "from": entry.seq, "to": entry.detail["up_to"], "reason": entry.detail["reason"]}
            )
        if verdict.is_sound:
            self.stdout.write(_("Nhật ký kiểm tra nguyên vẹn: %(n)d mục.") % {"n": verdict.entries})
            return
        raise CommandError("\n".join(_complaints(verdict)))


def _complaints(verdict: Verdict) -> list[str]:
    found = []
    if verdict.reason:
        found.append(
            _("Nhật ký kiểm tra hỏng tại mục số %(seq)d: %(reason)s.")
            % {"seq": verdict.first_bad, "reason": REASONS[verdict.reason]}
        )
    found += [
        _("Không đọc được các bản neo ở %(store)s: %(error)s") % {"store": name, "error": error}
        for name, error in verdict.unread.items()
    ]
    if verdict.unprotected:
        found.append(
            _("Cơ sở dữ liệu không còn chặn việc sửa nhật ký: %(names)s.") % {"names": ", ".join(verdict.unprotected)}
        )
    return found
