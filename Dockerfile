# One image for every shape of a node. Build: docker build -t minga .
# The base is named by version; whoever runs it for others pins its digest.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements/run.txt requirements/postgresql.txt requirements/redis.txt \
    requirements/celery.txt ./
RUN python -m venv /opt/minga/.venv \
    && /opt/minga/.venv/bin/pip install --no-cache-dir --require-hashes \
        -r run.txt -r postgresql.txt -r redis.txt -r celery.txt \
    && /opt/minga/.venv/bin/pip uninstall --yes pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="minga" \
      org.opencontainers.image.description="One node of a federated platform for cooperatives and mutual aid." \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
RUN groupadd --system --gid 10001 minga \
    && useradd --system --uid 10001 --gid minga --no-create-home --home-dir /data --shell /usr/sbin/nologin minga \
    && install -d -m 0700 -o minga -g minga /data
COPY --from=packages /opt/minga/.venv /opt/minga/.venv
COPY LICENSE /opt/minga/LICENSE
COPY minga /opt/minga/minga
ENV PATH=/opt/minga/.venv/bin:$PATH \
    PYTHONPATH=/opt/minga \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MINGA_HOME=/data \
    MINGA_HOST=0.0.0.0 \
    MINGA_SITE_URL=http://localhost:8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["python", "-P", "-m", "minga"]
CMD ["up", "--no-qr"]
