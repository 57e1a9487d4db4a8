#!/bin/bash
# usage: s3_tests.sh S3ATOMIC CACHE CHECKOUT [NAME...]
#
# Runs a selection of ceph/s3-tests (a checkout of which is brought along; it is no part of this
# repository) against a fresh server, and compares with s3_tests.txt: which tests, and which of them
# are known to fail, and why. Exit status 0 where nothing else failed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/interop/serving.bash
source "$here/serving.bash"
s3atomic=$1 cache=$2 checkout=$(readlink -f "$3")
shift 3
[[ -e $checkout/s3tests/functional/test_s3.py ]] ||
    { echo "$checkout is no checkout of ceph/s3-tests" >&2; exit 64; }
work=$(mktemp -d)
trap 'serving_end; rm -rf "$work"' EXIT

# The two files of tests import nothing that is not here.
python=$cache/s3-tests/bin/python
needed='import boto3, pytest, pytest_timeout, isodate, munch'
if [[ ! -x $python ]] || ! "$python" -c "$needed" 2>/dev/null; then
    python3 -m venv "$cache/s3-tests"
    "$cache/s3-tests/bin/pip" -q install boto3 pytest pytest-timeout isodate munch pytz \
        requests python-dateutil
fi

umask 077
printf '%s read-write\n' 'MAIN main-secret' 'OTHER other-secret' 'TENANT tenant-secret' \
    >"$work/users"
serving_begin "$s3atomic" "$work/store" --users "$work/users"

section() {
    printf '[%s]\ndisplay_name = %s\nuser_id = %s\nemail = a@example.com\n' "$1" s3atomic s3atomic
    printf 'api_name =\ntenant = t\naccess_key = %s\nsecret_key = %s\n' "$2" "$3"
}
{
    printf '[DEFAULT]\nhost = 127.0.0.1\nport = %s\nis_secure = False\n' "$SERVING_PORT"
    printf '[fixtures]\nbucket prefix = s3atomic-{random}-\n'
    section 's3 main' MAIN main-secret
    section 's3 alt' OTHER other-secret
    section 's3 tenant' TENANT tenant-secret
    for name in iam 'iam root' 'iam alt root'; do section "$name" MAIN main-secret; done
} >"$work/s3tests.conf"

if (($#)); then
    printf '%s\n' "$@" >"$work/names"
else
    sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$here/s3_tests.txt" >"$work/names"
fi
ids=()
while read -r name; do
    file=$(grep -l "^def $name(" "$checkout"/s3tests/functional/test_{s3,headers}.py) ||
        { echo "the checkout has no $name" >&2; exit 1; }
    ids+=("s3tests/functional/$(basename "$file")::$name")
done <"$work/names"
cd "$checkout"
export S3TEST_CONF=$work/s3tests.conf AWS_DEFAULT_REGION=us-east-1 PYTHONDONTWRITEBYTECODE=1
"$python" -m pytest -p no:cacheprovider -q --tb=short --timeout=120 \
    --junitxml="$work/results.xml" "${ids[@]}" >"$cache/s3_tests.log" 2>&1 || true
"$python" "$here/s3_tests_tally.py" "$work/results.xml" "$here/s3_tests.txt"
