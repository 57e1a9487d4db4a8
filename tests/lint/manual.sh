#!/bin/bash
# usage: manual.sh COMMAND MAN-DIRECTORY
# The manual pages are clean, and each tells of the very options that --help tells of.
set -euo pipefail
command=$(realpath "$1")
cd "$2"
bad=0

if command -v groff >/dev/null; then
    for page in *.[137]; do
        complaints=$(groff -k -man -t -Tutf8 -ww -z "$page" 2>&1)
        [[ -z $complaints ]] || { echo "$page: $complaints"; bad=1; }
    done
fi

# Of --help, the long options that begin a line; of a page, those in lines that begin with one.
told_by_help() { grep -oE '^ *(-[a-zA-Z], )?--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u; }
told_by_page() {
    groff -k -man -t -Tascii -P-c -P-b -P-u -P-o "$1" | grep -E '^ {7}-' | grep -oE -- '--[a-z-]+' |
        sort -u || true
}

everywhere=$("$command" --help | told_by_help)
commands=$("$command" --help | awk '/^Commands:/ { on = 1; next } /^[A-Z]/ { on = 0 } on' |
    grep -oE '^  [a-z]+' | tr -d ' ')
[[ -n $everywhere && -n $commands ]] || { echo "--help tells nothing"; exit 1; }
command -v groff >/dev/null || { echo "no groff here"; exit 77; }

diff <(echo "$everywhere") <(told_by_page s3atomic.1) ||
    { echo "... between s3atomic --help (<) and its page (>)"; bad=1; }
for name in $commands; do
    [[ $name != help ]] || continue
    [[ -e s3atomic-$name.1 ]] || { echo "no page for $name"; bad=1; continue; }
    diff <("$command" "$name" --help | told_by_help | grep -vxFe "$everywhere") \
        <(told_by_page "s3atomic-$name.1" | grep -vxFe "$everywhere") ||
        { echo "... between s3atomic $name --help (<) and its page (>)"; bad=1; }
done
exit $bad
