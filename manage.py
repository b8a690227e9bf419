#!/usr/bin/env python
"""The command line. Without DJANGO_SETTINGS_MODULE it works on the demo under var/; an installation names its own."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
