#!/bin/bash
# usage: fuzz.sh BUILD [TARGET...] [--for DURATION]
#
# Runs libFuzzer on each target (all there are) for that long each (60s; also 30m, 2h). What it
# learns lies in BUILD/corpus, and is gone on with the next time; an input that breaks a promise is
# left in BUILD/crash, and makes the exit status 1.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$1
shift
targets=()
seconds=60

while (($#)); do
    case $1 in
    --for)
        [[ ${2:-} =~ ^([1-9][0-9]*)(s|m|h|)$ ]] || { echo "--for takes 30s, 10m, 1h" >&2; exit 64; }
        case ${BASH_REMATCH[2]} in
        h) seconds=$((BASH_REMATCH[1] * 3600)) ;;
        m) seconds=$((BASH_REMATCH[1] * 60)) ;;
        *) seconds=${BASH_REMATCH[1]} ;;
        esac
        shift
        ;;
    *)
        [[ -x $build/tests/fuzz/fuzz_$1 ]] || { echo "there is no target $1" >&2; exit 64; }
        targets+=("$1")
        ;;
    esac
    shift
done
if ((${#targets[@]} == 0)); then
    for directory in "$here"/corpus/*/; do targets+=("$(basename "$directory")"); done
fi

# fuzz TARGET: one line about it; 1 where it broke
fuzz() {
    local target=$1 log=$build/fuzz_$1.log status=0 runs edges
    mkdir -p "$build/corpus/$target" "$build/crash"
    nice -n 19 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$build/crash/$target-" -verbosity=1 \
        -print_final_stats=1 "$build/corpus/$target" "$here/corpus/$target" >"$log" 2>&1 ||
        status=$?
    runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
    edges=$(awk '{ for (i = 1; i < NF; i++) if ($i == "cov:") last = $(i + 1) }
                 END { print last }' "$log")
    if ((status == 0)); then
        printf '%-10s %12s inputs  %6s edges  ok\n' "$target" "$runs" "$edges"
    else
        printf '%-10s %12s inputs  %6s edges  BROKEN: see %s\n' "$target" "${runs:-?}" \
            "${edges:-?}" "$log"
        return 1
    fi
}

broken=0
for target in "${targets[@]}"; do
    fuzz "$target" || broken=$((broken + 1))
done
echo "fuzz: ${#targets[@]} targets, $seconds s each, $broken broken"
((broken == 0))
