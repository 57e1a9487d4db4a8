# A server for clients: `serving_begin S3ATOMIC DIRECTORY [OPTION...]` starts one on a free port of
# the loopback address, and exports what AWS programs look for; `serving_end` ends it.

SERVING_PID='' SERVING_PORT='' SERVING_FD=''

# shellcheck disable=SC2120
serving_begin() {
    local exe=$1 directory=$2 line
    shift 2
    exec {SERVING_FD}< <(exec "$exe" serve --dir "$directory" --listen 127.0.0.1:0 "$@")
    SERVING_PID=$!
    while read -r -u "$SERVING_FD" line; do
        [[ $line =~ ^export\ ([A-Z0-9_]+)=(.*)$ ]] || continue
        export "${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"
        # The last line that there always is.
        [[ ${BASH_REMATCH[1]} != AWS_ACCESS_KEY_ID ]] || break
    done
    if [[ -n ${S3ATOMIC_SECRET_KEY:-} ]]; then
        export AWS_SECRET_ACCESS_KEY=$S3ATOMIC_SECRET_KEY
    fi
    SERVING_PORT=${AWS_ENDPOINT_URL##*:}
    [[ $SERVING_PORT =~ ^[0-9]+$ ]] || { echo "the server did not start" >&2; return 1; }
}

serving_end() {
    [[ -n $SERVING_PID ]] || return 0
    kill "$SERVING_PID" 2>/dev/null || true
    while kill -0 "$SERVING_PID" 2>/dev/null && read -r -u "$SERVING_FD" _; do :; done
    SERVING_PID=''
}
