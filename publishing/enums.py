"""The words of what is out."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an item is; the API's ContentKind carries the same names in capitals."""

    ARTICLE = "article", _("Bài viết")
    BULLETIN = "bulletin", _("Bản tin")
    DOCUMENT = "document", _("Văn bản")


class Act(models.TextChoices):
    """What the change log says happened to an item."""

    UPSERT = "upsert", _("Đưa ra")
    REMOVE = "remove", _("Lấy xuống")


class Ending(models.TextChoices):
    """Why an item is no longer out. Of what was recalled nothing is told, and nothing is kept but the audit."""

    WITHDRAWN = "withdrawn", _("Đã gỡ")
    REPLACED = "replaced", _("Đã thay bằng bài khác")
    EXPIRED = "expired", _("Đã hết hạn")
    RECALLED = "recalled", _("Đã thu hồi")


# Of these a stub is left for who holds a link.
TOLD_ENDINGS = (Ending.WITHDRAWN, Ending.REPLACED, Ending.EXPIRED)


class DocumentType(models.TextChoices):
    """What a document of the party is."""

    RESOLUTION = "resolution", _("Nghị quyết")
    REGULATION = "regulation", _("Quy định")
    DIRECTIVE = "directive", _("Chỉ thị")
    CONCLUSION = "conclusion", _("Kết luận")
    GUIDANCE = "guidance", _("Hướng dẫn")
    PLAN = "plan", _("Kế hoạch")
    DISPATCH = "dispatch", _("Công văn")
    DECISION = "decision", _("Quyết định")
    ANNOUNCEMENT = "announcement", _("Thông báo")
    REPORT = "report", _("Báo cáo")
    OTHER = "other", _("Văn bản khác")


class CentralIssuer(models.TextChoices):
    """Bodies above the province whose documents are passed on; they are no units of its tree."""

    TW = "TW", _("Ban Chấp hành Trung ương")
    BCT = "BCT", _("Bộ Chính trị")
    BBT = "BBT", _("Ban Bí thư")
    UBKTTW = "UBKTTW", _("Ủy ban Kiểm tra Trung ương")
    BTCTW = "BTCTW", _("Ban Tổ chức Trung ương")
    BTGTW = "BTGTW", _("Ban Tuyên giáo Trung ương")
    VPTW = "VPTW", _("Văn phòng Trung ương Đảng")
    QH = "QH", _("Quốc hội")
    CP = "CP", _("Chính phủ")
