#!/bin/bash
# usage: test_command_credentials.sh S3ATOMIC
# Where the command finds its credentials, and what it does when they change.
# Stories are called by their names.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# keys FILE ACCESS_KEY: in one step, so that nobody reads half of it
keys() {
    printf '[default]\naws_access_key_id = %s\naws_secret_access_key = hush-of-%s\n' \
        "$2" "$2" >"$1.new"
    mv "$1.new" "$1"
}

use_files() {
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    export AWS_SHARED_CREDENTIALS_FILE=$PWD/credentials
    export AWS_CONFIG_FILE=$PWD/config
}

without_any_it_says_where_it_has_looked() {
    expect 78 s3atomic --endpoint http://127.0.0.1:1 credentials
    says err "no credentials: set AWS_ACCESS_KEY_ID"
    says out "environment" "web identity" "AWS_EC2_METADATA_DISABLED is true"
    expect 0 s3atomic --endpoint file:///x credentials
    says out "none needed"
}

it_shows_the_source_and_no_secret() {
    use_files
    keys credentials AKIAIOSFODNN7EXAMPLE
    local answer='{"Version":1,"AccessKeyId":"AKIDTOOL0001","SecretAccessKey":"hush"}'
    printf '[default]\nregion = eu-west-3\n[profile tool]\ncredential_process = %s\n' \
        "echo '$answer'" >config
    unset S3ATOMIC_ENDPOINT
    expect 0 s3atomic -v credentials
    says out "credentials   credentials file" "access key    ...MPLE" "https://s3.eu-west-3.amazon"
    ! grep -q -e hush -e AKIAIOS out err || fail "it shows too much"
    expect 0 s3atomic --json credentials --profile tool
    says out '"source":"process","access_key_end":"0001"'
    ! grep -q -e hush out err || fail "it shows too much"
    expect 78 s3atomic --profile other credentials
    says err 'there is no profile "other"'
}

the_log_tells_of_requests_and_of_no_secret() {
    serve --strict-aws
    echo hello >file
    expect 0 env S3ATOMIC_LOG=debug s3atomic put "s3://$bkt/k" file
    says err "s3atomic: debug: PUT s3://$bkt/k: 200, 0 bytes, " "request id "
    ! grep -qF -e "$AWS_SECRET_ACCESS_KEY" -e hush -e Signature out err || fail "$(cat err)"
    expect 78 env S3ATOMIC_LOG=debug AWS_SESSION_TOKEN=hush-token s3atomic get "s3://$bkt/k"
    says err "InvalidToken" "request id "
    ! grep -qF -e "$AWS_SECRET_ACCESS_KEY" -e hush -e Signature= out err || fail "$(cat err)"
    expect 78 env S3ATOMIC_LOG=debug AWS_SECRET_ACCESS_KEY=hush-and-wrong \
        s3atomic -v get "s3://$bkt/k"
    says err "SignatureDoesNotMatch" "request id "
    ! grep -qF -e "$AWS_SECRET_ACCESS_KEY" -e hush -e Signature= out err || fail "$(cat err)"
    expect 69 env S3ATOMIC_LOG=debug s3atomic --endpoint http://127.0.0.1:1 -v get "s3://$bkt/k"
    says err "s3atomic: info: GET s3://$bkt/k: " "; again in "
    ! grep -qF -e "$AWS_SECRET_ACCESS_KEY" -e hush -e Signature= out err || fail "$(cat err)"
    expect 1 env S3ATOMIC_LOG=loud s3atomic get "s3://$bkt/none"
    says err 'S3ATOMIC_LOG: "loud" is none of warning, info and debug'
}

# A server for whoever stands in the file users.
serve_to_users() {
    local line
    mkfifo served
    s3atomic serve --listen 127.0.0.1:0 --dir served_store --bucket bkt --users users \
        >served 2>err.server &
    server=$!
    exec 6<served
    while read -r line <&6; do
        eval "$line"
        [[ $line != *ACCESS_KEY* ]] || break
    done
    unset S3ATOMIC_ENDPOINT
}

# A lock is held while the keys that its heartbeats are signed with are taken out of use.
a_lock_outlives_the_keys_it_was_taken_with() {
    printf 'FIRST hush-of-FIRST read-write\n' >users
    chmod 600 users
    serve_to_users
    use_files
    keys credentials FIRST
    mkfifo ready gate
    s3atomic lock --heartbeat 200ms --lease 2s s3://bkt/n -c \
        'echo ready >ready; read -r x <gate' 2>err.holder &
    holder=$!
    read -r _ <ready || fail "no holder: $(cat err.holder)"
    printf 'SECOND hush-of-SECOND read-write\n' >users
    kill -HUP "$server"
    until ! s3atomic ls s3://bkt >/dev/null 2>&1; do :; done
    keys credentials SECOND
    # The beat of a lock whose holder has the new keys: one after the other.
    local first beat
    first=$(s3atomic --json status s3://bkt | grep -o '"beat":[0-9]*')
    until beat=$(s3atomic --json status s3://bkt | grep -o '"beat":[0-9]*') &&
        [[ ${beat#*:} -gt ${first#*:} ]]; do
        kill -0 "$holder" || fail "the lock was lost: $(cat err.holder)"
    done
    echo >gate
    ends 0 "$holder"
    expect 0 s3atomic lock -n s3://bkt/n -- true
}

tell without_any_it_says_where_it_has_looked \
    it_shows_the_source_and_no_secret \
    the_log_tells_of_requests_and_of_no_secret \
    a_lock_outlives_the_keys_it_was_taken_with
