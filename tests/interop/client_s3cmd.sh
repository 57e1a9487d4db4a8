#!/bin/bash
# usage: client_s3cmd.sh WORK
# shellcheck disable=SC2317
# shellcheck source=tests/interop/steps.bash
source "$(dirname "$0")/steps.bash"

s3cmd() {
    local tls=(--no-ssl)
    [[ ${INTEROP_SCHEME:-http} == http ]] || tls=(--ssl --ca-certs="$AWS_CA_BUNDLE")
    command s3cmd -c /dev/null --access_key="$AWS_ACCESS_KEY_ID" \
        --secret_key="$AWS_SECRET_ACCESS_KEY" --host="${AWS_ENDPOINT_URL#*://}" \
        --host-bucket="${AWS_ENDPOINT_URL#*://}" --region="$AWS_REGION" --no-progress "${tls[@]}" \
        "$@"
}

put() {
    s3cmd mb "s3://$BUCKET"
    s3cmd put "$WORK/short" "s3://$BUCKET/a b+c/é"
}
get() {
    s3cmd get --force "s3://$BUCKET/a b+c/é" "$WORK/got"
    cmp "$WORK/short" "$WORK/got"
}
range() {
    head -c 7 "$WORK/short" >"$WORK/partly"
    s3cmd get --continue "s3://$BUCKET/a b+c/é" "$WORK/partly"
    cmp "$WORK/short" "$WORK/partly"
}
head_() { s3cmd info "s3://$BUCKET/a b+c/é" | grep -q 'File size: *12'; }
list() {
    s3cmd put --recursive "$WORK/many" "s3://$BUCKET/"
    (($(s3cmd ls --list-md5 "s3://$BUCKET/many/" | wc -l) == 25))
}
copy() {
    s3cmd cp "s3://$BUCKET/a b+c/é" "s3://$BUCKET/copied"
    s3cmd get --force "s3://$BUCKET/copied" "$WORK/got"
    cmp "$WORK/short" "$WORK/got"
}
multipart() {
    s3cmd put --multipart-chunk-size-mb=5 "$WORK/long" "s3://$BUCKET/long"
    s3cmd get --force "s3://$BUCKET/long" "$WORK/got"
    cmp "$WORK/long" "$WORK/got"
}
delete() {
    s3cmd del --recursive --force "s3://$BUCKET"
    s3cmd rb "s3://$BUCKET"
}

step put put
step get get
step range range
step head head_
step list list
cannot create 'has no conditions'
cannot update 'has no conditions'
step copy copy
step multipart multipart
step delete delete
