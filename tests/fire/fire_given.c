/* SPDX-License-Identifier: MIT */
#include "fire_given.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#include "fire.h"

#define LOOPBACK "http://127.0.0.1:"

/* A store that was harmed has to be whole again by then. */
#define CALM_US 120000000
#define TICK_US 20000

/* How often what is left is looked for again: a late write may have come behind a deletion. */
#define CLEANINGS 10
#define CLEANING_PAUSE_US 500000

bool fire_given_take(struct fire_given *given, const char *name, const char *value)
{
    if (strcmp(name, "--endpoint") == 0 && given->count < FIRE_GIVEN_MAX) {
        given->endpoints[given->count++] = value;
        return true;
    }
    if (strcmp(name, "--harm") == 0) {
        given->harm = value;
        return true;
    }
    return false;
}

uint16_t fire_given_port(const char *endpoint)
{
    char *end;

    if (strncmp(endpoint, LOOPBACK, strlen(LOOPBACK)) != 0) {
        return 0;
    }
    unsigned long port = strtoul(endpoint + strlen(LOOPBACK), &end, 10);
    return port <= UINT16_MAX && strcmp(end, *end == '/' ? "/" : "") == 0 ? (uint16_t)port : 0;
}

static struct s3a_client *make_client(const struct fire_given *given)
{
    const struct s3a_client_options options = {.endpoint = given->endpoints[0]};
    struct s3a_client *client = NULL;
    struct s3a_error error;

    if (s3a_client_new(&options, &client, &error) != S3A_OK) {
        fprintf(stderr, "%s: %s\n", given->endpoints[0], error.message);
    }
    return client;
}

bool fire_given_open(struct fire_given *given)
{
    struct s3a_client *client = make_client(given);
    struct s3a_error error;

    snprintf(given->bucket, sizeof(given->bucket), "s3atomic-fire-%d", (int)getpid());
    bool made = client && s3a_bucket_create(client, given->bucket, &error) == S3A_OK;
    if (!made) {
        if (client) {
            fprintf(stderr, "%s: %s\n", given->bucket, error.message);
        }
        given->bucket[0] = '\0';
    }
    s3a_client_free(client);
    return made;
}

struct cleaning {
    struct s3a_store *store;
    const char *bucket;
};

static enum s3a_status remove_object(const struct s3a_listing *listing, void *user)
{
    const struct cleaning *cleaning = user;

    return s3a_store_delete(cleaning->store, cleaning->bucket, listing->key, NULL, NULL);
}

void fire_given_close(struct fire_given *given)
{
    struct s3a_client *client = given->bucket[0] ? make_client(given) : NULL;
    struct cleaning cleaning = {.bucket = given->bucket};
    enum s3a_status status = S3A_FAILED;

    if (!client) {
        return;
    }
    cleaning.store = s3a_store_new(client, s3a_bytes_codec());
    for (int i = 0; cleaning.store && status != S3A_OK && i < CLEANINGS; i++) {
        fire_pause_us(i > 0 ? CLEANING_PAUSE_US : 0);
        status =
            s3a_store_list(cleaning.store, given->bucket, NULL, remove_object, &cleaning, NULL);
        if (status == S3A_OK) {
            status = s3a_bucket_delete(client, given->bucket, NULL);
        }
    }
    if (status != S3A_OK) {
        fprintf(stderr, "the bucket %s stays: %s\n", given->bucket, s3a_status_name(status));
    }
    given->bucket[0] = '\0';
    s3a_store_free(cleaning.store);
    s3a_client_free(client);
}

bool fire_given_harm(struct fire_given *given)
{
    pid_t parent = getpid();
    sigset_t none;

    if (!given->harm) {
        return true;
    }
    given->harmer = fork();
    if (given->harmer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(0);
        }
        setpgid(0, 0); /* what a terminal sends is for us */
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execl("/bin/sh", "sh", "-c", given->harm, (char *)NULL);
        _exit(127);
    }
    return given->harmer > 0;
}

bool fire_given_calm(struct fire_given *given)
{
    uint64_t until_us = fire_now_us() + CALM_US;
    pid_t ended = 0;
    int status = 0;

    if (given->harmer <= 0) {
        return true;
    }
    kill(given->harmer, SIGTERM);
    while (ended == 0 && fire_now_us() < until_us) {
        ended = waitpid(given->harmer, &status, WNOHANG);
        fire_pause_us(ended == 0 ? TICK_US : 0);
    }
    if (ended == 0) {
        kill(given->harmer, SIGKILL);
        waitpid(given->harmer, NULL, 0);
    }
    bool is_well = ended == given->harmer && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    given->harmer = 0;
    if (!is_well) {
        fprintf(stderr, "the store does not recover from what was done to it\n");
    }
    return is_well;
}
