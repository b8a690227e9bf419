"""Approval of what is no page: releases, notices, answers. One request, one committee, one exact form (ADR 0010)."""
