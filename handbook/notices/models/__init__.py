from handbook.notices.models.notice import Notice, NoticeAudience, NoticeFile, NoticeTemplate, NoticeVersion
from handbook.notices.models.receipt import NoticeReceipt, NoticeText, TextBudget

__all__ = [
    "Notice",
    "NoticeAudience",
    "NoticeFile",
    "NoticeReceipt",
    "NoticeTemplate",
    "NoticeText",
    "NoticeVersion",
    "TextBudget",
]
