#!/bin/bash
# usage: engine.sh BUILD CACHE ceph|self|s3rver|URL [--keep] [--store NAME] [--for 60s] [SUITE...]
#
# What is true of our own store is tried on another's: on Ceph, which is started on the loopback
# address and ended again (--keep: it stays, and how to end it is said), on `s3atomic serve`, or on
# whatever is at URL, with credentials from the usual variables. s3rver ignores every condition:
# there it is tried whether it is refused.
#
# What a store does differently from S3 is stated beforehand (stores.bash), is printed, and must
# show. --store says of which kind the one at URL is. Everything is done in buckets of its own,
# which are removed. --for is how long each run under harm takes.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/engine/waits.bash
source "$here/waits.bash"
# shellcheck source=tests/engine/stores.bash
source "$here/stores.bash"
# shellcheck source=tests/engine/suites.bash
source "$here/suites.bash"

usage() { sed -n '2s/^# //p' "$0" >&2; exit 64; }

(($# >= 3)) || usage
build=$(realpath "$1") cache=$2 target=$3
shift 3
keep='' store='' burn=30s suites=()
while (($#)); do
    case $1 in
    --keep) keep=1 ;;
    --store) (($# > 1)) || usage; store=$2; shift ;;
    --for) (($# > 1)) || usage; burn=$2; shift ;;
    -*) usage ;;
    *) suites+=("$1") ;;
    esac
    shift
done

s3atomic=$build/src/cli/s3atomic
work=$(mktemp -d "${TMPDIR:-/tmp}/s3atomic-engine-XXXXXX")
mkdir "$work/store"
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true LC_ALL=C.UTF-8
export CMOCKA_MESSAGE_OUTPUT=TAP
unset AWS_PROFILE AWS_ENDPOINT_URL_S3 S3ATOMIC_ENDPOINT

served_pid=''

# Whatever happens, what was started ends.
finish() {
    local status=$?
    trap '' INT TERM
    if [[ -n $served_pid ]]; then
        kill "$served_pid" 2>/dev/null || true
        wait "$served_pid" || true
    fi
    if [[ $target == ceph && -n $keep ]]; then
        say "kept: $work/store/environment tells how to reach it;" \
            "$here/ceph.sh stop $work/store ends it"
        exit "$status"
    fi
    [[ $target != ceph ]] || "$here/ceph.sh" stop "$work/store" || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

unset_aws() { unset "${!AWS_ACCESS@}" "${!AWS_SECRET@}" "${!AWS_SESSION@}" "${!AWS_ENDPOINT@}"; }

# served SECONDS COMMAND...: in the background, until its port answers
served() {
    "${@:2}" >"$work/served.log" 2>&1 &
    served_pid=$!
    await "$1" "answer at port $port" is_taken "$port"
}

harm=''
case $target in
ceph)
    store=ceph-16
    say "starting Ceph: a monitor, a manager, 3 OSDs, 2 gateways"
    "$here/ceph.sh" start "$work/store" 3 2 >"$work/environment"
    unset_aws
    # shellcheck source=/dev/null
    source "$work/environment"
    harm="exec '$here/ceph.sh' harm '$work/store'"
    ;;
self)
    store=s3atomic
    port=$(free_ports 1)
    unset_aws
    export S3ATOMIC_ACCESS_KEY=ENGINE S3ATOMIC_SECRET_KEY=only-for-this-machine
    export AWS_ACCESS_KEY_ID=ENGINE AWS_SECRET_ACCESS_KEY=only-for-this-machine
    served 20 "$s3atomic" serve --listen "127.0.0.1:$port" --dir "$work/store"
    AWS_ENDPOINT_URL=http://127.0.0.1:$port ENGINE_ENDPOINTS=http://127.0.0.1:$port
    ;;
s3rver)
    store=s3rver
    port=$(free_ports 1)
    unset_aws
    bring_s3rver "$cache" || die "npm cannot bring s3rver"
    export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
    served 60 node "$cache/s3rver/node_modules/.bin/s3rver" --address 127.0.0.1 --port "$port" \
        --directory "$work/store"
    AWS_ENDPOINT_URL=http://127.0.0.1:$port ENGINE_ENDPOINTS=http://127.0.0.1:$port
    ;;
*://*) AWS_ENDPOINT_URL=$target ENGINE_ENDPOINTS=$target ;;
*) usage ;;
esac
export AWS_ENDPOINT_URL
read -r -a endpoints <<<"$ENGINE_ENDPOINTS"

traits=$(traits_of "$store") || die "no store $store is known"
tell_traits "$store"

((${#suites[@]})) || read -r -d '' -a suites < <(suites_of "$target" && printf '\0')
for suite in "${suites[@]}"; do
    declare -F "suite_$suite" >/dev/null || die "there is no suite $suite"
done
for suite in "${suites[@]}"; do "suite_$suite"; done
echo "engine: $passed passed, $failed failed"
((failed == 0 && passed > 0))
