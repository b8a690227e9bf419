"""Review from a phone without the admin: one person, one text, one link (docs/phone-review.md)."""
