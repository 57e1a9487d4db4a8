#!/bin/bash
# usage: links.sh ROOT
# What the documents link to is there.
set -euo pipefail
cd "$1"
bad=0

# shellcheck source=tests/lint/files.bash
source tests/lint/files.bash
while IFS= read -r -d '' document; do
    while IFS= read -r target; do
        [[ $target == *://* || -e $(dirname "$document")/${target%%#*} ]] ||
            { echo "$document: $target is not there"; bad=1; }
    done < <(grep -oE '\]\([^)#][^)]*\)' "$document" | sed -e 's/^](//' -e 's/)$//')
done < <(files md)
exit $bad
