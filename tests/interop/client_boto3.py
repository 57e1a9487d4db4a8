#!/usr/bin/env python3
"""usage: client_boto3.py WORK

boto3, of whatever age, as a session of ./run interop.
"""

import io
import os
import sys
import traceback

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

BUCKET = 'interop-boto3-' + os.environ.get('INTEROP_SCHEME', 'http')
KEY = 'a b+c/é'
LONG = os.urandom(17 * 1024 * 1024 + 17)
s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'],
                  config=Config(signature_version='s3v4', retries={'max_attempts': 0}))


def expect(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
    else:
        raise AssertionError(f'{code} was to come')


def put():
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b'hello, world', Metadata={'a': 'b'})


def get():
    answer = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert answer['Body'].read() == b'hello, world' and answer['Metadata'] == {'a': 'b'}


def range_():
    answer = s3.get_object(Bucket=BUCKET, Key=KEY, Range='bytes=7-11')
    assert answer['Body'].read() == b'world'


def head():
    assert s3.head_object(Bucket=BUCKET, Key=KEY)['ContentLength'] == 12
    expect('404', s3.head_object, Bucket=BUCKET, Key='none')


def list_():
    keys = [f'many/key {i}+é\n' for i in range(10, 35)]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b'')
    for operation in ('list_objects_v2', 'list_objects'):
        pages = s3.get_paginator(operation).paginate(
            Bucket=BUCKET, Prefix='many/', PaginationConfig={'PageSize': 10})
        assert [entry['Key'] for page in pages for entry in page['Contents']] == keys
    answer = s3.list_objects_v2(Bucket=BUCKET, Delimiter='/')
    assert [entry['Prefix'] for entry in answer['CommonPrefixes']] == ['a b+c/', 'many/']


def create():
    s3.put_object(Bucket=BUCKET, Key='new', Body=b'1', IfNoneMatch='*')
    expect('PreconditionFailed', s3.put_object, Bucket=BUCKET, Key='new', Body=b'2',
           IfNoneMatch='*')


def update():
    etag = s3.put_object(Bucket=BUCKET, Key='new', Body=b'1')['ETag']
    s3.put_object(Bucket=BUCKET, Key='new', Body=b'2', IfMatch=etag)
    expect('PreconditionFailed', s3.put_object, Bucket=BUCKET, Key='new', Body=b'3', IfMatch=etag)
    expect('PreconditionFailed', s3.delete_object, Bucket=BUCKET, Key='new', IfMatch=etag)
    expect('NoSuchKey', s3.put_object, Bucket=BUCKET, Key='none', Body=b'3', IfMatch=etag)


def copy():
    s3.copy_object(Bucket=BUCKET, Key='copied', CopySource={'Bucket': BUCKET, 'Key': KEY})
    assert s3.get_object(Bucket=BUCKET, Key='copied')['Body'].read() == b'hello, world'


def multipart():
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(LONG), BUCKET, 'long', Config=config)
    got = io.BytesIO()
    s3.download_fileobj(BUCKET, 'long', got, Config=config)
    assert got.getvalue() == LONG
    s3.copy({'Bucket': BUCKET, 'Key': 'long'}, BUCKET, 'long2', Config=config)
    assert s3.get_object(Bucket=BUCKET, Key='long2')['Body'].read() == LONG
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key='aborted')['UploadId']
    s3.upload_part(Bucket=BUCKET, Key='aborted', UploadId=upload, PartNumber=1, Body=b'x')
    assert len(s3.list_parts(Bucket=BUCKET, Key='aborted', UploadId=upload)['Parts']) == 1
    s3.abort_multipart_upload(Bucket=BUCKET, Key='aborted', UploadId=upload)
    assert 'Uploads' not in s3.list_multipart_uploads(Bucket=BUCKET)


def delete():
    keys = [entry['Key'] for entry in s3.list_objects_v2(Bucket=BUCKET)['Contents']]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={'Objects': [{'Key': key} for key in keys]})
    assert len(answer['Deleted']) == len(keys) and 'Errors' not in answer
    s3.delete_bucket(Bucket=BUCKET)


STEPS = {'put': put, 'get': get, 'range': range_, 'head': head, 'list': list_, 'create': create,
         'update': update, 'copy': copy, 'multipart': multipart, 'delete': delete}

for name, step in STEPS.items():
    try:
        step()
        print(name, 'ok')
    except ParamValidationError:
        print(name, '- too old for conditions')
    except Exception:  # whatever it is, the other steps are still of interest
        print(name, 'FAILED')
        print(f'--- boto3 {boto3.__version__}, {name}:', file=sys.stderr)
        traceback.print_exc(limit=-3)
