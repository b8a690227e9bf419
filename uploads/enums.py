"""Which files people may bring, and how many: the whole of it."""

from __future__ import annotations

import datetime

# What a phone opens without harm. Nothing a browser would run, no old Office files, which may hide macros.
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
}
LARGEST = 20 * 1024 * 1024  # bytes of one file
MOST_WAITING = 20  # files of one person that nothing has taken yet
MOST_A_DAY = 200 * 1024 * 1024  # bytes that one person may begin within 24 hours
# A line that breaks at every 20 KB still gets the largest file through.
MOST_PIECES = 1000
# A phone that has no line for the weekend goes on where it stood.
LIFE = datetime.timedelta(days=3)
