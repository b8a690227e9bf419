"""Every benchmark, small: ``make bench``. ``SIZE=province`` for the real size; each prints its own table."""

from __future__ import annotations

import subprocess
import sys

BENCHES = [
    "bench.publish_faults",
    "bench.import_members",
    "bench.admin",
    "bench.audit",
    "bench.worker_stall",
    "bench.push",
    "bench.notices",
    "bench.notice_kills",
    "bench.feedback",
    "bench.search_judged",
    "bench.api",
    "bench.meeting_day",
]

failed = []
for name in BENCHES:
    print(f"\n## {name}\n", flush=True)
    if subprocess.run([sys.executable, "-m", name], check=False).returncode:
        failed.append(name)
if failed:
    sys.exit(f"failed: {', '.join(failed)}")
