#!/bin/bash
# usage: mutants.sh [--seeds N] [--jobs J] [--build DIR] [NAME...]
# Makes the lock wrong in one place after another (mutants.txt, or only those that are named), and
# has the simulator find out, else the tests of single steps. Says of each after how many seeds it
# did, and exits 0 only where all were caught. Works on copies in DIR; the sources stay as they are.
set -euo pipefail
root=$(dirname "$(readlink -f "$0")")/../..
cd "$root"

seeds=20000 jobs=$(nproc) build=build/mutants limit_seconds=300
names=()
while (($#)); do
    case $1 in
        --seeds) seeds=$2; shift ;;
        --jobs) jobs=$2; shift ;;
        --build) build=$2; shift ;;
        -*) sed -n '2,5s/^# //p' tests/sim/mutants.sh >&2; exit 64 ;;
        *) names+=("$1") ;;
    esac
    shift
done

cc=${CC:-cc}
flags=(-std=c11 -O2 -w -D_GNU_SOURCE '-DS3A_VERSION="mutant"' -Iinclude -Isrc/base -Isrc/core)
rm -rf "$build"
mkdir -p "$build"/{src,obj}

# compile SOURCE OBJECT
compile() {
    "$cc" "${flags[@]}" -Itests/sim -Itests/lib -Itests/unit/core -c "$1" -o "$2"
}

sources=(tests/sim/*.c tests/unit/core/*.c src/base/status.c src/base/check.c)
for source in "${sources[@]}"; do
    compile "$source" "$build/obj/$(basename "$source" .c).o"
done
for source in src/core/lease.c src/core/lock_*.c; do
    compile "$source" "$build/obj/core_$(basename "$source" .c).o"
done
helpers=("$build"/obj/{sim,sim_*,machine_fixture,status,check}.o)

# link PROGRAM [MUTATED FILE OF src/core]: with its main from the object of that name
link() {
    local core=() object mutated=${2:-}
    for object in "$build"/obj/core_*.o; do
        [[ $object == "$build/obj/core_${mutated%.c}.o" ]] && object=$build/obj/mutant.o
        core+=("$object")
    done
    "$cc" "$build/obj/$1.o" "${helpers[@]}" "${core[@]}" -lcmocka -o "$build/$1"
}

# wanted NAME
wanted() {
    local name
    ((${#names[@]})) || return 0
    for name in "${names[@]}"; do
        [[ $name == "$1" ]] && return 0
    done
    return 1
}

# judge NAME: the simulator; 0: caught
judge() {
    local output status=0
    output=$(timeout "$limit_seconds" "$build/lock_sim" --quiet --seeds "$seeds" --jobs "$jobs" \
        2>&1) || status=$?
    case $status in
        0) return 1 ;;
        124) printf '%-26s caught: it never ends\n' "$1" ;;
        *) printf '%-26s caught: %s\n' "$1" "$(explain <<<"$output")" ;;
    esac
}

# examine NAME FILE: the tests of single steps and the stories; 0: one of them failed
examine() {
    local test output
    for test in "$build"/obj/test_l*.o; do
        test=$(basename "$test" .o)
        link "$test" "$2"
        if ! output=$(timeout 20 "$build/$test" 2>&1); then
            output=$(sed -n 's/^.*FAILED *\] \([a-z_0-9]*\)$/\1/p' <<<"$output" | head -n 1)
            printf '%-26s caught by %s %s\n' "$1" "$test" "$output"
            return 0
        fi
    done
    return 1
}

# explain: one line of what lock_sim printed
explain() {
    local line reason='' ran=''
    while IFS= read -r line; do
        case $line in
            seed\ *) reason=${line#*: at } reason=${reason%, hash*} ;;
            this\ never*) reason=$line ;;
            sim:*) ran=${line#sim: } ran=${ran%% from*} ;;
            *failed*) reason=$line ;;
        esac
    done
    printf '%s: %s' "${ran:-crashed}" "$reason"
}

link lock_sim
"$build/lock_sim" --quiet --seeds 1000 --jobs "$jobs" >"$build/sane.log" ||
    { cat "$build/sane.log" >&2; echo "mutants: the lock is broken as it is" >&2; exit 1; }

total=0 simulated=0 examined=0
while IFS= read -r row; do
    [[ $row == *' :: '* && $row != \#* ]] || continue
    name=${row%% *} rest=${row#* :: }
    file=${rest%% :: *} script=${rest#* :: }
    wanted "$name" || continue
    total=$((total + 1))
    sed "$script" "src/core/$file" >"$build/src/$file"
    if cmp -s "src/core/$file" "$build/src/$file"; then
        printf '%-26s CHANGES NOTHING in %s\n' "$name" "$file"
    elif ! compile "$build/src/$file" "$build/obj/mutant.o" 2>"$build/cc.log"; then
        printf '%-26s DOES NOT COMPILE: %s\n' "$name" "$(grep -m1 error: "$build/cc.log")"
    else
        link lock_sim "$file"
        if judge "$name"; then
            simulated=$((simulated + 1))
        elif examine "$name" "$file"; then
            examined=$((examined + 1))
        else
            printf '%-26s SURVIVED %s seeds and the tests\n' "$name" "$seeds"
        fi
    fi
done <tests/sim/mutants.txt

echo "mutants: $((simulated + examined)) of $total caught, $simulated of them by the simulator"
((total > 0 && simulated + examined == total))
