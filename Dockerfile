# Shophand as a container: the locked dependencies, a user without rights, nothing written outside /data.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY requirements/uv.lock requirements/runtime.lock requirements/
RUN python -m venv /opt/shophand \
    && /opt/shophand/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r requirements/runtime.lock
COPY . .
RUN /opt/shophand/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps \
    --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin shophand \
    && install -d -o shophand -g shophand -m 0700 /data
COPY --from=build /opt/shophand /opt/shophand
# The kernels that numba compiles go to /var/cache/numba, other scratch to /tmp: the rest may be read-only.
ENV PATH=/opt/shophand/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/var/cache/numba \
    SHOPHAND_HOME=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8321
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8321/healthz', timeout=4)"]
ENTRYPOINT ["shophand"]
CMD ["serve", "--host", "0.0.0.0"]
