#!/bin/bash
# usage: client_rclone.sh WORK
# shellcheck disable=SC2317
# shellcheck source=tests/interop/steps.bash
source "$(dirname "$0")/steps.bash"

export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_T_TYPE=s3 RCLONE_CONFIG_T_PROVIDER=Other
export RCLONE_CONFIG_T_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CONFIG_T_ENV_AUTH=true
export RCLONE_CONFIG_T_REGION=$AWS_REGION RCLONE_S3_LIST_CHUNK=10 RCLONE_RETRIES=1
[[ -z ${AWS_CA_BUNDLE:-} ]] || export RCLONE_CA_CERT=$AWS_CA_BUNDLE
unset AWS_CA_BUNDLE # it does not get along with that

put() {
    rclone mkdir "t:$BUCKET"
    rclone copyto "$WORK/short" "t:$BUCKET/a b+c/é"
}
get() {
    rclone copyto "t:$BUCKET/a b+c/é" "$WORK/got"
    cmp "$WORK/short" "$WORK/got"
}
range() { [[ $(rclone cat --offset 7 --count 5 "t:$BUCKET/a b+c/é") == world ]]; }
head_() { rclone lsjson --stat --hash "t:$BUCKET/a b+c/é" | grep -Eq '"Size": *12'; }
list() {
    rclone copy "$WORK/many" "t:$BUCKET/many"
    (($(rclone lsf "t:$BUCKET/many" | wc -l) == 25))
    rclone check "$WORK/many" "t:$BUCKET/many"
}
copy() {
    rclone copyto "t:$BUCKET/a b+c/é" "t:$BUCKET/copied"
    rclone cat "t:$BUCKET/copied" | cmp "$WORK/short"
}
multipart() {
    rclone copyto --s3-upload-cutoff 5M --s3-chunk-size 5M "$WORK/long" "t:$BUCKET/long"
    rclone cat "t:$BUCKET/long" | cmp "$WORK/long"
    rclone copyto --s3-copy-cutoff 5M "t:$BUCKET/long" "t:$BUCKET/long2"
    rclone cat "t:$BUCKET/long2" | cmp "$WORK/long"
}
delete() {
    rclone delete "t:$BUCKET"
    rclone rmdir "t:$BUCKET"
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
