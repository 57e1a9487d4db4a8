#!/bin/bash
# usage: test_command_usage.sh S3ATOMIC
# Help, versions, and command lines that are wrong.
# Stories are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

COMMANDS=(lock acquire renew release check status unlock update get put head rm ls mb serve fsck
    backup credentials doctor help)

without_a_command_it_explains_itself() {
    expect 64 s3atomic
    is "$(cat out)" ""
    says err "Usage: s3atomic" "lock" "--endpoint URL" "Exit status:"
    expect 0 s3atomic --help
    says out "Usage: s3atomic" "update" "79"
    is "$(cat err)" ""
}

every_command_explains_itself() {
    local name
    for name in "${COMMANDS[@]}"; do
        expect 0 s3atomic "$name" --help
        says out "Usage: s3atomic $name" "--json"
        ! grep -nE '.{80}' out || fail "$name: lines that are too wide"
        expect 0 s3atomic "$name" -h
    done
}

help_shows_the_same_where_there_is_no_manual() {
    local name bin
    mkdir bin
    for bin in sh s3atomic; do
        ln -s "$(command -v "$bin")" bin/
    done
    export PATH=$PWD/bin
    for name in "${COMMANDS[@]}"; do
        s3atomic "$name" --help >wanted
        s3atomic help "$name" >given 2>&1 || fail "$name: $?"
        [[ $(<wanted) == "$(<given)" ]] || fail "$name: $(<given)"
    done
}

help_opens_the_manual_page() {
    mkdir bin
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "man $*"\n' >bin/man
    chmod +x bin/man
    PATH=$PWD/bin:$PATH
    expect 0 s3atomic help lock
    is "$(cat out)" "man s3atomic-lock"
    expect 0 s3atomic help
    is "$(cat out)" "man s3atomic"
    expect 64 s3atomic help lokc
    says err "did you mean lock?"
}

it_tells_its_version() {
    expect 0 s3atomic --version
    [[ $(cat out) =~ ^s3atomic\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$(cat out)"
    expect 0 s3atomic ls --version
    [[ $(cat out) =~ ^s3atomic\ [0-9] ]] || fail "$(cat out)"
}

wrong_words_are_understood() {
    expect 64 s3atomic lokc s3://bkt/n -- true
    says err "did you mean lock?" "--help"
    expect 64 s3atomic elephant
    says err 'there is no command "elephant"'
    expect 64 s3atomic --jsn ls
    says err "did you mean --json?"
    expect 64 s3atomic ls --elephant p
    says err "there is no option --elephant"
    expect 64 s3atomic get s3://bkt/k --outptu file
    says err "did you mean --output?" "s3atomic get --help"
}

wrong_operands_are_explained() {
    expect 64 s3atomic get
    says err "s3atomic get s3://BUCKET/KEY"
    expect 64 s3atomic get s3://bkt/k file
    says err '"file" is one word too many'
    expect 64 s3atomic put file s3://bkt/k
    says err "the object comes first: s3atomic put s3://bkt/k file"
    expect 64 s3atomic get bkt/k
    says err "s3://my-bucket/some/name"
    expect 74 s3atomic put s3://bkt/k no-such-file
    says err "no-such-file cannot be read: No such file"
    expect 64 s3atomic rm --bucket s3://bkt/k
}

options_of_every_command_may_stand_anywhere_before_the_operands_of_others() {
    expect 0 s3atomic --json ls
    says out '"bucket":"bkt"'
    expect 0 s3atomic ls --json
    says out '"bucket":"bkt"'
    expect 0 s3atomic --endpoint "file://$PWD/other" ls
    is "$(cat out)" ""
    expect 0 s3atomic lock s3://bkt/n -- echo --json -q
    is "$(cat out)" "--json -q"
}

wrong_endpoints_are_explained() {
    expect 64 s3atomic --endpoint nonsense ls
    says err nonsense
    expect 64 s3atomic --endpoint ftp://example.com ls
    # No port of this machine is below 2: nobody answers there.
    expect 69 env AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b \
        s3atomic --endpoint http://127.0.0.1:1 lock -n s3://bkt/n -- true
    says err 127.0.0.1:1
    expect 78 s3atomic --endpoint http://127.0.0.1:1 ls
    says err AWS_ACCESS_KEY_ID
    touch file
    expect 74 s3atomic --endpoint "file://$PWD/file" ls
    says err "$PWD/file"
}

what_is_not_there_yet_is_not_offered() {
    expect 64 s3atomic watch
    says err "there is no command"
}

the_manual_has_the_very_options_that_there_are() {
    local name manual=${BASH_SOURCE[0]%/*}/../../man
    [[ $manual == /* ]] || manual=$OLDPWD/$manual
    for name in "${COMMANDS[@]}"; do
        [[ $name != help ]] || continue
        s3atomic "$name" --help | sed '/^Options of every/,$d' |
            sed -nE 's/^ {2,6}(-., )?(--[a-z-]+).*/\2/p' | sort >offered
        grep '^\*-' "$manual/s3atomic-$name.1.scd" | grep -oE -e '--[a-z-]+' | sort >described
        cmp offered described || fail "$name: $(diff offered described)"
    done
}

tell without_a_command_it_explains_itself \
    every_command_explains_itself \
    help_shows_the_same_where_there_is_no_manual \
    help_opens_the_manual_page \
    it_tells_its_version \
    wrong_words_are_understood \
    wrong_operands_are_explained \
    options_of_every_command_may_stand_anywhere_before_the_operands_of_others \
    wrong_endpoints_are_explained \
    what_is_not_there_yet_is_not_offered \
    the_manual_has_the_very_options_that_there_are
