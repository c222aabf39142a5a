# The ledger's image: web, worker, scheduler and migration are the same image with different commands.
FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 \
    LEDGER_MODE=production LEDGER_VAR=/srv/ledger/var
RUN useradd --system --uid 10001 --home-dir /srv/ledger --shell /usr/sbin/nologin ledger
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/ledger
COPY manage.py ./
COPY config ./config
COPY ledger ./ledger
COPY hospitals ./hospitals
COPY settlement ./settlement
COPY reports ./reports
COPY templates ./templates
COPY static ./static
# Keys for this one step only: they are thrown away with it and open nothing.
RUN LEDGER_SECRET_KEY=for-the-build-only LEDGER_HOSTS=localhost DATABASE_URL=postgresql://nobody@localhost/none \
    LEDGER_DATA_KEY=$(python -c "import secrets; print(secrets.token_hex(32))") \
    LEDGER_HASH_KEY=$(python -c "import secrets; print(secrets.token_hex(32))") \
    python manage.py collectstatic --noinput \
    && rm -rf var && mkdir -p var/reports && chown -R ledger:ledger var
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-", "--access-logformat", "%(h)s %(t)s %(m)s %(U)s %(s)s %(B)s %(L)s"]
