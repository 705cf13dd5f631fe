#!/usr/bin/env bash
# Bring uv, by pip and by the version and hashes of uv.txt, into .tools/ if it is not there; say clearly what is missing if that cannot be.
# With --which: print the uv to use.
set -euo pipefail
cd "$(dirname "$0")/.."
here=.tools/uv/bin/uv

find_uv() {
    if [ -x "$here" ]; then echo "$PWD/$here"; elif command -v uv >/dev/null 2>&1; then command -v uv; fi
}

if [ "${1:-}" = "--which" ]; then find_uv; exit 0; fi

say() { printf 'uncounted: %s\n' "$*" >&2; }

# The plain python3 may be older than one that is there too.
pythons=()
for name in python3.14 python3.13 python3.12 python3 /usr/bin/python3 python; do
    if command -v "$name" >/dev/null 2>&1; then pythons+=("$name"); fi
done

bring_uv() {
    local python
    for python in "${pythons[@]}"; do
        if "$python" -m pip --version >/dev/null 2>&1 &&
            "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
                --require-hashes --target .tools/uv --requirement tools/uv.txt; then
            return 0
        fi
    done
    for python in "${pythons[@]}"; do # no pip, but perhaps a way to make one
        if "$python" -m venv .tools/pip >/dev/null 2>&1 &&
            .tools/pip/bin/python -m pip install --quiet --require-hashes --target .tools/uv \
                --requirement tools/uv.txt; then
            return 0
        fi
    done
    return 1
}

if [ -z "$(find_uv)" ]; then
    say "setting up (once): bringing uv into .tools/"
    if ! bring_uv; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "there is no pip: installing python3-pip and python3-venv"
            apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-pip python3-venv >&2
            bring_uv || { say "error: pip could not install uv"; exit 1; }
        else
            say "error: no Python here has pip, and this is not root"
            say "hint: run 'sudo apt-get install python3-pip python3-venv', then this again"
            exit 1
        fi
    fi
fi

uv=$(find_uv)
if ! "$uv" python find --no-python-downloads '>=3.12' >/dev/null 2>&1; then
    say "error: there is no Python 3.12 or newer on this machine"
    say "hint: on Debian 13 run 'apt-get install python3'; elsewhere install Python 3.12 or newer"
    exit 1
fi
if [ ! -d .venv ]; then say "setting up (once): installing what uv.lock names into .venv/"; fi
