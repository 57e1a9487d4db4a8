/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "error.h"

/* 2^64 divided by the golden ratio: the step of SplitMix64. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

struct s3a_counted_fault {
    struct s3a_fault_rule rule;
    uint64_t salt;     /* of its kind, so that two kinds with one seed do not strike together */
    uint64_t matched;  /* requests that it was about */
    uint64_t injected; /* and that it struck */
};

/* The finish of SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* FNV-1a (Fowler, Noll and Vo). */
static uint64_t hash(struct s3a_str text)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < text.size; i++) {
        value = (value ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001b3);
    }
    return value;
}

/* A number of its own for each purpose, of the request with this number. */
static uint64_t draw(const struct s3a_counted_fault *fault, uint64_t number, unsigned purpose)
{
    return mix(mix(fault->rule.seed ^ fault->salt) + (2 * number + purpose) * GOLDEN);
}

static bool strikes(const struct s3a_counted_fault *fault, uint64_t number)
{
    const struct s3a_fault_rule *rule = &fault->rule;

    if (number < rule->after) {
        return false;
    }
    uint64_t since = number - rule->after;
    return (rule->first == 0 || since < rule->first) && since % rule->every == rule->every - 1 &&
           draw(fault, number, 0) % S3A_FAULT_ALWAYS < rule->rate;
}

static uint64_t latency_ms(const struct s3a_counted_fault *fault, uint64_t number)
{
    const struct s3a_fault_rule *rule = &fault->rule;
    uint64_t random = draw(fault, number, 1);

    if (rule->distribution == S3A_FAULT_UNIFORM) {
        return rule->min_ms + random % (rule->max_ms - rule->min_ms + 1);
    }
    /* 53 bits, from just above 0 to 1. */
    double even = (double)((random >> 11) + 1) / 9007199254740992.0;
    double ms = -log(even) * (double)rule->min_ms;
    return ms < S3A_FAULT_LATENCY_MAX_MS ? (uint64_t)ms : S3A_FAULT_LATENCY_MAX_MS;
}

/* False where the rule has an end to give, and another was first. */
static bool take_ending(const struct s3a_fault_rule *rule, struct s3a_fault_decision *decision)
{
    if (decision->ending != S3A_FAULT_NONE) {
        return false;
    }
    decision->ending = rule->kind;
    decision->is_after = rule->is_after;
    decision->code = rule->code;
    decision->http_status = rule->http_status;
    decision->keeps_some = rule->keeps_some;
    decision->bytes_kept = rule->bytes_kept;
    return true;
}

static bool inject(const struct s3a_counted_fault *fault, uint64_t number,
                   struct s3a_fault_decision *decision)
{
    const struct s3a_fault_rule *rule = &fault->rule;

    switch (rule->kind) {
    case S3A_FAULT_NONE:
        break;
    case S3A_FAULT_LATENCY:
        *(rule->is_after ? &decision->delay_after_ms : &decision->delay_ms) +=
            latency_ms(fault, number);
        break;
    case S3A_FAULT_ERROR:
    case S3A_FAULT_RESET:
    case S3A_FAULT_FREEZE:
    case S3A_FAULT_TRUNCATE:
        return take_ending(rule, decision);
    case S3A_FAULT_DATE:
        decision->date_offset_ms += rule->offset_ms;
        break;
    case S3A_FAULT_ETAG:
        decision->etag = rule->etag;
        break;
    case S3A_FAULT_IGNORE_IF_MATCH:
        decision->ignores_if_match = true;
        break;
    case S3A_FAULT_IGNORE_IF_NONE_MATCH:
        decision->ignores_if_none_match = true;
        break;
    }
    return true;
}

void s3a_faults_decide(struct s3a_faults *faults, struct s3a_str method, const struct s3a_op *op,
                       struct s3a_fault_decision *ret_decision)
{
    *ret_decision = (struct s3a_fault_decision){0};
    if (!atomic_load_explicit(&faults->any, memory_order_acquire)) {
        return;
    }
    pthread_mutex_lock(&faults->mutex);
    ret_decision->lifts = atomic_load(&faults->lifts);
    for (size_t i = 0; i < faults->count; i++) {
        struct s3a_counted_fault *fault = &faults->rules[i];
        if (!s3a_fault_rule_is_about(&fault->rule, method, op)) {
            continue;
        }
        uint64_t number = fault->matched++;
        if (strikes(fault, number) && inject(fault, number, ret_decision)) {
            fault->injected++;
        }
    }
    pthread_mutex_unlock(&faults->mutex);
}

void s3a_faults_init(struct s3a_faults *faults)
{
    *faults = (struct s3a_faults){.is_open = true};
    s3a_list_init(&faults->watchers);
    s3a_check(pthread_mutex_init(&faults->mutex, NULL) == 0);
}

void s3a_faults_watch(struct s3a_faults *faults, struct s3a_fault_watcher *watcher)
{
    pthread_mutex_lock(&faults->mutex);
    s3a_list_append(&faults->watchers, &watcher->link);
    pthread_mutex_unlock(&faults->mutex);
}

void s3a_faults_unwatch(struct s3a_faults *faults, struct s3a_fault_watcher *watcher)
{
    pthread_mutex_lock(&faults->mutex);
    s3a_list_remove(&watcher->link);
    pthread_mutex_unlock(&faults->mutex);
}

static void free_rules(struct s3a_counted_fault *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        s3a_fault_rule_fini(&rules[i].rule);
    }
    free(rules);
}

void s3a_faults_fini(struct s3a_faults *faults)
{
    if (faults->is_open) {
        free_rules(faults->rules, faults->count);
        pthread_mutex_destroy(&faults->mutex);
    }
    *faults = (struct s3a_faults){0};
}

/* With the mutex held. */
static void lift(struct s3a_faults *faults)
{
    struct s3a_list *link;

    atomic_fetch_add(&faults->lifts, 1);
    for (link = faults->watchers.next; link != &faults->watchers; link = link->next) {
        struct s3a_fault_watcher *watcher = s3a_list_entry(link, struct s3a_fault_watcher, link);
        watcher->lifted(watcher->user);
    }
}

/* Puts what was read behind what is there, or in its place. The rules are taken over where it
 * returns S3A_OK. To have none takes no memory. */
static enum s3a_status install(struct s3a_faults *faults, const struct s3a_counted_fault *added,
                               size_t count, bool replace, struct s3a_error *error)
{
    struct s3a_counted_fault *before = NULL;
    size_t count_before = 0;
    struct s3a_counted_fault *rules;
    enum s3a_status status = S3A_OK;

    pthread_mutex_lock(&faults->mutex);
    size_t kept = replace ? 0 : faults->count;
    if (kept + count > S3A_FAULTS_MAX) {
        status =
            s3a_error_set(error, S3A_INVALID, "there are %d faults at the most", S3A_FAULTS_MAX);
        goto out;
    }
    rules = kept + count > 0 ? calloc(kept + count, sizeof(rules[0])) : NULL;
    if (!rules && kept + count > 0) {
        status = s3a_error_set_no_memory(error);
        goto out;
    }
    for (size_t i = 0; i < kept + count; i++) {
        rules[i] = i < kept ? faults->rules[i] : added[i - kept];
    }
    before = faults->rules;
    count_before = faults->count - kept;
    faults->rules = rules;
    faults->count = kept + count;
    atomic_store_explicit(&faults->any, faults->count > 0, memory_order_release);
    if (replace) {
        lift(faults);
    }
out:
    pthread_mutex_unlock(&faults->mutex);
    free_rules(before, count_before);
    return status;
}

static enum s3a_status read_rule(struct s3a_str text, struct s3a_counted_fault *ret_fault,
                                 struct s3a_error *error)
{
    enum s3a_status status = s3a_fault_rule_init(&ret_fault->rule, text, error);

    ret_fault->salt = status == S3A_OK ? hash(ret_fault->rule.what) : 0;
    return status;
}

enum s3a_status s3a_faults_add(struct s3a_faults *faults, struct s3a_str text,
                               struct s3a_error *error)
{
    struct s3a_counted_fault fault = {0};
    enum s3a_status status = read_rule(text, &fault, error);

    if (status == S3A_OK) {
        status = install(faults, &fault, 1, false, error);
    }
    if (status != S3A_OK) {
        s3a_fault_rule_fini(&fault.rule);
    }
    return status;
}

/* Into as many of rules as there are lines; *ret_count is written in any case. */
static enum s3a_status read_lines(struct s3a_str text, struct s3a_counted_fault *rules,
                                  size_t *ret_count, struct s3a_error *error)
{
    unsigned number = 0;

    *ret_count = 0;
    while (text.size > 0) {
        struct s3a_str line = s3a_str_split(&text, '\n');
        number++;
        if (line.size > 0 && line.data[line.size - 1] == '\r') {
            line.size--;
        }
        line = s3a_str_trim(s3a_str_split(&line, '#'));
        if (line.size == 0) {
            continue;
        }
        if (*ret_count == S3A_FAULTS_MAX) {
            return s3a_error_set(error, S3A_INVALID, "there are %d faults at the most",
                                 S3A_FAULTS_MAX);
        }
        enum s3a_status status = read_rule(line, &rules[*ret_count], error);
        if (status != S3A_OK) {
            s3a_error_prefix(error, "line %u", number);
            return status;
        }
        ++*ret_count;
    }
    return S3A_OK;
}

enum s3a_status s3a_faults_add_lines(struct s3a_faults *faults, struct s3a_str text, bool replace,
                                     struct s3a_error *error)
{
    struct s3a_counted_fault *rules = calloc(S3A_FAULTS_MAX, sizeof(rules[0]));
    size_t count = 0;
    enum s3a_status status;

    if (!rules) {
        return s3a_error_set_no_memory(error);
    }
    status = read_lines(text, rules, &count, error);
    if (status == S3A_OK) {
        status = install(faults, rules, count, replace, error);
    }
    free_rules(rules, status == S3A_OK ? 0 : count);
    return status;
}

void s3a_faults_clear(struct s3a_faults *faults)
{
    s3a_check(install(faults, NULL, 0, true, NULL) == S3A_OK);
}

bool s3a_faults_count(struct s3a_faults *faults, size_t index,
                      struct s3a_server_fault_count *ret_count)
{
    bool is_there;

    *ret_count = (struct s3a_server_fault_count){0};
    pthread_mutex_lock(&faults->mutex);
    is_there = index < faults->count;
    if (is_there) {
        const struct s3a_counted_fault *fault = &faults->rules[index];
        snprintf(ret_count->text, sizeof(ret_count->text), "%.*s", S3A_STR_ARG(fault->rule.text));
        ret_count->matched = fault->matched;
        ret_count->injected = fault->injected;
    }
    pthread_mutex_unlock(&faults->mutex);
    return is_there;
}

/* A rule's text is printable ASCII. */
static void write_text(struct s3a_buf *buf, const char *text)
{
    s3a_buf_append_byte(buf, '"');
    for (; *text; text++) {
        if (*text == '\t') {
            s3a_buf_append_text(buf, "\\t");
            continue;
        }
        if (*text == '"' || *text == '\\') {
            s3a_buf_append_byte(buf, '\\');
        }
        s3a_buf_append_byte(buf, *text);
    }
    s3a_buf_append_byte(buf, '"');
}

void s3a_faults_write_json(struct s3a_faults *faults, struct s3a_buf *buf)
{
    struct s3a_server_fault_count count;

    s3a_buf_append_text(buf, "{\"faults\":[");
    for (size_t i = 0; s3a_faults_count(faults, i, &count); i++) {
        s3a_buf_append_text(buf, i > 0 ? ",{\"fault\":" : "{\"fault\":");
        write_text(buf, count.text);
        s3a_buf_append_format(buf, ",\"matched\":%" PRIu64 ",\"injected\":%" PRIu64 "}",
                              count.matched, count.injected);
    }
    s3a_buf_append_text(buf, "]}\n");
}
