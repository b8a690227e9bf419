#!/bin/sh
# web | phones | worker | migrate: the roles of one image. Anything else is a management command.
set -eu

# The static files of the image, where the settings look for them; the volume may be older than the image.
collect() {
    mkdir -p "$VAR_DIR/static"
    cp -R /app/static-build/static/. "$VAR_DIR/static/"
}

case "${1:-web}" in
    web)
        python manage.py check
        collect
        exec gunicorn cms.wsgi:application --bind "0.0.0.0:${PORT:-8000}" --workers "${WEB_WORKERS:-3}" \
            --threads 4 --timeout 60 --access-logfile - --forwarded-allow-ips "*"
        ;;
    phones)
        python manage.py check
        exec granian cms.wsgi:application --interface wsgi --host 0.0.0.0 --port "${PORT:-8000}" --workers "${WEB_WORKERS:-3}" \
            --blocking-threads 2 --blocking-threads-idle-timeout 600 --respawn-failed-workers
        ;;
    worker)
        python manage.py check
        exec python manage.py run_worker
        ;;
    migrate)
        exec python manage.py migrate --noinput
        ;;
    *)
        exec python manage.py "$@"
        ;;
esac
