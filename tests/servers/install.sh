#!/bin/sh
# Brings the Debian packages the server tests need and the machine lacks. Starts nothing and configures nothing:
# each test runs its servers from a temporary folder of its own.
set -eu

fail() {
    echo "tests/servers/install.sh: $1" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@"
    else
        fail "installing Debian packages needs root: run 'apt-get install$missing' once"
    fi
}

missing=
[ -x /usr/sbin/postfix ] || missing="$missing postfix"
command -v newsboat >/dev/null 2>&1 || missing="$missing newsboat"
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null 2>&1 || fail "these are missing and there is no apt-get to bring them:$missing"
echo "Installing$missing …"
# Not started after the installation, nor at the next boot: the tests start one of their own.
policy=/usr/sbin/policy-rc.d
if [ "$(id -u)" -eq 0 ] && [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
if [ -z "${missing##*postfix*}" ]; then
    printf 'postfix postfix/main_mailer_type select No configuration\n' | as_root debconf-set-selections ||
        fail "debconf took no answer for Postfix; see above"
fi
as_root apt-get update -qq || fail "apt-get update failed; see above"
# shellcheck disable=SC2086 # a list of words
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail "apt-get could not install$missing; see above"
