ARG BOOKWORM=debian:bookworm-slim
FROM ${BOOKWORM}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --no-create-home centralita \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY containers/bin/redis-of-centralita /usr/local/bin/
USER 10001:10001
CMD ["redis-of-centralita"]
