# Asterisk from Debian testing, the very package that `make run` unpacks. Nothing of the engine is in here: its configuration comes
# by a volume (service `configure`). In production name the base with its digest: --build-arg FORKY=debian:forky-slim@sha256:...
ARG FORKY=debian:forky-slim
FROM ${FORKY}
# Not before 22.10.1 (security), and not 22.11 without its audio tests (asterisk/asterisk#2134): the build fails rather than take another.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    'asterisk=1:22.10*' asterisk-core-sounds-es asterisk-core-sounds-es-wav asterisk-core-sounds-en asterisk-core-sounds-en-wav \
    asterisk-moh-opsound-wav \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /usr/share/doc /usr/share/man \
 && test -e /usr/share/asterisk/sounds/es && test -e /usr/share/asterisk/sounds/en
RUN groupadd --gid 10001 centralita && useradd --uid 10001 --gid 10001 --home-dir /var/lib/centralita --no-create-home centralita \
 && cd /var/lib && install -d -o 10001 -g 10001 -m 0700 centralita \
 && install -d -o 10001 -g 10001 -m 0700 centralita/etc centralita/lib centralita/spool centralita/run centralita/log \
    centralita/recordings
COPY containers/bin/asterisk-of-centralita /usr/local/bin/
USER 10001:10001
CMD ["asterisk-of-centralita"]
