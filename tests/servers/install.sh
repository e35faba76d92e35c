#!/bin/sh
# Brings what the server tests need and the machine lacks: Debian packages, a Bluesky PDS from npm, Synapse from PyPI;
# and prepares a copy of the W3C feed validator, if ANNOUNCER_FEED_VALIDATOR names one. Starts nothing and configures nothing:
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

# What comes from PyPI and npm goes into a folder of its own, beside the source but not of it.
servers=${ANNOUNCER_TEST_SERVERS:-$(cd "$(dirname "$0")/../.." && pwd)/.servers}

install_pds() {
    [ ! -e "$servers/pds/installed" ] || return 0
    command -v npm >/dev/null 2>&1 || fail "the Bluesky PDS needs npm (Debian: nodejs npm)"
    echo "Installing the Bluesky PDS into $servers …"
    mkdir -p "$servers/pds"
    # better-sqlite3 is compiled here: nothing prebuilt is fetched.
    (cd "$servers/pds" && npm_config_nodedir=${npm_config_nodedir:-/usr} npm install --silent --no-audit --no-fund \
        @atproto/pds@0.4.217 @did-plc/server@0.0.1 >install.log 2>&1) || fail "npm could not install the PDS: see $servers/pds/install.log"
    touch "$servers/pds/installed"
}

install_synapse() {
    [ ! -e "$servers/synapse/installed" ] || return 0
    echo "Installing Synapse into $servers …"
    mkdir -p "$servers"
    "${PYTHON:-python3}" -m venv "$servers/synapse" || fail "python3 has no venv (Debian: python3-venv)"
    "$servers/synapse/bin/python" -m pip install --quiet --disable-pip-version-check 'matrix-synapse==1.163.2' ||
        fail "pip could not install Synapse; see above"
    touch "$servers/synapse/installed"
}

install_feed_validator() {
    [ ! -e "$servers/feedvalidator/installed" ] || return 0
    # It is in no registry of packages, and nothing is fetched from anywhere else: without a copy of its repository
    # (w3c/feedvalidator) its tests say so, and our own rules remain.
    [ -n "${ANNOUNCER_FEED_VALIDATOR:-}" ] || return 0
    echo "Installing the W3C feed validator into $servers …"
    rm -rf "$servers/feedvalidator"
    mkdir -p "$servers"
    git clone --quiet "$ANNOUNCER_FEED_VALIDATOR" "$servers/feedvalidator" &&
        git -C "$servers/feedvalidator" checkout --quiet 43dabeb217bd8d8b0a3f12f3a6e7c39a8619d9a8 ||
        fail "$ANNOUNCER_FEED_VALIDATOR is no copy of the feed validator; name another in ANNOUNCER_FEED_VALIDATOR"
    "${PYTHON:-python3}" -m venv "$servers/feedvalidator/venv" || fail "python3 has no venv (Debian: python3-venv)"
    "$servers/feedvalidator/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        'lxml>=5' 'html5lib==1.1' 'rdflib>=7' || fail "pip could not install what the feed validator needs; see above"
    touch "$servers/feedvalidator/installed"
}

install_pds
install_synapse
install_feed_validator

missing=
[ -x /usr/sbin/postfix ] || missing="$missing postfix"
[ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
for tool in newsboat sfeed khal vdirsyncer curl spamassassin; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
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
