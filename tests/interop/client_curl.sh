#!/bin/bash
# usage: client_curl.sh WORK
# curl, which is given URLs that were signed in advance, by boto3 (INTEROP_PYTHON has it).
# shellcheck disable=SC2317
# shellcheck source=tests/interop/steps.bash
source "$(dirname "$0")/steps.bash"

# url OPERATION [NAME=VALUE...]
url() {
    "${INTEROP_PYTHON:-python3}" - "$@" <<'PYTHON'
import os
import sys
import boto3
from botocore.config import Config
client = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'],
                      config=Config(signature_version='s3v4'))
params = dict(pair.split('=', 1) for pair in sys.argv[2:])
print(client.generate_presigned_url(sys.argv[1], Params=params, ExpiresIn=60))
PYTHON
}
curl() { command curl --silent --show-error ${AWS_CA_BUNDLE:+--cacert "$AWS_CA_BUNDLE"} "$@"; }
code() { curl -o "$WORK/said" -w '%{http_code}' "$@"; }

put() {
    curl --fail -X PUT "$(url create_bucket Bucket="$BUCKET")"
    curl --fail -T "$WORK/short" "$(url put_object Bucket="$BUCKET" Key='a b+c/é')"
}
get() { curl --fail "$(url get_object Bucket="$BUCKET" Key='a b+c/é')" | cmp "$WORK/short"; }
range() { [[ $(curl -r 7-11 "$(url get_object Bucket="$BUCKET" Key='a b+c/é')") == world ]]; }
head_() {
    curl --fail -I "$(url head_object Bucket="$BUCKET" Key='a b+c/é')" |
        grep -qi '^content-length: 12'
}
list() {
    for i in {1..3}; do curl --fail -T "$WORK/short" "$(url put_object Bucket="$BUCKET" Key="m$i")"
    done
    curl "$(url list_objects_v2 Bucket="$BUCKET" Prefix=m)" | grep -q '<KeyCount>3</KeyCount>'
}
create() {
    local url
    url=$(url put_object Bucket="$BUCKET" Key=new)
    [[ $(code -H 'If-None-Match: *' -T "$WORK/short" "$url") == 200 ]]
    [[ $(code -H 'If-None-Match: *' -T "$WORK/short" "$url") == 412 ]]
    grep -q PreconditionFailed "$WORK/said"
}
update() {
    local url etag
    url=$(url put_object Bucket="$BUCKET" Key=new)
    etag="\"$(md5sum "$WORK/short" | cut -d' ' -f1)\""
    [[ $(code -H "If-Match: $etag" -T "$WORK/many/key 10+é" "$url") == 200 ]]
    [[ $(code -H "If-Match: $etag" -T "$WORK/short" "$url") == 412 ]]
}
copy() {
    curl --fail -X PUT -H "x-amz-copy-source: $BUCKET/m1" \
        "$(url copy_object Bucket="$BUCKET" Key=copied CopySource="$BUCKET/m1")"
    curl --fail "$(url get_object Bucket="$BUCKET" Key=copied)" | cmp "$WORK/short"
}
delete() {
    local key
    for key in 'a b+c/é' m1 m2 m3 new copied; do
        [[ $(code -X DELETE "$(url delete_object Bucket="$BUCKET" Key="$key")") == 204 ]]
    done
    [[ $(code -X DELETE "$(url delete_bucket Bucket="$BUCKET")") == 204 ]]
}

step put put
step get get
step range range
step head head_
step list list
step create create
step update update
step copy copy
cannot multipart 'would be a program'
step delete delete
