# What lets phones in browsers, and nothing else, through to Asterisk's HTTP server. Its configuration is in here: it has no secret,
# and nothing of the centre.
ARG BOOKWORM=debian:bookworm-slim
FROM ${BOOKWORM}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends haproxy \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --no-create-home centralita
COPY containers/phone-gate.cfg /etc/haproxy/haproxy.cfg
COPY containers/bin/refuses /usr/local/bin/
RUN haproxy -c -f /etc/haproxy/haproxy.cfg
USER 10001:10001
# HAProxy's slow stop is SIGUSR1: it would wait for every phone to go.
STOPSIGNAL SIGTERM
CMD ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
