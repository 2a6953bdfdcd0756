# The bot, or with REQUIREMENTS=requirements-demo.txt the demo as well. It runs as a plain user, with the
# root file system read-only if you like: state goes to /data, scratch files to /tmp.
FROM python:3.11-slim

ARG REQUIREMENTS=requirements.txt
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp/matplotlib \
    PANOPTES_DATA_DIR=/data PANOPTES_LISTEN=0.0.0.0:8081

WORKDIR /app
COPY requirements.txt requirements-demo.txt requirements-postgres.txt ./
RUN pip install --no-cache-dir -r ${REQUIREMENTS} -r requirements-postgres.txt
COPY panoptes_bot.py plume_api_client.py __init__.py CHANGELOG.md ./
COPY src ./src
# Compiled now, because nothing can be written later.
RUN python -m compileall -q src panoptes_bot.py plume_api_client.py

RUN useradd --system --uid 10001 --no-create-home panoptes && install -d -o panoptes -m 0700 /data
USER panoptes
VOLUME /data
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['PANOPTES_LISTEN'].rpartition(':')[2]), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "panoptes_bot.py"]
