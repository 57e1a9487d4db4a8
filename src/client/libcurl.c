/* SPDX-License-Identifier: MIT */
#include "libcurl.h"

#include <curl/curl.h>
#include <pthread.h>

#include "check.h"

/* Never undone: the program may use libcurl as well, and nobody can tell when it has ended. */
static void start(void)
{
    s3a_check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

void s3a_libcurl_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start);
}
