"""An installation as the benchmarks run it: rate limits off, and with BENCH_COLD nothing is kept of an answer."""

import os

from cms.settings.production import *  # noqa: F403

API_RATE_LIMITS = False
API_RESPONSE_CACHE = "BENCH_COLD" not in os.environ
