"""Deadlines of what waits: reminders, and escalation to a substitute (docs/editorial.md)."""
