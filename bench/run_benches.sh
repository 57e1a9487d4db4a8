#!/bin/bash
# usage: bench/run_benches.sh BUILD CACHE [--full] [--endpoint URL] [NAME...]
# Runs the benchmarks bench_NAME of a build, all of them without names. What they measure comes as
# a table, and as one line of JSON each in bench/results/NAME-DATE.jsonl, behind a first line that
# tells the machine.
#   --full          the large sizes: a body of 5 GiB, twice
#   --endpoint URL  http://HOST:PORT of another S3 server to measure beside this one;
#                   AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are for it
# s3rver is measured, too, where npm can bring it: below CACHE.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 cache=$2/s3rver
shift 2
unset S3A_BENCH_FULL S3A_BENCH_ENDPOINT S3A_BENCH_S3RVER
seconds=300
while (($#)); do
    case $1 in
    --full) export S3A_BENCH_FULL=1 seconds=1200 ;;
    --endpoint) export S3A_BENCH_ENDPOINT=${2:?--endpoint wants a URL}; shift ;;
    -*) echo "bench: there is no option $1" >&2; exit 64 ;;
    *) break ;;
    esac
    shift
done

(($#)) || for program in "$build"/bench/bench_*; do
    [[ ! -x $program || -d $program ]] || set -- "$@" "${program##*/bench_}"
done
for name in "$@"; do
    [[ -x $build/bench/bench_$name ]] || { echo "bench: there is no bench_$name" >&2; exit 64; }
done
(($#)) || { echo "bench: none was built" >&2; exit 1; }
mkdir -p bench/results

s3rver_pid='' s3rver_dir=''
# shellcheck disable=SC2317
s3rver_end() {
    [[ -z $s3rver_pid ]] || kill "$s3rver_pid" 2>/dev/null || true
    [[ -z $s3rver_dir ]] || rm -rf "$s3rver_dir"
}
trap s3rver_end EXIT

# s3rver_begin: exports its port, or says why there is none
s3rver_begin() {
    local line fd
    command -v npm >/dev/null || { echo "skipped: s3rver: there is no npm" >&2; return; }
    mkdir -p "$cache"
    if [[ ! -x $cache/node_modules/.bin/s3rver ]]; then
        (cd "$cache" && echo '{"private":true}' >package.json &&
            timeout 120 npm install --silent --no-audit --no-fund s3rver) >/dev/null 2>&1 ||
            { echo "skipped: s3rver: npm cannot bring it" >&2; return; }
    fi
    s3rver_dir=$(mktemp -d)
    exec {fd}< <(exec node "$cache/node_modules/.bin/s3rver" --directory "$s3rver_dir" \
        --address 127.0.0.1 --port 0 --silent --configure-bucket bench 2>&1)
    s3rver_pid=$!
    while read -r -t 20 -u "$fd" line; do
        [[ $line =~ ^S3rver.*:([0-9]+)$ ]] || continue
        export S3A_BENCH_S3RVER=${BASH_REMATCH[1]}
        return
    done
    echo "skipped: s3rver: it does not start" >&2
}

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
status=0
for name in "$@"; do
    [[ $name != @(server|bodies) || -n $s3rver_pid ]] || s3rver_begin
    result=bench/results/$name-$(date -u +%Y%m%dT%H%M%SZ).jsonl
    printf '{"bench":"%s","cpu":"%s","cpus":%d,"kernel":"%s"}\n' "$name" "$cpu" "$(nproc)" \
        "$(uname -r)" >"$result"
    echo "bench_$name ..." >&2
    timeout --foreground --kill-after=5 "$seconds" "$build/bench/bench_$name" >>"$result" ||
        { echo "bench: bench_$name failed" >&2; status=1; }
    python3 bench/table.py "$result"
done
exit $status
