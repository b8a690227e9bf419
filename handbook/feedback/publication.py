"""Questions and answers (hỏi đáp) in the content store."""

from __future__ import annotations

# The category under which answered questions are published; the desks keep it like any other.
CATEGORY = "hoi-dap"


def is_question_and_answer(category_path: str) -> bool:
    """Whether content of a category is a question with its answer."""
    return f"/{CATEGORY}/" in category_path
