#!/bin/sh
# Brings what the browser tests need and the machine lacks: Debian's Chromium (by apt) and axe-core (by npm).
set -eu

fail() {
    echo "tests/browser/install.sh: $1" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@"
    else
        fail "installing Debian packages needs root: run 'apt-get install chromium' once"
    fi
}

here=$(cd "$(dirname "$0")" && pwd)

if [ ! -x /usr/bin/chromium ]; then
    command -v apt-get >/dev/null 2>&1 || fail "/usr/bin/chromium is missing and there is no apt-get; install Chromium"
    echo "Installing Chromium …"
    as_root apt-get update -qq || fail "apt-get update failed; see above"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null ||
        fail "apt-get could not install chromium; see above"
fi

wanted=$(sed -n 's/.*"axe-core": "\([^"]*\)".*/\1/p' "$here/package.json")
there=$(sed -n 's/^ *"version": "\([^"]*\)".*/\1/p' "$here/node_modules/axe-core/package.json" 2>/dev/null | head -n 1)
if [ "$there" != "$wanted" ]; then
    command -v npm >/dev/null 2>&1 || fail "axe-core comes by npm, and there is no npm; install it (Debian: npm)"
    echo "Installing axe-core $wanted …"
    (cd "$here" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null) ||
        fail "npm could not install axe-core; see above"
fi
