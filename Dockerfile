# One image for everything: the service (the default command), `python manage.py migrate`, `prune` and every other
# command. Build it with `make image`; size, memory and start are bounds of tests/image; why it is so: docs/adr/0006.

# docker-library/repo-info has this digest for 3.12.14 (amd64 and arm64). A newer one:
#   docker buildx imagetools inspect python:3.12-slim-bookworm
ARG PYTHON_IMAGE=docker.io/library/python:3.12-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579

FROM ${PYTHON_IMAGE} AS build
# One seed, so that sets in bytecode have the same order in every build.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
WORKDIR /app
RUN python -m venv --without-pip /venv
COPY requirements/main.txt /tmp/
RUN python -m pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --require-hashes -r /tmp/main.txt
COPY manage.py project.json ./
COPY todoproject todoproject/
COPY todos todos/
# DEBUG stands in for the secrets, which a build has none of. ReDoc and DRF's pages are not served.
RUN DEBUG=true /venv/bin/python manage.py collectstatic --noinput --verbosity=0 --ignore redoc --ignore rest_framework
# A third of the packages is never read: translations (USE_I18N is off), assets (collected above), and the AWS services
# that the process does not call: it writes logs, and sts gives it its credentials.
RUN find /venv -path '*/locale/*' -name '*.[mp]o' -delete \
    && find /venv -type d -path '*/site-packages/*/static' -prune -exec rm -r {} + \
    && find /venv -path '*/botocore/data/*' -prune -type d ! -name logs ! -name sts -exec rm -r {} +
# Nothing can be compiled later, on a read-only root. Checked by nothing, so that no file time matters. The modes do not
# depend on the umask of a clone.
RUN python -m compileall -q --invalidation-mode unchecked-hash /venv /app \
    && chmod -R u=rwX,go=rX /venv /app

FROM ${PYTHON_IMAGE}
# The base brings the standard library without bytecode: compiling it took half of every start. And it brings pip, which
# is of use to an attacker only.
WORKDIR /usr/local/lib/python3.12
RUN rm -r ensurepip site-packages/* ../../bin/pip* \
    && python -m compileall -q --invalidation-mode unchecked-hash -x '/(idlelib|lib2to3|tkinter|turtledemo)/' .
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app .

ARG SOURCE
ARG REVISION
ARG VERSION
LABEL org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.version=$VERSION
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 VERSION=$VERSION

# Numeric, so that Kubernetes can see that it is not root (runAsNonRoot). It owns nothing here.
USER 10001:10001
EXPOSE 8000 9000
# exec form: gunicorn is process 1 and gets SIGTERM itself. No HEALTHCHECK: Kubernetes has probes, compose.yaml its own.
CMD ["python", "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py"]
