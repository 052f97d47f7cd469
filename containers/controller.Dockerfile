# The engine, the recordings' worker, the console and the terminal's commands: one image, since they are one program.
# In production name the base with its digest: --build-arg BOOKWORM=debian:bookworm-slim@sha256:...
ARG BOOKWORM=debian:bookworm-slim
FROM ${BOOKWORM} AS libraries
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv
COPY requirements.lock containers/requirements.txt /tmp/
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --quiet \
    --require-hashes -r /tmp/requirements.lock -r /tmp/requirements.txt && rm -rf /opt/venv/lib/python3.11/site-packages/pip*

FROM ${BOOKWORM}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 ca-certificates \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --home-dir /var/lib/centralita --no-create-home centralita \
 && cd /var/lib && install -d -o 10001 -g 10001 -m 0700 centralita centralita-store \
 && install -d -o 10001 -g 10001 -m 0700 centralita/etc centralita/lib centralita/spool centralita/run centralita/log \
    centralita/redis centralita/recordings centralita/front
COPY --from=libraries /opt/venv /opt/venv
COPY containers/bin/centralita containers/bin/healthy /usr/local/bin/
COPY . /opt/centralita/
RUN rm -r /opt/centralita/containers /opt/centralita/requirements.lock && python3 -m compileall -q /opt/centralita
ENV PYTHONPATH=/opt/centralita PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /opt/centralita
USER 10001:10001
CMD ["python", "-m", "ari_app"]
