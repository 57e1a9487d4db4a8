#!/bin/bash
# usage: test_command_objects.sh S3ATOMIC
# get, put, head, rm, ls, mb and update, on an embedded store.
# Stories are called by their names.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

what_is_put_can_be_got() {
    head -c 2000000 /dev/urandom >random
    expect 0 s3atomic put s3://bkt/a/b random
    local etag
    etag=$(cat out)
    expect 0 s3atomic get s3://bkt/a/b
    cmp random out || fail "it is not the same"
    s3atomic put -q s3://bkt/empty </dev/null >out || fail "put of nothing"
    is "$(cat out)" ""
    expect 0 s3atomic get s3://bkt/empty
    [[ ! -s out ]] || fail "not empty"
    expect 0 s3atomic head s3://bkt/a/b
    says out "etag:         $etag" "size:         2000000 (1.9 MiB)" "modified:     20" \
        "content type: application/octet-stream"
    expect 1 s3atomic get s3://bkt/nothing
    expect 1 s3atomic head s3://bkt/nothing
}

keys_may_hold_anything() {
    local key=$'odd/ key? #%41+ü&<\t>'
    expect 0 s3atomic put "s3://bkt/$key" /dev/null
    expect 0 s3atomic head "s3://bkt/$key"
    expect 0 s3atomic ls -r s3://bkt
    is "$(cat out)" "$key"
}

put_if_absent_writes_once() {
    echo 1 >one
    echo 2 >two
    expect 0 s3atomic put --if-absent s3://bkt/k one
    expect 1 s3atomic put --if-absent s3://bkt/k two
    says err "s3://bkt/k exists already; nothing was changed"
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 1
}

put_if_match_writes_over_that_state_only() {
    local first second
    echo 1 >one
    echo 2 >two
    expect 0 s3atomic put s3://bkt/k one
    first=$(cat out)
    expect 0 s3atomic put --if-match "$first" s3://bkt/k two
    second=$(cat out)
    expect 1 s3atomic put --if-match "$first" s3://bkt/k one
    says err "s3://bkt/k is not what --if-match names; nothing was changed"
    expect 1 s3atomic rm --if-match "$first" s3://bkt/k
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 2
    expect 0 s3atomic --json put --if-match "${second//\"/}" s3://bkt/k one
    says out '"bucket":"bkt","key":"k","etag":"' '"size":2'
    expect 1 s3atomic put --if-match "$first" s3://bkt/other one
    expect 64 s3atomic put --if-match '*' s3://bkt/k one
    expect 64 s3atomic put --if-match "$first" --if-absent s3://bkt/k one
}

rm_removes() {
    local etag
    echo 1 >one
    expect 0 s3atomic put s3://bkt/k one
    etag=$(cat out)
    expect 0 s3atomic rm --if-match "$etag" s3://bkt/k
    expect 1 s3atomic rm --if-match "$etag" s3://bkt/k
    expect 0 s3atomic rm s3://bkt/k
    expect 64 s3atomic rm s3://bkt/
    expect 0 s3atomic put s3://bkt/k one
    expect 1 s3atomic rm --bucket s3://bkt
    expect 0 s3atomic rm s3://bkt/k
    expect 0 s3atomic rm --bucket s3://bkt
    expect 0 s3atomic ls
    is "$(cat out)" ""
}

get_writes_a_file_whole_or_not_at_all() {
    echo old >file
    chmod 640 file
    expect 1 s3atomic get -o file s3://bkt/nothing
    is "$(cat file)" old
    echo new | s3atomic put -q s3://bkt/k || fail put
    expect 0 s3atomic --json get -o file s3://bkt/k
    is "$(cat file)" new
    is "$(stat -c %a file)" 640
    says out '"key":"k"' '"size":4' '"content_type":"application/octet-stream"'
    expect 64 s3atomic --json get s3://bkt/k
    expect 74 s3atomic get -o no/such/file s3://bkt/k
    says err "no/such/file cannot be written"
    is "$(echo *)" "err file out store"
}

a_reader_that_goes_away_is_no_failure_worth_a_word() {
    head -c 1000000 /dev/zero | s3atomic put -q s3://bkt/k || fail put
    { s3atomic get s3://bkt/k 2>err || echo "$?" >status; } | head -c 1 >/dev/null
    is "$(cat status)" 141
    is "$(cat err)" ""
}

what_cannot_be_written_is_told() {
    [[ -w /dev/full ]] || return 0
    expect 0 s3atomic put s3://bkt/k /dev/null
    expect 74 bash -c 's3atomic ls s3://bkt >/dev/full'
    says err "standard output cannot be written: No space left on device"
    expect 74 bash -c 's3atomic ls s3://bkt >&-'
}

ls_lists() {
    local key
    for key in a/1 a/2 b/c/1 b/d top; do
        echo "$key" | s3atomic put -q "s3://bkt/$key" || fail "put $key"
    done
    expect 0 s3atomic ls
    is "$(cat out)" bkt
    expect 0 s3atomic ls s3://bkt
    lists "a/ b/ top"
    expect 0 s3atomic ls s3://bkt/b/
    lists "b/c/ b/d"
    expect 0 s3atomic ls -r s3://bkt/b
    lists "b/c/1 b/d"
    expect 0 s3atomic ls -l s3://bkt
    [[ $(sed -n 3p out) =~ ^20[0-9-]+T[0-9:]+Z\ +4\ \ top$ ]] || fail "$(cat out)"
    expect 0 s3atomic ls --json s3://bkt
    is "$(sed -n 1p out)" '{"bucket":"bkt","prefix":"a/"}'
    says out '"key":"top","etag":"' '"size":4'
    expect 0 s3atomic ls --json
    says out '{"bucket":"bkt","created_ms":'
    expect 1 s3atomic ls s3://bkt/no-such/
    says err "nothing at s3://bkt/no-such/"
    expect 78 s3atomic ls s3://no-such-bucket
}

more_than_a_page_is_listed() {
    local i
    # One process writes them all: `update` is not what is looked at here.
    for ((i = 0; i < 30; i++)); do
        printf '%s' "$i" | s3atomic put -q "s3://bkt/page/$i" || fail "put $i"
    done
    expect 0 s3atomic ls s3://bkt/page/
    is "$(wc -l <out)" 30
    is "$(sort out | uniq | wc -l)" 30
}

mb_makes_buckets() {
    expect 0 s3atomic mb s3://second
    expect 1 s3atomic mb s3://second
    expect 64 s3atomic mb s3://x
    expect 64 s3atomic mb s3://second/key
    expect 0 s3atomic ls
    lists "bkt second"
}

update_changes_and_makes() {
    expect 0 s3atomic update s3://bkt/k -- sh -c 'test -z "$(cat)" && echo 1'
    expect 0 s3atomic update s3://bkt/k -- awk '{ print $1 + 1 }'
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 2
    expect 0 s3atomic --json update s3://bkt/k cat
    says out '"key":"k","etag":"' '"size":2'
}

update_keeps_the_content_type() {
    echo '{}' | s3atomic put -q --content-type application/json s3://bkt/k || fail put
    expect 0 s3atomic update s3://bkt/k -- sed 's/}/"a":1}/'
    expect 0 s3atomic head s3://bkt/k
    says out "content type: application/json"
}

a_filter_that_fails_changes_nothing() {
    echo old | s3atomic put -q s3://bkt/k || fail put
    expect 3 s3atomic update s3://bkt/k -- sh -c 'echo new; exit 3'
    says err "exit status 3; nothing was written"
    expect 137 s3atomic update s3://bkt/k -- sh -c 'echo new; kill -KILL $$'
    expect 127 s3atomic update s3://bkt/k -- no-such-program
    expect 64 s3atomic update s3://bkt/k --
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" old
    expect 5 s3atomic update s3://bkt/new -- sh -c 'exit 5'
    expect 1 s3atomic head s3://bkt/new
}

a_dry_run_writes_nothing() {
    echo 1 >one
    expect 0 s3atomic put s3://bkt/k one
    expect 0 s3atomic update -n s3://bkt/k -- awk '{ print $1 + 1 }'
    is "$(cat out)" 2
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 1
}

update_if_match_changes_that_state_only() {
    local first
    echo 1 >one
    expect 0 s3atomic put s3://bkt/k one
    first=$(cat out)
    expect 0 s3atomic -v update --if-match "$first" s3://bkt/k -- awk '{ print $1 + 1 }'
    says err "written with attempt 1, after "
    expect 1 s3atomic update --if-match "$first" s3://bkt/k -- awk '{ print $1 + 1 }'
    says err "s3://bkt/k is not what --if-match names; nothing was changed"
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 2
}

a_later_holder_keeps_an_earlier_one_out() {
    local etag
    echo 1 >one
    expect 0 s3atomic put --fence 7 --if-absent s3://bkt/k one
    expect 0 s3atomic head s3://bkt/k
    says out "fence:        7"
    expect 0 s3atomic put --fence 9 s3://bkt/k one
    etag=$(cat out)
    expect 1 s3atomic put --fence 8 s3://bkt/k one
    says err "written under the fencing token 9, which is above 8"
    expect 1 s3atomic put --fence 8 --if-match "$etag" s3://bkt/k one
    expect 1 s3atomic update --fence 8 s3://bkt/k cat
    expect 0 s3atomic put --fence 9 --if-match "$etag" s3://bkt/k one
    expect 0 s3atomic update --fence 10 s3://bkt/k cat
    expect 0 s3atomic update s3://bkt/k cat
    expect 0 s3atomic --json head s3://bkt/k
    says out '"fence":10'
    expect 64 s3atomic put --fence 0 s3://bkt/k one
}

update_goes_through_large_objects() {
    head -c 3000000 /dev/urandom >random
    expect 0 s3atomic put s3://bkt/k random
    expect 0 s3atomic update s3://bkt/k -- sh -c 'cat; echo end'
    expect 0 s3atomic get s3://bkt/k
    echo end >>random
    cmp random out || fail "it is not the same"
}

update_is_run_again_where_another_was_faster() {
    echo 1 | s3atomic put -q s3://bkt/k || fail put
    # The first time, another write comes between the reading and the writing.
    cat >filter <<'FILTER'
read -r n
[[ -e again ]] || { touch again; echo 10 | s3atomic put -q s3://bkt/k; }
echo $((n + 1))
FILTER
    expect 0 s3atomic -v update s3://bkt/k -- bash filter
    says err "somebody else was faster: attempt 2"
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 11
}

nothing_is_lost_where_many_update_at_once() {
    local i
    for i in 1 2 3 4; do
        (
            for ((k = 0; k < 15; k++)); do
                s3atomic update -q s3://bkt/k -- awk '{ n = $1 } END { print n + 1 }' || exit
            done
        ) &
    done
    for i in $(jobs -p); do
        ends 0 "$i"
    done
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" 60
}

tell what_is_put_can_be_got \
    keys_may_hold_anything \
    put_if_absent_writes_once \
    put_if_match_writes_over_that_state_only \
    rm_removes \
    get_writes_a_file_whole_or_not_at_all \
    a_reader_that_goes_away_is_no_failure_worth_a_word \
    what_cannot_be_written_is_told \
    ls_lists \
    mb_makes_buckets \
    update_changes_and_makes \
    update_keeps_the_content_type \
    a_filter_that_fails_changes_nothing \
    a_dry_run_writes_nothing \
    update_if_match_changes_that_state_only \
    a_later_holder_keeps_an_earlier_one_out \
    update_goes_through_large_objects \
    update_is_run_again_where_another_was_faster \
    nothing_is_lost_where_many_update_at_once
