# syntax=docker/dockerfile:1
# The server in a small Debian image: docker build -t haoren .

FROM rust:1.95-bookworm AS build
# OpenSSL for TLS to PostgreSQL is built from source, which wants perl and make.
RUN apt-get update \
 && apt-get install -y --no-install-recommends make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --features pg-tls \
 && install -D target/release/haoren /out/haoren

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/haoren --shell /usr/sbin/nologin haoren \
 && install -d -o haoren -g haoren -m 0700 /var/lib/haoren
COPY --from=build /out/haoren /usr/local/bin/haoren
ENV HAOREN_BIND=0.0.0.0:8080 \
    HAOREN_DATA_DIR=/var/lib/haoren
USER 10001:10001
WORKDIR /var/lib/haoren
VOLUME /var/lib/haoren
EXPOSE 8080
STOPSIGNAL SIGTERM
# No curl in the image: bash speaks HTTP well enough to ask for one status line.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["haoren"]
CMD ["serve"]
