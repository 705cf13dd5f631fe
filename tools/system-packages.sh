#!/usr/bin/env bash
# What the tests need from the system: Chromium (the page is opened in a real browser), and the age and
# openssl programs (strangers' programs that must open what we wrote).
set -euo pipefail
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
command -v age >/dev/null 2>&1 || missing+=(age)
command -v openssl >/dev/null 2>&1 || missing+=(openssl)
command -v pdftoppm >/dev/null 2>&1 || missing+=(poppler-utils)
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'uncounted: installing for the tests: %s\n' "${missing[*]}" >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
    printf 'uncounted: error: the tests need: %s\n' "${missing[*]}" >&2
    printf "uncounted: hint: run 'sudo apt-get install %s', then this again\n" "${missing[*]}" >&2
    exit 1
fi
