#!/bin/bash
# usage: test_command_doctor.sh S3ATOMIC
# `s3atomic doctor`, and the refusal of stores that it would warn of.
# Stories are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# serves [FAULT]: a server for this story
serves() {
    local line
    export S3ATOMIC_ACCESS_KEY=key S3ATOMIC_SECRET_KEY=secret
    export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret
    mkfifo said
    s3atomic serve --dir served --bucket bkt --listen 127.0.0.1:0 ${1:+--fault "$1"} >said 2>&1 &
    server=$!
    trap 'kill "$server"; wait "$server"' EXIT
    while read -r line; do
        [[ $line != *http://127.0.0.1:* ]] || break
    done <said
    [[ $line =~ http://127.0.0.1:[0-9]+ ]] || fail "$line"
    export S3ATOMIC_ENDPOINT=${BASH_REMATCH[0]}
}

nothing_is_left() {
    expect 0 s3atomic ls s3://bkt
    is "$(cat out)" ""
}

a_directory_is_safe() {
    expect 0 s3atomic doctor --clients 8 --rounds 3 s3://bkt
    says out "ok   PUT If-None-Match: *, an object: refused" "8 clients, 3 of 3 rounds" "Measures" \
        "locks              SAFE" "delete on release  SAFE" "sessions           SAFE" \
        "objects            SAFE" "(a directory of this machine)"
    nothing_is_left
}

a_server_is_safe_and_called_by_its_name() {
    serves
    expect 0 s3atomic doctor -q --clients 8 --rounds 3 s3://bkt
    says out "(s3atomic serve)" "locks              SAFE"
    is "$(wc -l <out)" 5
    nothing_is_left
}

a_liar_is_found_and_refused() {
    serves "ignore-if-none-match op=PutObject"
    expect 76 s3atomic doctor --clients 8 --rounds 3 s3://bkt
    says out "BAD  PUT If-None-Match: *, an object: refused      200: ignored, and written over" \
        "had more than one winner" "locks              UNSAFE: If-None-Match on PUT is not kept to"
    nothing_is_left
    expect 76 s3atomic lock s3://bkt/job -- true
    says err "not safe on this store" "it ignores If-None-Match on PUT"
    expect 76 s3atomic put --if-absent s3://bkt/object </dev/null
    nothing_is_left
    expect 0 s3atomic lock --unsafe-store s3://bkt/job -- true
    expect 0 s3atomic put --if-absent --unsafe-store s3://bkt/object </dev/null
}

who_deletes_blindly_is_safe_for_locks_that_stay() {
    serves "ignore-if-match op=DeleteObject"
    expect 0 s3atomic doctor --clients 8 --rounds 3 s3://bkt
    says out "locks              SAFE" "delete on release  UNSAFE: If-Match on DELETE"
    expect 0 s3atomic lock --delete-on-release s3://bkt/job -- true
    expect 0 s3atomic ls s3://bkt
    says out "job.lock"
    etag=$(s3atomic put s3://bkt/object </dev/null) || fail put
    expect 76 s3atomic rm --if-match "$etag" s3://bkt/object
    says err "does not honour If-Match on DELETE"
}

programs_get_json() {
    expect 0 s3atomic doctor --json --clients 4 --rounds 2 s3://bkt
    is "$(grep -c '"check":' out)" 19
    says out '{"check":"create-race","mark":"good"' '"locks":"safe","locks_reason":null' \
        '"keeps_versions":false' '"requests":'
    ! grep -v '^{.*}$' out || fail "no JSON"
}

interrupted_it_cleans_up() {
    mkfifo seen
    s3atomic doctor --rounds 1000 s3://bkt >seen 2>err &
    local doctor=$! line
    exec 5<seen
    while read -r line <&5; do
        [[ $line != *"object: refused"* ]] || break
    done
    kill -TERM "$doctor"
    cat <&5 >/dev/null
    ends 143 "$doctor"
    nothing_is_left
}

what_cannot_be_examined_is_told() {
    expect 64 s3atomic doctor s3://bkt/key
    expect 64 s3atomic doctor --clients 1 s3://bkt
    serves
    expect 78 s3atomic doctor s3://no-such-bucket
}

tell a_directory_is_safe \
    a_server_is_safe_and_called_by_its_name \
    a_liar_is_found_and_refused \
    who_deletes_blindly_is_safe_for_locks_that_stay \
    programs_get_json \
    interrupted_it_cleans_up \
    what_cannot_be_examined_is_told
