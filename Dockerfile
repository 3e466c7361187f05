# kurak in a container:
#   docker build -t kurak .
#   docker run -p 5000:5000 -e CKAN_SITE_URL=https://data.example.org -e CKAN_SQLALCHEMY_URL=postgresql://… -v kurak:/var/lib/kurak kurak
# Without CKAN_SQLALCHEMY_URL it runs its own PostgreSQL in the volume; `--build-arg PRIVATE_POSTGRESQL=` leaves that server out.

# The manifests alone, with empty sources: unchanged as long as no dependency changes, and so is the layer built from it.
FROM rust:1.95-bookworm AS manifests
WORKDIR /all
COPY . .
RUN mkdir /plan \
 && find . -name Cargo.toml -not -path './target/*' | tar -cf - Cargo.lock -T - | tar -xf - -C /plan \
 && cd /plan \
 && for folder in src/* tests/kit; do if [ -e "$folder/Cargo.toml" ]; then touch "$folder/lib.rs"; fi; done \
 && mkdir -p tests/it \
 && touch src/lib.rs \
 && for program in src/main.rs benches/main.rs tests/it/main.rs; do echo 'fn main() {}' > "$program"; done

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY --from=manifests /plan .
RUN cargo build --release --locked --bin kurak
COPY . .
# The sources must be newer than what was built of the empty ones.
RUN find src -name '*.rs' -exec touch {} + \
 && cargo build --release --locked --bin kurak

FROM debian:bookworm-slim
ARG PRIVATE_POSTGRESQL=postgresql
RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold \
      ca-certificates curl libpq5 $PRIVATE_POSTGRESQL \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/kurak --create-home --shell /usr/sbin/nologin kurak
COPY --from=build /build/target/release/kurak /usr/local/bin/kurak
USER kurak
WORKDIR /var/lib/kurak
VOLUME /var/lib/kurak
# CKAN's own variables work as they do for CKAN: CKAN_SQLALCHEMY_URL, CKAN_SITE_URL, CKAN_SITE_ID, CKAN___SECTION__KEY.
ENV CKAN_STORAGE_PATH=/var/lib/kurak \
    KURAK_HOST=0.0.0.0 \
    KURAK_PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD curl -fsS "http://127.0.0.1:${KURAK_PORT}/healthz" || exit 1
STOPSIGNAL SIGTERM
CMD ["kurak", "run"]
