/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "fail_malloc.h"

static const char *hex(const uint8_t *bytes, size_t size)
{
    static char text[2 * S3A_SHA256_SIZE + 1];
    s3a_hex(bytes, size, text);
    return text;
}

/* Vectors: RFC 1321 and FIPS 180-4. */
static void hashes_what_the_standards_hash(void **state)
{
    (void)state;
    uint8_t md5[S3A_MD5_SIZE];
    uint8_t sha256[S3A_SHA256_SIZE];

    s3a_md5(s3a_str_make(NULL, 0), md5);
    assert_string_equal(hex(md5, sizeof(md5)), "d41d8cd98f00b204e9800998ecf8427e");
    s3a_md5(S3A_STR("message digest"), md5);
    assert_string_equal(hex(md5, sizeof(md5)), "f96b697d7cb7938d525a2f31aaf161d0");
    s3a_sha256(s3a_str_make(NULL, 0), sha256);
    assert_string_equal(hex(sha256, sizeof(sha256)),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    s3a_sha256(S3A_STR("abc"), sha256);
    assert_string_equal(hex(sha256, sizeof(sha256)),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Vectors: FIPS 180-4. SHA-1 has no short cut of its own. */
static void sha_1_is_there_for_the_checksums_of_others(void **state)
{
    (void)state;
    struct s3a_digest digest;
    uint8_t sha1[S3A_SHA1_SIZE];

    assert_int_equal(s3a_digest_init(&digest, S3A_DIGEST_SHA1), S3A_OK);
    s3a_digest_add(&digest, S3A_STR("a"));
    s3a_digest_add(&digest, S3A_STR("bc"));
    s3a_digest_end(&digest, sha1);
    assert_string_equal(hex(sha1, sizeof(sha1)), "a9993e364706816aba3e25717850c26c9cd0d89d");
    s3a_digest_end(&digest, sha1);
    assert_string_equal(hex(sha1, sizeof(sha1)), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    s3a_digest_fini(&digest);
}

static void a_digest_takes_its_bytes_in_any_pieces(void **state)
{
    (void)state;
    enum s3a_digest_kind kinds[] = {S3A_DIGEST_MD5, S3A_DIGEST_SHA256};
    char bytes[1000];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)(i * 7);
    }
    for (size_t kind = 0; kind < 2; kind++) {
        uint8_t whole[S3A_SHA256_SIZE] = {0};
        (kinds[kind] == S3A_DIGEST_MD5 ? s3a_md5 : s3a_sha256)(s3a_str_make(bytes, sizeof(bytes)),
                                                               whole);
        struct s3a_digest digest;
        assert_int_equal(s3a_digest_init(&digest, kinds[kind]), S3A_OK);
        for (size_t piece = 1; piece < 130; piece++) {
            uint8_t pieces[S3A_SHA256_SIZE] = {0};
            for (size_t at = 0; at < sizeof(bytes); at += piece) {
                size_t left = sizeof(bytes) - at;
                s3a_digest_add(&digest, s3a_str_make(bytes + at, left < piece ? left : piece));
                s3a_digest_add(&digest, s3a_str_make(NULL, 0));
            }
            s3a_digest_end(&digest, pieces);
            assert_memory_equal(pieces, whole, sizeof(whole));
        }
        s3a_digest_fini(&digest);
    }
}

static void a_digest_under_way_may_be_copied(void **state)
{
    (void)state;
    struct s3a_digest digest;
    uint8_t sha256[S3A_SHA256_SIZE];
    uint8_t other[S3A_SHA256_SIZE];

    assert_int_equal(s3a_digest_init(&digest, S3A_DIGEST_SHA256), S3A_OK);
    s3a_digest_add(&digest, S3A_STR("a"));
    struct s3a_digest copy = digest;
    s3a_digest_add(&copy, S3A_STR("bc"));
    s3a_digest_add(&digest, S3A_STR("-"));
    s3a_digest_end(&copy, sha256);
    s3a_sha256(S3A_STR("abc"), other);
    assert_memory_equal(sha256, other, sizeof(sha256));
    s3a_digest_end(&digest, sha256);
    s3a_sha256(S3A_STR("a-"), other);
    assert_memory_equal(sha256, other, sizeof(sha256));
    s3a_digest_fini(&copy);
    s3a_digest_fini(&digest);
}

/* Vectors: RFC 4231, cases 1, 2, 3, 6 and 7. */
static void authenticates_what_the_standard_authenticates(void **state)
{
    (void)state;
    char bytes_aa[131];
    char bytes_dd[50];
    uint8_t mac[S3A_SHA256_SIZE];

    memset(bytes_aa, 0xaa, sizeof(bytes_aa));
    memset(bytes_dd, 0xdd, sizeof(bytes_dd));
    s3a_hmac_sha256(S3A_STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
                            "\x0b\x0b\x0b"),
                    S3A_STR("Hi There"), mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    s3a_hmac_sha256(S3A_STR("Jefe"), S3A_STR("what do ya want for nothing?"), mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    s3a_hmac_sha256(s3a_str_make(bytes_aa, 20), s3a_str_make(bytes_dd, 50), mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    s3a_hmac_sha256(s3a_str_make(bytes_aa, 131),
                    S3A_STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    s3a_hmac_sha256(s3a_str_make(bytes_aa, 131),
                    S3A_STR("This is a test using a larger than block-size key and a larger than "
                            "block-size data. The key needs to be hashed before being used by the "
                            "HMAC algorithm."),
                    mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
    s3a_hmac_sha256(s3a_str_make(NULL, 0), s3a_str_make(NULL, 0), mac);
    assert_string_equal(hex(mac, sizeof(mac)),
                        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void secrets_are_equal_only_byte_by_byte(void **state)
{
    (void)state;
    assert_true(s3a_equal_secret(S3A_STR("abc"), S3A_STR("abc")));
    assert_true(s3a_equal_secret(s3a_str_make(NULL, 0), S3A_STR("")));
    assert_false(s3a_equal_secret(S3A_STR("abc"), S3A_STR("abd")));
    assert_false(s3a_equal_secret(S3A_STR("abc"), S3A_STR("ab")));
    assert_false(s3a_equal_secret(S3A_STR("xbc"), S3A_STR("abc")));
}

/* Vectors: RFC 4648, section 10. */
static void base64_goes_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } table[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint8_t bytes[8];
        size_t size = strlen(table[i].bytes);
        s3a_buf_clear(&buf);
        s3a_base64_encode(&buf, s3a_str_of(table[i].bytes));
        assert_string_equal(s3a_buf_text(&buf), table[i].text);
        assert_true(s3a_base64_decode(s3a_str_of(table[i].text), bytes, size));
        assert_memory_equal(bytes, table[i].bytes, size);
        assert_false(s3a_base64_decode(s3a_str_of(table[i].text), bytes, size + 1));
        assert_false(size > 0 && s3a_base64_decode(s3a_str_of(table[i].text), bytes, size - 1));
    }
    s3a_buf_clear(&buf);
    s3a_base64_encode(&buf, S3A_STR("\xfb\xff\xbf\x00\x00\xff"));
    assert_string_equal(s3a_buf_text(&buf), "+/+/AAD/");
    s3a_buf_fini(&buf);
}

static void base64_reads_nothing_that_is_not(void **state)
{
    (void)state;
    const char *bad[] = {"Zm8",  "Zm8==", "Zm9v", "Zm8\n", "Zm8 ", "Z=8=", "====",
                         "Zm8-", "Zm9=",  "=m8=", "Zm==",  "Z",    "",     "Zm8=Zm8="};
    uint8_t bytes[2];

    assert_true(s3a_base64_decode(S3A_STR("Zm8="), bytes, sizeof(bytes)));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_base64_decode(s3a_str_of(bad[i]), bytes, sizeof(bytes)));
    }
    assert_false(s3a_base64_decode(S3A_STR("Zm8\0"), bytes, sizeof(bytes)));
}

static void without_memory_only_what_writes_to_a_buffer_fails(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    fail_malloc_at(1);
    s3a_base64_encode(&buf, S3A_STR("abc"));
    assert_true(fail_malloc_happened());
    assert_int_equal(buf.status, S3A_NO_MEMORY);
    s3a_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_what_the_standards_hash),
        cmocka_unit_test(sha_1_is_there_for_the_checksums_of_others),
        cmocka_unit_test(a_digest_takes_its_bytes_in_any_pieces),
        cmocka_unit_test(a_digest_under_way_may_be_copied),
        cmocka_unit_test(authenticates_what_the_standard_authenticates),
        cmocka_unit_test(secrets_are_equal_only_byte_by_byte),
        cmocka_unit_test(base64_goes_both_ways),
        cmocka_unit_test(base64_reads_nothing_that_is_not),
        cmocka_unit_test(without_memory_only_what_writes_to_a_buffer_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
