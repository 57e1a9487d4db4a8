/* SPDX-License-Identifier: MIT */
#include "held.h"

#include "clock.h"

static struct s3a_exchange *exchange_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_exchange, held);
}

/* Sorted, the next one first. Most are held for much the same time: their place is near the end. */
void s3a_held_add(struct s3a_exchange *exchange, uint64_t until_ms)
{
    struct s3a_list *link = exchange->front->held.prev;

    while (link != &exchange->front->held && exchange_of(link)->held_until_ms > until_ms) {
        link = link->prev;
    }
    exchange->held_until_ms = until_ms;
    s3a_list_append(link->next, &exchange->held); /* before the one behind it */
}

uint64_t s3a_held_wait_ms(const struct s3a_front *front, uint64_t max_ms)
{
    struct s3a_list *first = front->held.next;
    uint64_t now_ms;
    uint64_t until_ms;

    if (first == &front->held) {
        return max_ms;
    }
    now_ms = s3a_clock_ms();
    until_ms = exchange_of(first)->held_until_ms;
    if (until_ms <= now_ms || front->is_closing) {
        return 0;
    }
    return until_ms - now_ms < max_ms ? until_ms - now_ms : max_ms;
}

static bool is_due(const struct s3a_front *front, const struct s3a_exchange *exchange,
                   uint64_t now_ms)
{
    if (exchange->held_until_ms == S3A_HELD_FOR_EVER) {
        return front->is_closing || exchange->faults.lifts != atomic_load(&front->faults->lifts);
    }
    return front->is_closing || exchange->held_until_ms <= now_ms;
}

void s3a_held_release(struct s3a_front *front)
{
    struct s3a_list *link = front->held.next;

    if (link == &front->held) {
        return;
    }
    uint64_t now_ms = s3a_clock_ms();
    while (link != &front->held) {
        struct s3a_exchange *exchange = exchange_of(link);
        link = link->next;
        if (is_due(front, exchange, now_ms)) {
            s3a_list_remove(&exchange->held);
            s3a_exchange_release(exchange);
        }
    }
}
