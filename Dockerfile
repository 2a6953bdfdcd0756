# The bot, or with REQUIREMENTS=requirements-demo.txt the demo as well. Runs as a plain user.
FROM python:3.11-slim

ARG REQUIREMENTS=requirements.txt
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PANOPTES_DATA_DIR=/data MPLCONFIGDIR=/tmp/matplotlib

WORKDIR /app
COPY requirements.txt requirements-demo.txt requirements-postgres.txt ./
RUN pip install --no-cache-dir -r ${REQUIREMENTS} -r requirements-postgres.txt
COPY panoptes_bot.py plume_api_client.py __init__.py ./
COPY src ./src

RUN useradd --system --uid 10001 panoptes && install -d -o panoptes -m 0700 /data
USER panoptes
VOLUME /data
ENTRYPOINT ["python", "panoptes_bot.py"]
