/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"
#include "exchange.h"

/*
 * Exchanges are large, and those of one commit end all at once. Their memory is kept for the next
 * ones: so many at the most, and never more than were under way together.
 */
#define SPARES_MAX 256

static struct s3a_exchange *take_memory(struct s3a_front *front)
{
    struct s3a_list *link = s3a_list_pop(&front->spares);

    if (!link) {
        return calloc(1, sizeof(struct s3a_exchange));
    }
    front->spare_count--;
    return s3a_list_entry(link, struct s3a_exchange, under_way);
}

static void free_memory(struct s3a_exchange *exchange)
{
    s3a_pool_fini(&exchange->pool);
    s3a_pool_fini(&exchange->answer.pool);
    free(exchange);
}

/* The one that ended last is used first: it is still in the processor's cache. */
static void give_memory_back(struct s3a_front *front, struct s3a_exchange *exchange)
{
    if (front->spare_count == SPARES_MAX) {
        free_memory(exchange);
        return;
    }
    s3a_list_append(front->spares.next, &exchange->under_way); /* before the first */
    front->spare_count++;
}

struct s3a_exchange *s3a_exchange_new(struct s3a_front *front, struct MHD_Connection *connection,
                                      const char *target)
{
    struct s3a_exchange *exchange = take_memory(front);

    if (!exchange) {
        return NULL;
    }
    struct s3a_pool answer_pool = exchange->answer.pool;
    exchange->front = front;
    exchange->connection = connection;
    exchange->start_us = s3a_clock_us();
    exchange->target = s3a_pool_copy(&exchange->pool, s3a_str_of(target));
    s3a_answer_init(&exchange->answer, S3A_INLINE_SIZE_MAX);
    exchange->answer.pool = answer_pool;
    s3a_buf_init(&exchange->xml, S3A_XML_SIZE_MAX);
    s3a_list_init(&exchange->completed);
    s3a_list_init(&exchange->under_way);
    s3a_list_init(&exchange->held);
    if (!exchange->target.data) {
        s3a_exchange_free(exchange);
        return NULL;
    }
    snprintf(exchange->answer.request_id, sizeof(exchange->answer.request_id), "%016" PRIX64,
             front->request_id_start + atomic_fetch_add(&front->request_count, 1));
    return exchange;
}

void s3a_exchange_free(struct s3a_exchange *exchange)
{
    if (!exchange) {
        return;
    }
    s3a_check(exchange->state != S3A_EXCHANGE_COMMITTING);
    struct s3a_front *front = exchange->front;
    struct s3a_pool answer_pool = exchange->answer.pool;
    s3a_list_remove(&exchange->under_way);
    s3a_list_remove(&exchange->held);
    s3a_body_fini(&exchange->body);
    s3a_pool_init(&exchange->answer.pool); /* kept */
    s3a_answer_fini(&exchange->answer);
    s3a_buf_fini(&exchange->xml);
    s3a_pool_clear(&exchange->pool);
    s3a_pool_clear(&answer_pool);
    *exchange = (struct s3a_exchange){.pool = exchange->pool, .answer.pool = answer_pool};
    give_memory_back(front, exchange);
}

void s3a_exchange_free_spares(struct s3a_front *front)
{
    struct s3a_list *link;

    while ((link = s3a_list_pop(&front->spares))) {
        free_memory(s3a_list_entry(link, struct s3a_exchange, under_way));
    }
    front->spare_count = 0;
}
