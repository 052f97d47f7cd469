ARG BOOKWORM=debian:bookworm-slim
FROM ${BOOKWORM}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-15 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man /var/lib/postgresql /etc/postgresql
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --no-create-home centralita \
 && install -d -o 10001 -g 10001 -m 0700 /data
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin
COPY containers/bin/postgres-of-centralita /usr/local/bin/
USER 10001:10001
# PostgreSQL's "fast" stop: SIGTERM would wait for every client to go.
STOPSIGNAL SIGINT
CMD ["postgres-of-centralita"]
