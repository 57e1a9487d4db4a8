#!/bin/bash
# usage: test_java_locks.sh S3ATOMIC
# Beside java-s3-atomic-utils: what that library does to take, keep and give back a lock, request by
# request over HTTP, and `s3atomic` contending with it. It goes by nothing but the Expires header
# and its own wall clock: HEAD; where that date is over, PUT If-Match, and where there is nothing,
# PUT without a condition; a random UUID as body, which stays while it is held; DELETE.
# Stories are called by their names.
# shellcheck disable=SC2119,SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"
if ! curl --help all 2>/dev/null | grep -q -e --aws-sigv4; then
    echo "1..0 # SKIP no curl that signs"
    exit 0
fi

# http METHOD KEY [OPTION...]: $code is the answer's, its head is in the file answer
http() {
    local method=$1 key=$2
    shift 2
    code=$(curl -sS -o body -D answer -w '%{http_code}' --aws-sigv4 "aws:amz:us-east-1:s3" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" \
        -X "$method" "$@" "$AWS_ENDPOINT_URL/bkt/$key") || fail "curl $method $key"
}

# header NAME: of the last answer
header() { tr -d '\r' <answer | sed -n "s/^$1: //Ip"; }

http_date() { TZ=UTC date -u -d "@$(($(date +%s) + $1))" '+%a, %d %b %Y %H:%M:%S GMT'; }

# java_looks KEY: 0 where it would take it; $etag is what it would replace, "" for nothing
java_looks() {
    http HEAD "$1" --head
    etag=
    [[ $code != 404 ]] || return 0
    is "$code" 200
    etag=$(header etag)
    [[ -n $(header expires) ]] || fail "no Expires: $(cat answer)"
    (($(date -d "$(header expires)" +%s) <= $(date +%s)))
}

# java_puts KEY SECONDS: its lease ends then; 0: it has it
java_puts() {
    local condition=()
    [[ -z $etag ]] || condition=(-H "If-Match: $etag")
    http PUT "$1" -H "Expires: $(http_date "$2")" "${condition[@]}" --data-binary "$uuid"
    [[ $code == 200 ]] || return 1
    etag=$(header etag)
}

begin_beside_java() {
    serve
    uuid=6f1ed002-ab5d-45e2-9a8b-f1c0aa0bf6a4
}

its_lock_is_respected_until_it_gives_it_back() {
    begin_beside_java
    java_looks n.lock || fail "nothing there, and not to be had"
    java_puts n.lock 3600 || fail "$(cat answer)"
    expect 75 s3atomic lock -n s3://bkt/n -- touch started
    expect 0 s3atomic status s3://bkt
    says out held "another library"
    java_puts n.lock 7200 || fail "a heartbeat: $(cat answer)"
    expect 75 s3atomic lock -n s3://bkt/n -- touch started
    [[ ! -e started ]] || fail "it ran"
    http GET n.lock
    is "$(cat body)" "$uuid"
    http DELETE n.lock
    expect 0 s3atomic lock -n s3://bkt/n -- touch started
    [[ -e started ]] || fail "it did not run"
}

its_lock_is_taken_over_once_that_date_is_past() {
    begin_beside_java
    java_looks n.lock || fail "nothing there, and not to be had"
    java_puts n.lock -60 || fail "$(cat answer)"
    expect 0 s3atomic lock -n s3://bkt/n -- touch started
    [[ -e started ]] || fail "it did not run"
    ! java_puts n.lock 60 || fail "its heartbeat went through"
    is "$code" 412
}

ours_looks_held_to_it_and_then_free() {
    begin_beside_java
    hold n
    ! java_looks n.lock || fail "it would take what is held"
    let_go
    java_looks n.lock || fail "it would not take what is free"
    java_puts n.lock 3600 || fail "$(cat answer)"
    expect 75 s3atomic lock -n s3://bkt/n -- true
}

ours_is_not_taken_by_an_etag_of_before() {
    local before
    begin_beside_java
    expect 0 s3atomic lock s3://bkt/n -- true
    java_looks n.lock || fail "it would not take what is free"
    before=$etag
    hold n
    etag=$before
    ! java_puts n.lock 60 || fail "it overwrote what is held"
    is "$code" 412
    let_go
}

tell its_lock_is_respected_until_it_gives_it_back \
    its_lock_is_taken_over_once_that_date_is_past \
    ours_looks_held_to_it_and_then_free \
    ours_is_not_taken_by_an_etag_of_before
