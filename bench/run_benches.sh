#!/bin/bash
# usage: bench/run_benches.sh BUILD [NAME...]
# Runs the benchmarks bench_NAME of a build, all of them without names. What they measure comes as
# a table, and as one line of JSON each in bench/results/NAME-DATE.jsonl, behind a first line that
# tells the machine.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift

(($#)) || for program in "$build"/bench/bench_*; do
    [[ ! -x $program || -d $program ]] || set -- "$@" "${program##*/bench_}"
done
for name in "$@"; do
    [[ -x $build/bench/bench_$name ]] || { echo "bench: there is no bench_$name" >&2; exit 64; }
done
(($#)) || { echo "bench: none was built" >&2; exit 1; }
mkdir -p bench/results

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
status=0
for name in "$@"; do
    result=bench/results/$name-$(date -u +%Y%m%dT%H%M%SZ).jsonl
    printf '{"bench":"%s","cpu":"%s","cpus":%d,"kernel":"%s"}\n' "$name" "$cpu" "$(nproc)" \
        "$(uname -r)" >"$result"
    echo "bench_$name ..." >&2
    if ! timeout --foreground --kill-after=5 300 "$build/bench/bench_$name" >>"$result"; then
        echo "bench: bench_$name failed" >&2
        status=1
    fi
    python3 bench/table.py "$result"
done
exit $status
