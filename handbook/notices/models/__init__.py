from handbook.notices.models.notice import Notice, NoticeAudience, NoticeFile, NoticeTemplate, NoticeVersion
from handbook.notices.models.receipt import NoticeReceipt, NoticeText, TextBudget
from handbook.notices.models.rule import NoticeApprovalRule

__all__ = [
    "Notice",
    "NoticeApprovalRule",
    "NoticeAudience",
    "NoticeFile",
    "NoticeReceipt",
    "NoticeTemplate",
    "NoticeText",
    "NoticeVersion",
    "TextBudget",
]
