#!/bin/bash
# usage: names.sh ROOT LIBRARY.a...
# External symbols begin with s3a_; file names are unique in the tree.
set -euo pipefail
root=$1
shift
bad=0

foreign=$(nm -A -g --defined-only "$@" | awk 'NF == 3 { print $3, $1 }' |
    grep -vE '^(s3a_|__|main )' || true)
[[ -z $foreign ]] || { echo "$foreign"; echo "... external, and not s3a_"; bad=1; }

cd "$root"
# shellcheck source=tests/lint/files.bash
source tests/lint/files.bash
# Examples are programs of their own, and bear the names that users look for.
twice=$(files c h py | grep -zv "^./examples/" | xargs -0 -n1 basename | sort | uniq -d)
[[ -z $twice ]] || { echo "$twice"; echo "... more than once in the tree"; bad=1; }
exit $bad
