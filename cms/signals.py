"""What the content room tells rooms above it that it may not import."""

from django.dispatch import Signal

# A draft was saved: ``sender`` the page class, ``page``, ``user``, and ``revision``: new, or overwritten by autosave.
draft_saved = Signal()
