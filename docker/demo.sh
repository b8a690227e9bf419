#!/usr/bin/env bash
# The demo in the foreground: database, sample content, web server and worker. Called by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=cms.settings.demo PORT=${PORT:-8000}
python=.venv/bin/python

$python manage.py migrate --verbosity 0
$python manage.py collectstatic --noinput --verbosity 0
$python manage.py seed_demo

trap 'trap - EXIT INT TERM; kill $(jobs -p) 2>/dev/null; wait' EXIT INT TERM
$python manage.py run_worker &
# One process with threads: SQLite and the in-memory cache are shared by all requests.
.venv/bin/gunicorn cms.wsgi --bind "0.0.0.0:$PORT" --workers 1 --threads 8 --access-logfile /dev/null &
echo "Sổ tay: http://localhost:$PORT/admin/  (xem README.md để biết tài khoản)"
wait -n
