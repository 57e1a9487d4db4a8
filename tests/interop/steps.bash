# What all sessions are made of. A session is a script of its own, `client_NAME.sh WORK`; it prints
# a line for each step: "put ok", "put FAILED", or "put - REASON" where the client cannot.

WORK=$1
# shellcheck disable=SC2034
BUCKET=interop-$(basename "$0" .sh | tr '_' '-')-${INTEROP_SCHEME:-http}

# step NAME FUNCTION: what it says is shown only where it fails.
step() {
    local status=0
    (set -ex; "$2") >"$WORK/$1.log" 2>&1 &
    wait $! || status=$?
    if ((status == 0)); then
        echo "$1 ok"
    else
        echo "$1 FAILED"
        { echo "--- $(basename "$0"), $1:"; tail -n 25 "$WORK/$1.log"; } >&2
    fi
}

cannot() { echo "$1 - $2"; }

# fails COMMAND...: it must not succeed; what it says is left in $WORK/said
fails() {
    if "$@" >"$WORK/said" 2>&1; then return 1; fi
    cat "$WORK/said"
}

# A short file, one of several parts, and a directory of 25.
printf 'hello, world' >"$WORK/short"
head -c $((17 * 1024 * 1024 + 17)) /dev/urandom >"$WORK/long"
mkdir -p "$WORK/many"
for i in {10..34}; do echo "$i" >"$WORK/many/key $i+é"; done
