"""How content gets out: the review steps, the approvals, the schedule, the duties, and the feeds."""

from editorial.models.approval import Approval
from editorial.models.clock import StepClock
from editorial.models.duty import Duty
from editorial.models.feed import Feed, FeedItem
from editorial.models.release import Release, ReleaseItem, ReleasePart
from editorial.models.request import ApprovalRequest, RequestDecision
from editorial.models.review_link import ReviewLink
from editorial.models.schedule import Schedule
from editorial.models.steps import BoardReview, CommitteeApproval, DeskReview, ReviewStep
from editorial.models.translation import TranslationBasis

__all__ = [
    "Approval",
    "ApprovalRequest",
    "BoardReview",
    "CommitteeApproval",
    "DeskReview",
    "Duty",
    "Feed",
    "FeedItem",
    "Release",
    "ReleaseItem",
    "ReleasePart",
    "RequestDecision",
    "ReviewLink",
    "ReviewStep",
    "Schedule",
    "StepClock",
    "TranslationBasis",
]
