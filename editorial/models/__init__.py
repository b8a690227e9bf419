"""How content gets out: the review steps, the approvals, the schedule, and the feeds."""

from editorial.models.approval import Approval
from editorial.models.feed import Feed, FeedItem
from editorial.models.request import ApprovalRequest, RequestDecision
from editorial.models.schedule import Schedule
from editorial.models.steps import BoardReview, CommitteeApproval, DeskReview, ReviewStep

__all__ = [
    "Approval",
    "ApprovalRequest",
    "BoardReview",
    "CommitteeApproval",
    "DeskReview",
    "Feed",
    "FeedItem",
    "RequestDecision",
    "ReviewStep",
    "Schedule",
]
