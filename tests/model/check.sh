#!/bin/bash
# usage: check.sh [--quick]
# Has spin explore lock.pml, and then session.pml: first as it is, in several sizes, where every
# claim must hold; then with one rule broken at a time, where some claim must not. Each search is
# exhaustive: every state is stored whole (no bit-state hashing), and one that runs out of memory,
# depth or time has failed. Without --quick it goes deeper, which takes a minute or two and 1 GB.
set -euo pipefail
models=$(dirname "$(readlink -f "$0")")
model=lock.pml
command -v spin >/dev/null || { echo "no spin here"; exit 77; }

memory_mb=3500 depth_max=100000 seconds_max=170
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$models"/*.pml "$dir"
cd "$dir"
failed=0

# search LEVEL CC_OPTIONS PAN_OPTIONS MACRO...: what pan has to say, in pan.out
search() {
    local level=$1 compile=$2 options=$3
    shift 3
    rm -f pan pan.out "$model.trail"
    # shellcheck disable=SC2086
    { spin "${@/#/-D}" -a "$model" &&
        "${CC:-cc}" -w "$level" $compile -DMEMLIM=$memory_mb -o pan pan.c; } >pan.out 2>&1 ||
        { cat pan.out; return 1; }
    # shellcheck disable=SC2086
    (ulimit -t $seconds_max && exec ./pan -m$depth_max $options) >pan.out 2>&1 || true
}

# figures: one line of them
figures() {
    awk '/depth reached/ { gsub(",", ""); depth = $6; errors = $8 }
         /states, stored/ { states = $1 }
         / transitions \(=/ { transitions = $1 }
         /elapsed time/ { seconds = $4 }
         END { printf "%d states, %d transitions, depth %d, %.1f s, %d errors\n",
                   states, transitions, depth, seconds, errors }' pan.out
}

# holds WHAT PAN_OPTIONS... as search: every claim, in every state there is
holds() {
    local what=$1 macros=("${@:5}")
    shift
    printf '%s: ' "$what"
    search "$@" || { failed=$((failed + 1)); return; }
    figures
    if grep -q ' errors: 0$' pan.out && ! grep -qE 'not completed|too small|MEMLIM' pan.out; then
        return
    fi
    failed=$((failed + 1))
    grep -E '^pan:|error:|MEMLIM' pan.out || echo "stopped before its end"
    # What led there, in the words of the model.
    [[ ! -e $model.trail ]] ||
        spin "${macros[@]/#/-D}" -t -p -g -l "$model" |
        grep -vE '^ *$|\(goto\)|sub-sequence' | tail -n 80
}

# sizes N IDS BEATS LATE LEASE
sizes() {
    holds "contenders $1, attempts $2, heartbeats $3, late requests $4, lease $5" \
        -O2 '-DSAFETY -DNOREDUCE' -w24 "N=$1" "IDS=$2" "BEATS=$3" "LATE=$4" "LEASE=$5"
}

# caught FAULT WHAT MACRO... as search: some claim fails, and the output says which
caught=0 broken=0
caught() {
    local fault=$1 what=$2 options=-w20 compile='-DSAFETY -DNOREDUCE' claim
    shift 2
    if [[ " $* " == *' IN_DOUBT '* ]]; then options='-a -f -w20' compile=-DNFAIR=3; fi
    broken=$((broken + 1))
    printf '%s (%s): ' "$fault" "$what"
    search -O0 "$compile" "$options" "FAULT=$fault" "$@" || { failed=$((failed + 1)); return; }
    claim=$(sed -nE 's/^pan:[0-9]+: assertion violated \((\w+).*/\1/p
                     s/^pan:[0-9]+: acceptance cycle.*/L2/p' pan.out)
    if [[ -n $claim ]]; then
        caught=$((caught + 1))
        echo "caught, $claim"
    else
        failed=$((failed + 1))
        echo "NOT caught"
        figures
    fi
}

sizes 2 3 1 2 3
sizes 3 3 1 1 2
if [[ ${1:-} != --quick ]]; then
    sizes 2 5 1 1 3
    sizes 2 4 2 2 3
    sizes 3 3 1 2 3
    sizes 3 4 1 1 2
fi
for n in 1 2; do
    holds "contenders $n and a dead holder, every write in doubt, a grant in the end" \
        -O0 -DNFAIR=3 '-a -f -w20' IN_DOUBT "N=$n" "IDS=$((n + 1))" BEATS=1 LATE=2 LEASE=3
done

# catch_all MACRO...: every rule that can be broken
catch_all() {
    local fault what macros
    while read -r fault what; do
        macros=("$@")
        [[ $fault != NO_READ_BACK ]] || macros+=(IN_DOUBT)
        caught "$fault" "$what" "${macros[@]}"
    done < <(sed -nE \
        '/One rule broken/,/ifndef FAULT/ s|^#define (\w+) [0-9]+ +/\* (.*) \*/$|\1 \2|p' "$model")
}
catch_all N=2 IDS=3 BEATS=1 LATE=1 LEASE=3

# sessions CONTENDERS SESSIONS ATTEMPTS HEARTBEATS LEASE
sessions() {
    holds "sessions $2 of $1 contenders, attempts $3, heartbeats $4, lease $5" \
        -O2 '-DSAFETY -DNOREDUCE' -w24 "N=$1" "SESSIONS=$2" "IDS=$3" "BEATS=$4" "LEASE=$5"
}

model=session.pml
sessions 2 1 2 1 3
if [[ ${1:-} != --quick ]]; then
    sessions 2 1 3 1 3
    sessions 2 2 2 1 2
fi
catch_all N=2 SESSIONS=1 IDS=3 BEATS=1 LEASE=3

echo "model: $caught of $broken broken rules caught, $failed failures, $SECONDS s"
((failed == 0 && broken > 0))
