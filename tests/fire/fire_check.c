/* SPDX-License-Identifier: MIT */
#include "fire_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define VIOLATIONS_TOLD_MAX 5

/* Shown of the log around a violation: at most so many lines of each of the two. */
#define LINES_TOLD_MAX 6

/* What is known of one token. Times of what did not happen are 0. */
struct tenure {
    uint64_t token;
    int64_t pid;
    bool entered;
    uint64_t began_us; /* the grant came after this ... */
    uint64_t enter_us; /* ... and before that */
    uint64_t held_us;  /* and it was still held at this time */
    uint64_t lost_us;  /* not any more at this one */
    uint64_t exit_us;
};

struct judge {
    const struct fire_line *lines;
    size_t count;
    uint64_t zero_us;
    struct tenure *tenures; /* one a token, in the order of the tokens */
    size_t tenure_count;
    FILE *evidence;
    struct fire_verdict *verdict;
};

static double seconds(const struct judge *judge, uint64_t at_us)
{
    return (double)((int64_t)at_us - (int64_t)judge->zero_us) / 1e6;
}

/* The lines of a token: the first and the last ones. */
static void tell_lines(const struct judge *judge, uint64_t token)
{
    char text[FIRE_LINE_SIZE_MAX];
    size_t total = 0;
    size_t nth = 0;

    for (size_t i = 0; i < judge->count; i++) {
        total += judge->lines[i].kind != FIRE_FAILED && judge->lines[i].token == token;
    }
    for (size_t i = 0; i < judge->count; i++) {
        const struct fire_line *line = &judge->lines[i];
        if (line->kind == FIRE_FAILED || line->token != token) {
            continue;
        }
        nth++;
        if (nth <= LINES_TOLD_MAX / 2 || nth + LINES_TOLD_MAX / 2 > total) {
            fire_line_print(line, text, sizeof(text));
            text[strcspn(text, "\n")] = '\0';
            fprintf(judge->evidence, "    line %zu: %s (%.6f s to %.6f s)\n", i + 1, text,
                    seconds(judge, line->began_us), seconds(judge, line->at_us));
        } else if (nth == LINES_TOLD_MAX / 2 + 1) {
            fprintf(judge->evidence, "    ... %zu more\n", total - LINES_TOLD_MAX);
        }
    }
}

/* second may be NULL. */
__attribute__((format(printf, 4, 5))) static void violation(struct judge *judge,
                                                            const struct tenure *first,
                                                            const struct tenure *second,
                                                            const char *format, ...)
{
    va_list arguments;

    if (judge->verdict->violations++ >= VIOLATIONS_TOLD_MAX) {
        return;
    }
    fprintf(judge->evidence, "violation: ");
    va_start(arguments, format);
    vfprintf(judge->evidence, format, arguments);
    va_end(arguments);
    fputc('\n', judge->evidence);
    for (int i = 0; i < (second ? 2 : 1); i++) {
        const struct tenure *tenure = i == 0 ? first : second;
        fprintf(judge->evidence, "  token %" PRIu64 ", process %" PRId64 ":\n", tenure->token,
                tenure->pid);
        tell_lines(judge, tenure->token);
    }
}

/* Lines of a token are told apart by number, so that the order of the file is kept. */
static int compare_lines(const void *left, const void *right)
{
    const struct fire_line *a = *(const struct fire_line *const *)left;
    const struct fire_line *b = *(const struct fire_line *const *)right;

    if (a->token != b->token) {
        return a->token < b->token ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

static void note(struct judge *judge, struct tenure *tenure, const struct fire_line *line)
{
    if (line->pid != tenure->pid) {
        violation(judge, tenure, NULL, "one token was used by process %" PRId64 " and %" PRId64,
                  tenure->pid, line->pid);
    }
    switch (line->kind) {
    case FIRE_ENTER:
        if (tenure->entered) {
            violation(judge, tenure, NULL, "one token was granted twice");
        }
        tenure->entered = true;
        tenure->began_us = line->began_us;
        tenure->enter_us = line->at_us;
        break;
    case FIRE_HELD:
        if (!tenure->entered) {
            violation(judge, tenure, NULL, "held, and never granted");
        }
        if (tenure->lost_us && line->began_us >= tenure->lost_us) {
            violation(judge, tenure, NULL, "held again after it had been lost");
        }
        if (tenure->exit_us && line->began_us >= tenure->exit_us) {
            violation(judge, tenure, NULL, "held after it had been given back");
        }
        if (line->began_us > tenure->held_us) {
            tenure->held_us = line->began_us;
        }
        break;
    case FIRE_LOST:
        tenure->lost_us = line->at_us;
        break;
    case FIRE_EXIT:
        tenure->exit_us = line->at_us;
        break;
    case FIRE_DELETED:
    case FIRE_FAILED:
        break;
    }
}

/* Puts together what belongs to each token. */
static bool gather(struct judge *judge)
{
    const struct fire_line **sorted = calloc(judge->count + 1, sizeof(*sorted));
    size_t count = 0;

    judge->tenures = calloc(judge->count + 1, sizeof(*judge->tenures));
    if (!sorted || !judge->tenures) {
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < judge->count; i++) {
        if (judge->lines[i].kind == FIRE_FAILED) {
            judge->verdict->failures++;
        } else {
            sorted[count++] = &judge->lines[i];
            judge->verdict->deletions += judge->lines[i].kind == FIRE_DELETED;
        }
    }
    qsort(sorted, count, sizeof(*sorted), compare_lines);
    for (size_t i = 0; i < count; i++) {
        const struct fire_line *line = sorted[i];
        if (i == 0 || sorted[i - 1]->token != line->token) {
            judge->tenures[judge->tenure_count++] =
                (struct tenure){.token = line->token, .pid = line->pid};
        }
        note(judge, &judge->tenures[judge->tenure_count - 1], line);
    }
    free(sorted);
    return true;
}

/* S2, by when each grant was asked for and known: no grant that was known before another was asked
 * for has the higher token. */
static void check_order_of_grants(struct judge *judge)
{
    const struct tenure *latest = NULL; /* asked for last, among the lower tokens */

    for (size_t i = 0; i < judge->tenure_count; i++) {
        const struct tenure *tenure = &judge->tenures[i];
        if (!tenure->entered) {
            continue;
        }
        if (latest && tenure->enter_us < latest->began_us) {
            violation(judge, latest, tenure,
                      "the lower token was asked for %.3f ms after the higher one was granted",
                      (double)(latest->began_us - tenure->enter_us) / 1e3);
        }
        if (!latest || tenure->began_us > latest->began_us) {
            latest = tenure;
        }
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct tenure *a = *(const struct tenure *const *)left;
    const struct tenure *b = *(const struct tenure *const *)right;

    if (a->enter_us != b->enter_us) {
        return a->enter_us < b->enter_us ? -1 : 1;
    }
    return a->token < b->token ? -1 : a->token > b->token;
}

/*
 * S1 and S2 among those that are proven to have been held at some time. Two of them at the same
 * time are two holders. One after the other with the higher token first: either that token was not
 * higher than that of the grant before, or both were held at the time of the first.
 */
static bool check_tenures(struct judge *judge)
{
    const struct tenure **proven = calloc(judge->tenure_count + 1, sizeof(*proven));
    const struct tenure *longest = NULL;
    size_t count = 0;

    if (!proven) {
        return false;
    }
    for (size_t i = 0; i < judge->tenure_count; i++) {
        const struct tenure *tenure = &judge->tenures[i];
        if (tenure->entered && tenure->held_us >= tenure->enter_us) {
            proven[count++] = tenure;
        }
    }
    qsort(proven, count, sizeof(*proven), compare_entries);
    for (size_t i = 0; i < count; i++) {
        const struct tenure *tenure = proven[i];
        if (longest && tenure->enter_us <= longest->held_us) {
            uint64_t end_us =
                tenure->held_us < longest->held_us ? tenure->held_us : longest->held_us;
            violation(judge, longest, tenure,
                      "two processes held the lock at the same time, for %.3f ms",
                      (double)(end_us - tenure->enter_us) / 1e3);
        } else if (i > 0 && tenure->token < proven[i - 1]->token) {
            violation(judge, proven[i - 1], tenure, "the lower token was held after the higher");
        }
        if (!longest || tenure->held_us > longest->held_us) {
            longest = tenure;
        }
    }
    free(proven);
    return true;
}

static void count_grants(struct judge *judge)
{
    const struct tenure *before = NULL;

    for (size_t i = 0; i < judge->tenure_count; i++) {
        const struct tenure *tenure = &judge->tenures[i];
        if (!tenure->entered) {
            continue;
        }
        judge->verdict->grants++;
        judge->verdict->takeovers +=
            before && (before->exit_us == 0 || before->exit_us > tenure->enter_us);
        before = tenure;
    }
}

bool fire_check(const struct fire_line *lines, size_t count, FILE *evidence,
                struct fire_verdict *ret_verdict)
{
    struct judge judge = {
        .lines = lines, .count = count, .evidence = evidence, .verdict = ret_verdict};
    bool done = false;

    memset(ret_verdict, 0, sizeof(*ret_verdict));
    judge.zero_us = count > 0 ? lines[0].began_us : 0;
    if (!gather(&judge)) {
        goto out;
    }
    check_order_of_grants(&judge);
    done = check_tenures(&judge);
    count_grants(&judge);

out:
    free(judge.tenures);
    return done;
}
