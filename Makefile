# Two commands do everything on a fresh Debian 12: `make run` and `make test`.
PY := .venv/bin/python
