# What stands in front of two nodes. Its configuration comes by a volume (service `configure-front`).
ARG BOOKWORM=debian:bookworm-slim
FROM ${BOOKWORM}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends kamailio \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man /etc/kamailio
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --no-create-home centralita \
 && cd /var/lib && install -d -o 10001 -g 10001 -m 0700 centralita centralita/front
COPY containers/bin/kamailio-of-centralita containers/bin/has-a-node /usr/local/bin/
USER 10001:10001
CMD ["kamailio-of-centralita"]
