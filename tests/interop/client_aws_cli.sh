#!/bin/bash
# usage: client_aws_cli.sh WORK
# aws, of whatever age; INTEROP_AWS names another one than that of PATH.
# shellcheck disable=SC2317
# shellcheck source=tests/interop/steps.bash
source "$(dirname "$0")/steps.bash"
BUCKET+=-$(basename "$(dirname "$(dirname "${INTEROP_AWS:-/usr/bin/aws}")")")

# Old ones do not look at AWS_ENDPOINT_URL.
aws() { command "${INTEROP_AWS:-aws}" --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
api() { aws s3api "$@"; }

put() {
    aws s3 mb "s3://$BUCKET"
    aws s3 cp "$WORK/short" "s3://$BUCKET/a b+c/é"
}
get() {
    aws s3 cp "s3://$BUCKET/a b+c/é" "$WORK/got"
    cmp "$WORK/short" "$WORK/got"
}
range() {
    api get-object --bucket "$BUCKET" --key 'a b+c/é' --range bytes=7-11 "$WORK/got"
    [[ $(<"$WORK/got") == world ]]
}
head_() { [[ $(api head-object --bucket "$BUCKET" --key 'a b+c/é' --query ContentLength) == 12 ]]; }
list() {
    aws s3 cp --quiet --recursive "$WORK/many" "s3://$BUCKET/many/"
    [[ $(api list-objects-v2 --bucket "$BUCKET" --prefix many/ --page-size 10 \
        --query 'length(Contents)') == 25 ]]
    (($(aws s3 ls --page-size 10 "s3://$BUCKET/many/" | wc -l) == 25))
}
create() {
    api put-object --bucket "$BUCKET" --key new --body "$WORK/short" --if-none-match '*'
    fails api put-object --bucket "$BUCKET" --key new --body "$WORK/short" --if-none-match '*'
    grep -q PreconditionFailed "$WORK/said"
}
update() {
    local etag
    etag=$(api head-object --bucket "$BUCKET" --key new --query ETag --output text)
    api put-object --bucket "$BUCKET" --key new --body "$WORK/many/key 10+é" --if-match "$etag"
    fails api put-object --bucket "$BUCKET" --key new --body "$WORK/short" --if-match "$etag"
    grep -q PreconditionFailed "$WORK/said"
}
copy() {
    aws s3 cp "s3://$BUCKET/a b+c/é" "s3://$BUCKET/copied"
    aws s3 cp "s3://$BUCKET/copied" - | cmp "$WORK/short"
}
multipart() {
    aws s3 cp --quiet "$WORK/long" "s3://$BUCKET/long"
    aws s3 cp "s3://$BUCKET/long" "$WORK/got"
    cmp "$WORK/long" "$WORK/got"
    [[ $(api head-object --bucket "$BUCKET" --key long --query ETag) == *-3* ]]
}
delete() {
    aws s3 rm --quiet --recursive "s3://$BUCKET"
    api put-object --bucket "$BUCKET" --key x
    api put-object --bucket "$BUCKET" --key y
    api delete-objects --bucket "$BUCKET" --delete 'Objects=[{Key=x},{Key=y},{Key=none}]'
    aws s3 rb "s3://$BUCKET"
}

step put put
step get get
step range range
step head head_
step list list
if api put-object help 2>/dev/null </dev/null | grep -q if-match; then
    step create create
    step update update
else
    cannot create 'too old for conditions'
    cannot update 'too old for conditions'
fi
step copy copy
step multipart multipart
step delete delete
