// usage: client_aws_sdk_js.mjs WORK
// @aws-sdk/client-s3 and @aws-sdk/lib-storage, as a session of ./run interop. The modules lie below
// the directory INTEROP_NODE.
import assert from 'node:assert';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

const require = createRequire(process.env.INTEROP_NODE + '/');
const S3 = require('@aws-sdk/client-s3');
const { Upload } = require('@aws-sdk/lib-storage');

const Bucket = 'interop-js-' + (process.env.INTEROP_SCHEME ?? 'http');
const Key = 'a b+c/é';
const long = randomBytes(17 * 1024 * 1024 + 17);
const client = new S3.S3Client({
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_REGION,
  forcePathStyle: true,
  maxAttempts: 1,
});
const call = (name, parameters = {}) =>
  client.send(new S3[name + 'Command']({ Bucket, ...parameters }));
const text = async (answer) => answer.Body.transformToString();

const steps = {
  async put() {
    await call('CreateBucket');
    await call('PutObject', { Key, Body: 'hello, world', Metadata: { a: 'b' } });
    // A stream's checksum comes behind it, in chunks.
    await call('PutObject', {
      Key: 'streamed',
      Body: Readable.from([Buffer.from('hello, '), Buffer.from('world')]),
      ContentLength: 12,
    });
  },
  async get() {
    const answer = await call('GetObject', { Key });
    assert.equal(await text(answer), 'hello, world');
    assert.deepEqual(answer.Metadata, { a: 'b' });
    assert.equal(await text(await call('GetObject', { Key: 'streamed' })), 'hello, world');
  },
  async range() {
    assert.equal(await text(await call('GetObject', { Key, Range: 'bytes=7-11' })), 'world');
  },
  async head() {
    assert.equal((await call('HeadObject', { Key })).ContentLength, 12);
    await assert.rejects(call('HeadObject', { Key: 'none' }), { name: 'NotFound' });
  },
  async list() {
    const keys = [];
    for (let i = 10; i < 35; i++) {
      keys.push(`many/key ${i}+é`);
      await call('PutObject', { Key: keys.at(-1), Body: 'x' });
    }
    const found = [];
    const listing = { Bucket, Prefix: 'many/' };
    for await (const page of S3.paginateListObjectsV2({ client, pageSize: 10 }, listing)) {
      found.push(...page.Contents.map((entry) => entry.Key));
    }
    assert.deepEqual(found, keys);
  },
  async create() {
    await call('PutObject', { Key: 'new', Body: '1', IfNoneMatch: '*' });
    const again = call('PutObject', { Key: 'new', Body: '2', IfNoneMatch: '*' });
    await assert.rejects(again, { name: 'PreconditionFailed' });
  },
  async update() {
    const { ETag } = await call('HeadObject', { Key: 'new' });
    await call('PutObject', { Key: 'new', Body: '2', IfMatch: ETag });
    const again = call('PutObject', { Key: 'new', Body: '3', IfMatch: ETag });
    await assert.rejects(again, { name: 'PreconditionFailed' });
  },
  async copy() {
    const CopySource = encodeURIComponent(`${Bucket}/${Key}`);
    await call('CopyObject', { Key: 'copied', CopySource });
    assert.equal(await text(await call('GetObject', { Key: 'copied' })), 'hello, world');
  },
  async multipart() {
    const params = { Bucket, Key: 'long', Body: Readable.from([long]) };
    await new Upload({ client, params, partSize: 5 << 20 }).done();
    const got = await (await call('GetObject', { Key: 'long' })).Body.transformToByteArray();
    assert.ok(long.equals(got));
  },
  async delete() {
    const { Contents } = await call('ListObjectsV2');
    const Objects = Contents.map((entry) => ({ Key: entry.Key }));
    const { Deleted, Errors } = await call('DeleteObjects', { Delete: { Objects } });
    assert.equal(Deleted.length, Objects.length);
    assert.equal(Errors, undefined);
    await call('DeleteBucket');
  },
};

for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    console.log(name, 'ok');
  } catch (error) {
    console.log(name, 'FAILED');
    console.error(`--- @aws-sdk/client-s3, ${name}:`, error);
  }
}
