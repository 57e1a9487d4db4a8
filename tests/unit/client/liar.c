/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "liar.h"

#include <stdio.h>
#include <string.h>

/* Of the one liar that there is at a time: it is looked at when its client has gone, too. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static struct liar *liar_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct liar, transport);
}

static struct liar_object *find(struct liar *liar, struct s3a_str key)
{
    for (size_t i = 0; i < LIAR_OBJECTS_MAX; i++) {
        if (s3a_str_is(key, liar->objects[i].key)) {
            return &liar->objects[i];
        }
    }
    return NULL;
}

static bool is_scratch(struct s3a_str key)
{
    const char *mark = S3A_PROBE_DIRECTORY;

    for (size_t i = 0; i + strlen(mark) <= key.size; i++) {
        if (memcmp(key.data + i, mark, strlen(mark)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_match(const struct liar *liar, const struct liar_object *object,
                     struct s3a_str condition)
{
    char bare[sizeof(object->etag)];

    snprintf(bare, sizeof(bare), "%.*s", (int)strlen(object->etag) - 2, object->etag + 1);
    return !liar->never_matches &&
           (s3a_str_is(condition, bare) ||
            (!liar->wants_bare_etag && s3a_str_is(condition, object->etag)));
}

static void put(struct liar *liar, const struct s3a_call *call, struct s3a_answer *answer)
{
    const struct s3a_op *op = &call->op;
    struct liar_object *object = find(liar, op->key);

    if (op->if_none_match.data && object && !liar->ignores_if_none_match) {
        s3a_answer_fail(answer, S3A_CODE_PRECONDITION_FAILED);
        return;
    }
    if (op->if_match.data && !liar->ignores_if_match &&
        (!object || !is_match(liar, object, op->if_match))) {
        s3a_answer_fail(answer, object ? S3A_CODE_PRECONDITION_FAILED : S3A_CODE_NO_SUCH_KEY);
        return;
    }
    object = object ? object : find(liar, S3A_STR(""));
    assert_non_null(object);
    snprintf(object->key, sizeof(object->key), "%.*s", S3A_STR_ARG(op->key));
    snprintf(object->etag, sizeof(object->etag), "\"%u\"", ++liar->version);
    snprintf(object->body, sizeof(object->body), "%.*s", S3A_STR_ARG(call->body));
    strcpy(answer->etag, object->etag);
}

static void apply(struct liar *liar, const struct s3a_call *call, struct s3a_answer *answer)
{
    const struct s3a_op *op = &call->op;
    struct liar_object *object = find(liar, op->key);

    answer->date_ms = 1790000000000;
    answer->modified_ms = 1790000000000;
    if (op->kind == S3A_OP_PUT_OBJECT) {
        put(liar, call, answer);
    } else if (op->kind == S3A_OP_DELETE_OBJECT) {
        if (op->if_match.data && object && !liar->deletes_blindly &&
            !is_match(liar, object, op->if_match)) {
            s3a_answer_fail(answer, S3A_CODE_PRECONDITION_FAILED);
        } else if (object) {
            object->key[0] = '\0';
        }
    } else if (object) {
        strcpy(answer->etag, object->etag);
        answer->object_size = strlen(object->body);
        s3a_buf_append_text(&answer->body, object->body);
    } else {
        s3a_answer_fail(answer, S3A_CODE_NO_SUCH_KEY);
    }
}

static void record(struct liar *liar, const struct s3a_op *op)
{
    struct liar_request *request = &liar->requests[liar->request_count++];

    assert_true(liar->request_count < LIAR_REQUESTS_MAX);
    request->kind = op->kind;
    request->is_probe = is_scratch(op->key);
    liar->probe_count += request->is_probe;
    snprintf(request->if_match, sizeof(request->if_match), "%.*s", S3A_STR_ARG(op->if_match));
    snprintf(request->if_none_match, sizeof(request->if_none_match), "%.*s",
             S3A_STR_ARG(op->if_none_match));
    pthread_cond_broadcast(&changed);
}

static void serve(struct liar *liar, struct s3a_call *call)
{
    unsigned at = liar->request_count;

    record(liar, &call->op);
    if (liar->forgets[at]) {
        memset(liar->objects, 0, sizeof(liar->objects));
    }
    if (liar->answers[at] == S3A_CODE_NONE) {
        apply(liar, call, &call->answer);
        if (liar->doubles[at]) {
            s3a_call_clear_answer(call);
            apply(liar, call, &call->answer);
        }
    } else {
        s3a_answer_fail(&call->answer, liar->answers[at]);
    }
    if (liar->loses[at]) {
        s3a_call_clear_answer(call);
        s3a_call_fail(call, S3A_TIMEOUT, true, "no answer");
    }
}

static void run(struct s3a_task *task)
{
    struct liar *liar = s3a_list_entry(task, struct liar, task);
    struct s3a_list *link;

    while ((link = liar->is_silent ? NULL : s3a_list_pop(&liar->waiting)) != NULL) {
        struct s3a_call *call = s3a_list_entry(link, struct s3a_call, link);
        pthread_mutex_lock(&mutex);
        serve(liar, call);
        pthread_mutex_unlock(&mutex);
        s3a_call_finish(call);
    }
}

static void send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct liar *liar = liar_of(transport);

    s3a_list_init(&call->link);
    s3a_list_append(&liar->waiting, &call->link);
    s3a_loop_post(liar->client->loop, &liar->task);
}

static void abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    (void)transport;
    s3a_list_remove(&call->link);
}

static void free_transport(struct s3a_transport *transport)
{
    assert_true(s3a_list_is_empty(&liar_of(transport)->waiting));
}

void liar_open(struct liar *liar, const struct s3a_client_options *options)
{
    struct s3a_client_options own = options ? *options : (struct s3a_client_options){0};
    struct s3a_error error;

    own.endpoint = own.endpoint ? own.endpoint : "http://store.example";
    own.access_key = "AKIDEXAMPLE";
    own.secret_key = "secret";
    own.attempts_max = 1;
    memset(liar, 0, sizeof(*liar));
    liar->transport = (struct s3a_transport){send, abandon, free_transport};
    liar->task.run = run;
    s3a_list_init(&liar->waiting);
    assert_int_equal(s3a_client_new_over(&own, &liar->transport, &liar->client, &error), S3A_OK);
}

void liar_close(struct liar *liar)
{
    s3a_client_free(liar->client);
}

int liar_set_up(void **state)
{
    static struct liar liar;

    liar_open(&liar, NULL);
    *state = &liar;
    return 0;
}

int liar_tear_down(void **state)
{
    liar_close(*state);
    return 0;
}

static void speak(struct s3a_task *task)
{
    struct liar *liar = s3a_list_entry(task, struct liar, speak_task);

    liar->is_silent = false;
    run(&liar->task);
}

void liar_speak(struct liar *liar)
{
    liar->speak_task.run = speak;
    s3a_loop_post(liar->client->loop, &liar->speak_task);
}

void liar_wait(struct liar *liar, unsigned request_count)
{
    pthread_mutex_lock(&mutex);
    while (liar->request_count < request_count) {
        pthread_cond_wait(&changed, &mutex);
    }
    pthread_mutex_unlock(&mutex);
}

void liar_put(struct liar *liar, const char *key, const char *body)
{
    struct liar_object *object;

    pthread_mutex_lock(&mutex);
    object = find(liar, s3a_str_of(key));
    object = object ? object : find(liar, S3A_STR(""));
    assert_non_null(object);
    snprintf(object->key, sizeof(object->key), "%s", key);
    snprintf(object->etag, sizeof(object->etag), "\"%u\"", ++liar->version);
    snprintf(object->body, sizeof(object->body), "%s", body);
    pthread_mutex_unlock(&mutex);
}

const char *liar_body(struct liar *liar, const char *key)
{
    struct liar_object *object = find(liar, s3a_str_of(key));

    return object ? object->body : "";
}

bool liar_has_scratch(struct liar *liar)
{
    bool has = false;

    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < LIAR_OBJECTS_MAX; i++) {
        has = has || is_scratch(s3a_str_of(liar->objects[i].key));
    }
    pthread_mutex_unlock(&mutex);
    return has;
}

struct s3a_lock *liar_take(struct liar *liar, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    if (s3a_lock_acquire(liar->client, LIAR_BUCKET, LIAR_LOCK_NAME, options, &lock, &error) !=
        S3A_OK) {
        fail_msg("%s", error.message);
    }
    return lock;
}

bool liar_give_back(struct s3a_lock *lock)
{
    struct s3a_error error;

    assert_false(s3a_lock_was_deleted(lock));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    bool was_deleted = s3a_lock_was_deleted(lock);
    s3a_lock_free(lock);
    return was_deleted;
}

bool liar_lock_is_free(struct liar *liar)
{
    return strstr(liar_body(liar, LIAR_LOCK_KEY), "\"state\":\"free\"") != NULL;
}

void liar_end(struct liar *liar)
{
    liar_close(liar);
    assert_false(liar_has_scratch(liar));
}

void liar_begin(struct liar *liar, const char *endpoint)
{
    const struct s3a_client_options options = {.endpoint = endpoint};

    liar_open(liar, &options);
}
