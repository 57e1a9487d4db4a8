#!/bin/bash
# usage: test_command_upkeep.sh S3ATOMIC
# `s3atomic fsck` and `s3atomic backup`.
# Stories are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# A small object and a large one.
fill() {
    echo hello | s3atomic put -q s3://bkt/small || fail put
    head -c 100000 /dev/zero | s3atomic put -q s3://bkt/large || fail put
}

the_file() { find store/blobs -type f; }

a_sound_store_is_called_sound() {
    fill
    expect 0 s3atomic fsck store
    says out "sound: 1 buckets, 2 objects" "1 files"
    expect 0 s3atomic --json fsck store
    says out '"sound":true' '"damages":0' '"bytes_read":100006'
    expect 0 s3atomic fsck -q store
    is "$(cat out)" ""
}

damage_is_told_with_the_object_that_suffers() {
    fill
    printf x | dd of="$(the_file)" bs=1 seek=5000 conv=notrunc status=none
    expect 0 s3atomic fsck --sizes store
    expect 65 s3atomic fsck store
    says out "damaged: s3://bkt/large: the content is not what was stored" "NOT SOUND" "1 damages"
    expect 65 s3atomic --json fsck store
    says out '"finding":"content"' '"key":"large"' '"sound":false'
    rm "$(the_file)"
    expect 65 s3atomic fsck --repair store
    says out "the file is missing"
}

leftovers_are_removed_on_request() {
    fill
    touch store/incoming/0123456789abcdef0123456789abcdef
    expect 0 s3atomic fsck -v store
    says out "; 1 leftovers"
    says err "incoming/0123456789abcdef0123456789abcdef"
    expect 0 s3atomic fsck --repair store
    says out "; 1 leftovers removed"
    is "$(ls store/incoming)" ""
}

where_no_store_is_none_is_made() {
    expect 1 s3atomic fsck nothing
    says err "there is no store in nothing"
    [[ ! -e nothing ]] || fail made
    expect 1 s3atomic backup nothing copy
    [[ ! -e copy ]] || fail made
}

a_copy_can_be_used_at_once() {
    fill
    expect 0 s3atomic backup store copy
    says err "copy is a copy: 1 files, 1 of them linked"
    expect 0 s3atomic rm s3://bkt/large
    expect 0 s3atomic fsck copy
    says out "sound: 1 buckets, 2 objects"
    expect 0 s3atomic --endpoint "file://$PWD/copy" get s3://bkt/small
    is "$(cat out)" hello
    expect 1 s3atomic backup store copy
    says err "not an empty directory"
    expect 0 s3atomic --json backup --copy copy another
    says out '"files":1,"files_linked":0,"bytes_copied":100000'
    is "$(find . -maxdepth 1 -name '*partial*')" ""
}

a_store_that_is_served_is_checked_and_copied() {
    serve --bucket more
    head -c 100000 /dev/zero | s3atomic put -q s3://bkt/large || fail put
    expect 0 s3atomic fsck served_store
    expect 0 s3atomic backup served_store copy
    expect 0 s3atomic rm s3://bkt/large
    expect 0 s3atomic fsck copy
    says out "1 objects"
}

a_copy_does_not_wait_for_ever() {
    fill
    exec 5<>store/gate
    flock 5
    expect 69 s3atomic backup --wait 50ms store copy
    says err "store/gate could not be had for 50 ms" "stopped"
    is "$(find . -maxdepth 1 -name 'copy*')" ""
    exec 5<&-
    expect 0 s3atomic backup --wait 50ms store copy
}

tell a_sound_store_is_called_sound \
    damage_is_told_with_the_object_that_suffers \
    leftovers_are_removed_on_request \
    where_no_store_is_none_is_made \
    a_copy_can_be_used_at_once \
    a_copy_does_not_wait_for_ever \
    a_store_that_is_served_is_checked_and_copied
