#!/bin/bash
# usage: run_example.sh NAME PROGRAM
# Runs an example in a store of its own, and looks at what it prints.
set -euo pipefail
name=$1 program=$2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
export S3ATOMIC_ENDPOINT=file://$directory/store TMPDIR=$directory
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

# expect PATTERN: a line of what was printed
expect() { grep -qE -- "$1" "$directory/out" || { cat "$directory/out"; echo "no: $1"; exit 1; }; }

case $name in
lock)
    # Two at once: both have their turn, with different tokens.
    "$program" >"$directory/first" &
    "$program" >"$directory/second"
    wait $!
    cat "$directory/first" "$directory/second" >"$directory/out"
    [[ $(grep -c 'step 3 of 3' "$directory/out") == 2 ]]
    [[ $(grep -o 'token [0-9]*' "$directory/out" | sort -u | wc -l) == 2 ]]
    ;;
config)
    "$program" >"$directory/out"
    "$program" >>"$directory/out"
    for value in 1 11 12 22; do expect "^app is $value, as "; done
    ;;
fencing)
    "$program" >"$directory/out"
    expect '^token [0-9]+ wrote: by its successor$'
    expect '^token [0-9]+ is refused: [0-9]+ has been here$'
    ;;
testing)
    "$program" >"$directory/out"
    expect '^S3 at http://127'
    [[ $(grep -c '^as it should be: .' "$directory/out") == 2 ]]
    ;;
demo)
    "$program" >"$directory/out"
    expect '^demo: 200 of 200 increments, 0 lost, takeover after [0-9.]* s$'
    expect '^process [0-9] took over '
    [[ -z $(find "$directory" -name 's3atomic-demo-*') ]]
    ;;
esac
