# Two processes of one image: `guanbao serve --no-worker` and `guanbao worker`. See compose.yaml.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY tools tools
COPY frontend frontend
COPY src src
COPY docs docs
RUN UV_PYTHON_DOWNLOADS=never tools/uv sync --frozen --no-default-groups --no-editable

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 guanbao && install -d -o guanbao -g guanbao -m 700 /var/lib/guanbao
COPY --from=build /build/.venv /build/.venv
ENV PATH=/build/.venv/bin:$PATH GUANBAO_HOME=/var/lib/guanbao PYTHONUNBUFFERED=1
USER guanbao
VOLUME /var/lib/guanbao
EXPOSE 8000
CMD ["guanbao", "serve", "--host", "0.0.0.0", "--no-worker"]
