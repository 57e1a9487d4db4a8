/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "certificates.h"

/* Certificates with nothing in them; what is freed too early, or twice, a sanitizer finds. */
static void show(struct s3a_certificates *certificates)
{
    struct s3a_tls *tls = calloc(1, sizeof(*tls));

    assert_non_null(tls);
    s3a_certificates_show(certificates, tls);
}

static void without_any_there_is_none_to_hold(void **state)
{
    (void)state;
    struct s3a_certificates certificates;

    s3a_certificates_init(&certificates);
    assert_null(s3a_certificates_hold(&certificates));
    s3a_certificates_let_go(&certificates, NULL);
    s3a_certificates_fini(&certificates);
}

static void one_that_nobody_uses_goes_when_another_is_shown(void **state)
{
    (void)state;
    struct s3a_certificates certificates;

    s3a_certificates_init(&certificates);
    for (int i = 0; i < 100; i++) {
        show(&certificates);
        assert_int_equal(s3a_certificates_count(&certificates), 1);
        s3a_certificates_let_go(&certificates, s3a_certificates_hold(&certificates));
        assert_int_equal(s3a_certificates_count(&certificates), 1);
    }
    s3a_certificates_fini(&certificates);
}

static void one_in_use_goes_with_its_last_connection(void **state)
{
    (void)state;
    struct s3a_certificates certificates;

    s3a_certificates_init(&certificates);
    show(&certificates);
    struct s3a_tls *first = s3a_certificates_hold(&certificates);
    assert_ptr_equal(s3a_certificates_hold(&certificates), first);
    show(&certificates);
    struct s3a_tls *second = s3a_certificates_hold(&certificates);
    assert_ptr_not_equal(second, first);
    s3a_certificates_let_go(&certificates, first);
    assert_int_equal(s3a_certificates_count(&certificates), 2);
    s3a_certificates_let_go(&certificates, first);
    assert_int_equal(s3a_certificates_count(&certificates), 1);
    s3a_certificates_let_go(&certificates, second);
    assert_int_equal(s3a_certificates_count(&certificates), 1);
    s3a_certificates_fini(&certificates);
}

/* A connection that began under the first may have been shown the second or the third. */
static void what_came_after_one_in_use_stays_with_it(void **state)
{
    (void)state;
    struct s3a_certificates certificates;

    s3a_certificates_init(&certificates);
    show(&certificates);
    struct s3a_tls *first = s3a_certificates_hold(&certificates);
    show(&certificates);
    struct s3a_tls *second = s3a_certificates_hold(&certificates);
    show(&certificates);
    show(&certificates);
    s3a_certificates_let_go(&certificates, second);
    assert_int_equal(s3a_certificates_count(&certificates), 4);
    s3a_certificates_let_go(&certificates, first);
    assert_int_equal(s3a_certificates_count(&certificates), 1);
    s3a_certificates_fini(&certificates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_there_is_none_to_hold),
        cmocka_unit_test(one_that_nobody_uses_goes_when_another_is_shown),
        cmocka_unit_test(one_in_use_goes_with_its_last_connection),
        cmocka_unit_test(what_came_after_one_in_use_stays_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
