/* SPDX-License-Identifier: MIT */
#include "fire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fire_http.h"

/* Connections served at once; more are cut off. */
#define CROSSINGS_MAX 256

/* Nothing waits longer than this for a peer. */
#define PEER_TIMEOUT_S 20

#define DELAY_MS_MAX 400
#define LATE_MS_MAX 3500
#define SLICE_US 20000

enum fate {
    FATE_GOOD,
    FATE_REQUEST_LOST, /* cut before it reaches the server */
    FATE_ANSWER_LOST,  /* applied, then cut */
    FATE_ANSWER_CUT,   /* applied, and its answer ends in the middle */
    FATE_DELAYED,      /* in time, perhaps */
    FATE_LATE,         /* its sender has given up by then */
    FATE_REPEATED,     /* answered, and delivered once more some time later */
};

/* Out of 100; the rest is good. */
static const struct {
    enum fate fate;
    unsigned chance;
} chances[] = {
    {FATE_REQUEST_LOST, 4}, {FATE_ANSWER_LOST, 5}, {FATE_ANSWER_CUT, 3},
    {FATE_DELAYED, 8},      {FATE_LATE, 3},        {FATE_REPEATED, 4},
};

/* One connection, with the thread that serves it. */
struct crossing {
    int client; /* -1: nobody waits, the request is only repeated */
    uint16_t server_port;
    uint64_t random;
    struct fire_network *network;
    struct fire_message request;
    struct fire_message answer;
};

static atomic_uint crossings;

static enum fate draw(struct crossing *crossing)
{
    uint64_t number = fire_random(&crossing->random, 100);

    if (atomic_load(&crossing->network->calm)) {
        return FATE_GOOD;
    }
    for (size_t i = 0; i < sizeof(chances) / sizeof(chances[0]); i++) {
        if (number < chances[i].chance) {
            return chances[i].fate;
        }
        number -= chances[i].chance;
    }
    return FATE_GOOD;
}

/* Once all is calm, nothing is held back any longer. */
static void hold_back(struct crossing *crossing, uint64_t from_ms, uint64_t to_ms)
{
    uint64_t until_us =
        fire_now_us() + (from_ms + fire_random(&crossing->random, to_ms - from_ms)) * 1000;

    while (fire_now_us() < until_us && !atomic_load(&crossing->network->calm)) {
        fire_pause_us(SLICE_US);
    }
}

static void bound(int fd)
{
    const struct timeval timeout = {.tv_sec = PEER_TIMEOUT_S};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

/* Over a connection of its own. False where the server is away. */
static bool ask_server(struct crossing *crossing)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(crossing->server_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return false;
    }
    bound(fd);
    bool done = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                fire_send(fd, crossing->request.data, crossing->request.size) &&
                fire_message_read(fd, true, &crossing->answer);
    close(fd);
    return done;
}

static bool start(struct crossing *crossing, void *(*run)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;

    if (atomic_fetch_add(&crossings, 1) >= CROSSINGS_MAX) {
        atomic_fetch_sub(&crossings, 1);
        return false;
    }
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool done = pthread_create(&thread, &attributes, run, crossing) == 0;
    pthread_attr_destroy(&attributes);
    if (!done) {
        atomic_fetch_sub(&crossings, 1);
    }
    return done;
}

static void end(struct crossing *crossing)
{
    if (crossing->client >= 0) {
        close(crossing->client);
    }
    free(crossing);
    atomic_fetch_sub(&crossings, 1);
}

static void *repeat(void *arg)
{
    struct crossing *crossing = arg;

    hold_back(crossing, 1, LATE_MS_MAX);
    (void)ask_server(crossing);
    end(crossing);
    return NULL;
}

/* A second one, of which nobody knows. */
static void start_repeat(const struct crossing *crossing)
{
    struct crossing *ghost = malloc(sizeof(*ghost));

    if (!ghost) {
        return;
    }
    *ghost = *crossing;
    ghost->client = -1;
    if (start(ghost, repeat)) {
        atomic_fetch_add(&crossing->network->repeated, 1);
    } else {
        free(ghost);
    }
}

/* False: the connection is over. */
static bool carry_over(struct crossing *crossing)
{
    struct fire_network *network = crossing->network;
    const struct fire_message *answer = &crossing->answer;
    enum fate fate = draw(crossing);

    atomic_fetch_add(&network->requests, 1);
    if (fate == FATE_REQUEST_LOST) {
        atomic_fetch_add(&network->requests_lost, 1);
        return false;
    }
    if (fate == FATE_DELAYED) {
        atomic_fetch_add(&network->delayed, 1);
        hold_back(crossing, 1, DELAY_MS_MAX);
    } else if (fate == FATE_LATE) {
        atomic_fetch_add(&network->late, 1);
        hold_back(crossing, FIRE_REQUEST_TIMEOUT_MS, LATE_MS_MAX);
    }
    if (!ask_server(crossing)) {
        return false;
    }
    if (fate == FATE_ANSWER_LOST) {
        atomic_fetch_add(&network->answers_lost, 1);
        return false;
    }
    if (fate == FATE_ANSWER_CUT) {
        atomic_fetch_add(&network->answers_cut, 1);
        (void)fire_send(crossing->client, answer->data,
                        1 + fire_random(&crossing->random, answer->size - 1));
        return false;
    }
    if (fate == FATE_REPEATED) {
        start_repeat(crossing);
    }
    return fire_send(crossing->client, answer->data, answer->size);
}

static void *serve(void *arg)
{
    struct crossing *crossing = arg;

    bound(crossing->client);
    while (fire_message_read(crossing->client, false, &crossing->request) && carry_over(crossing)) {
    }
    end(crossing);
    return NULL;
}

_Noreturn void fire_proxy(int listener, uint16_t server_port, uint64_t seed,
                          struct fire_network *network)
{
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0 && (errno == EINTR || errno == ECONNABORTED || errno == EMFILE)) {
            continue;
        }
        if (client < 0) {
            perror("fire: proxy: accept");
            _exit(1);
        }
        struct crossing *crossing = malloc(sizeof(*crossing));
        if (!crossing) {
            close(client);
            continue;
        }
        crossing->client = client;
        crossing->server_port = server_port;
        crossing->random = fire_random(&seed, UINT64_MAX);
        crossing->network = network;
        if (!start(crossing, serve)) {
            close(client);
            free(crossing);
        }
    }
}
