/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "uri.h"

#define TEXT_SIZE_MAX (1024 * 1024)

static struct s3a_str recode(struct s3a_buf *buf, struct s3a_str text, bool keep_slash,
                             bool plus_is_space)
{
    s3a_buf_init(buf, TEXT_SIZE_MAX);
    s3a_uri_recode(buf, text, keep_slash, plus_is_space);
    s3a_check(buf->status == S3A_OK);
    return s3a_buf_str(buf);
}

/* What was encoded is decoded to what it was. */
static void check_encoding(struct s3a_str text, bool keep_slash)
{
    struct s3a_pool pool = {0};
    struct s3a_buf buf;
    struct s3a_str decoded;

    s3a_buf_init(&buf, TEXT_SIZE_MAX);
    s3a_uri_encode(&buf, text, keep_slash);
    s3a_check(buf.status == S3A_OK);
    for (size_t i = 0; i < buf.size; i++) {
        unsigned char byte = (unsigned char)buf.data[i];
        s3a_check(byte > ' ' && byte < 0x7f && (byte != '/' || keep_slash));
    }
    for (int plus_is_space = 0; plus_is_space < 2; plus_is_space++) {
        s3a_check(s3a_uri_decode(&pool, s3a_buf_str(&buf), plus_is_space, &decoded) == S3A_OK);
        s3a_check(s3a_str_equal(decoded, text));
    }
    s3a_buf_fini(&buf);
    s3a_pool_fini(&pool);
}

/* The form that is signed is one that stays as it is, and says what the sender's said. */
static void check_recoding(struct s3a_str text, bool keep_slash, bool plus_is_space)
{
    struct s3a_pool pool = {0};
    struct s3a_buf once;
    struct s3a_buf twice;
    struct s3a_str said;
    struct s3a_str says;
    struct s3a_str recoded = recode(&once, text, keep_slash, plus_is_space);

    s3a_check(s3a_str_equal(recode(&twice, recoded, keep_slash, plus_is_space), recoded));
    s3a_check(s3a_uri_decode(&pool, recoded, false, &says) == S3A_OK);
    if (s3a_uri_decode(&pool, text, plus_is_space, &said) == S3A_OK) {
        s3a_check(s3a_str_equal(said, says));
    } else {
        s3a_check(s3a_str_equal(said, text));
    }
    s3a_buf_fini(&once);
    s3a_buf_fini(&twice);
    s3a_pool_fini(&pool);
}

static int sign_of(int value)
{
    return (value > 0) - (value < 0);
}

static void check_order(struct s3a_str a, struct s3a_str b)
{
    struct s3a_buf recoded_a;
    struct s3a_buf recoded_b;
    int order =
        s3a_str_compare(recode(&recoded_a, a, false, true), recode(&recoded_b, b, false, true));

    s3a_check(sign_of(s3a_uri_compare(a, b)) == sign_of(order));
    s3a_check(sign_of(s3a_uri_compare(b, a)) == -sign_of(order));
    s3a_buf_fini(&recoded_a);
    s3a_buf_fini(&recoded_b);
}

/* The parts lie in the query, one behind the other, and leave out nothing but separators. */
static void check_query(struct s3a_str query)
{
    struct s3a_str rest = query;
    const char *at = query.data;
    struct s3a_str name;
    struct s3a_str value;

    while (s3a_query_next(&rest, &name, &value)) {
        for (; at < name.data; at++) {
            s3a_check(*at == '&');
        }
        s3a_check(at == name.data && s3a_str_find(name, '=') == name.size);
        at += name.size;
        if (value.data) {
            s3a_check(*at == '=' && value.data == at + 1);
            at += 1 + value.size;
        }
        s3a_check(s3a_str_find(name, '&') == name.size && s3a_str_find(value, '&') == value.size);
    }
    for (; at < query.data + query.size; at++) {
        s3a_check(*at == '&');
    }
}

static void check_endpoint(struct s3a_str text)
{
    struct s3a_pool pool = {0};
    struct s3a_endpoint endpoint;
    struct s3a_error error;
    enum s3a_status status = s3a_endpoint_parse(&pool, text, &endpoint, &error);

    if (status != S3A_OK) {
        s3a_check(error.status == status && error.message[0] != '\0');
    } else if (endpoint.scheme == S3A_SCHEME_FILE) {
        s3a_check(s3a_str_starts_with(endpoint.path, "/"));
        s3a_check(s3a_str_find(endpoint.path, '\0') == endpoint.path.size);
    } else {
        s3a_check(endpoint.host.size > 0 && endpoint.port > 0);
        s3a_check(endpoint.authority.size >= endpoint.host.size);
        s3a_check(!s3a_str_ends_with(endpoint.path, "/"));
        s3a_check(s3a_str_find(endpoint.authority, '@') == endpoint.authority.size);
        for (size_t i = 0; i < endpoint.authority.size; i++) {
            s3a_check((unsigned char)endpoint.authority.data[i] > ' ');
        }
        (void)s3a_host_is_address(endpoint.host);
    }
    s3a_pool_fini(&pool);
}

/* Two lines: the second is for what takes two. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str all = fuzz_copy(s3a_str_make(bytes, size));
    struct s3a_str rest = all;
    struct s3a_str first = fuzz_take_line(&rest);

    for (int i = 0; i < 4; i++) {
        check_recoding(all, i & 1, i & 2);
    }
    check_encoding(all, false);
    check_encoding(all, true);
    check_order(first, rest);
    check_query(all);
    check_endpoint(first);
    fuzz_free(all);
    return 0;
}
