/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_ward.h"

/* A round in which the store put everybody off is run again, after a pause. */
#define AGAIN_MAX 5
#define AGAIN_MS 1100

struct race {
    struct s3a_ward *ward;
    bool is_create;
    const char *what;
    struct s3a_ward_ask asks[S3A_WARD_RACERS_MAX];
    struct s3a_future *futures[S3A_WARD_RACERS_MAX];
    char bodies[S3A_WARD_RACERS_MAX][S3A_WARD_BODY_SIZE];
    char name[S3A_WARD_NAME_SIZE];
    char etag[S3A_ETAG_SIZE_MAX + 1]; /* that all want to replace */
    char before[S3A_WARD_BODY_SIZE];

    /* What came of the rounds. */
    unsigned good;
    unsigned with_many;
    unsigned with_none;
    unsigned with_another; /* what lies there is not the winner's */
    unsigned winners_max;

    /* What the losers got. */
    unsigned refused;
    unsigned put_off;
    unsigned failed; /* 500 and the like: no clear answer */
};

static const char *form_of(const struct race *race, char *ret_form, size_t size)
{
    size_t etag_size = strlen(race->etag);
    bool is_bare = race->ward->report->wants_bare_etag && etag_size >= 2 && race->etag[0] == '"';

    snprintf(ret_form, size, "%.*s", (int)(is_bare ? etag_size - 2 : etag_size),
             race->etag + is_bare);
    return ret_form;
}

static void run(struct race *race, unsigned round, unsigned turn)
{
    struct s3a_ward *ward = race->ward;
    char form[S3A_ETAG_SIZE_MAX + 1];

    for (unsigned i = 0; i < ward->options.clients; i++) {
        snprintf(race->bodies[i], sizeof(race->bodies[i]), "%s %u.%u, client %u", race->what, round,
                 turn, i);
        race->asks[i] = (struct s3a_ward_ask){
            .kind = S3A_OP_PUT_OBJECT,
            .client = i,
            .name = race->name,
            .if_none_match = race->is_create ? "*" : NULL,
            .if_match = race->is_create ? NULL : form_of(race, form, sizeof(form)),
            .body = race->bodies[i],
            .is_single = true,
        };
        race->futures[i] = s3a_ward_begin(ward, &race->asks[i]);
    }
    for (unsigned i = 0; i < ward->options.clients; i++) {
        s3a_ward_end(ward, &race->asks[i], race->futures[i]);
    }
}

static unsigned count(const struct race *race, enum s3a_status status)
{
    unsigned found = 0;

    for (unsigned i = 0; i < race->ward->options.clients; i++) {
        found += race->asks[i].status == status;
    }
    return found;
}

/* Whose bytes they are; clients: nobody's of this round. */
static unsigned owner_of(const struct race *race, const char *seen)
{
    unsigned i = 0;

    while (i < race->ward->options.clients && strcmp(race->bodies[i], seen) != 0) {
        i++;
    }
    return i;
}

/* What lies there after the round tells who has won, also where his answer was no clear one. */
static void judge(struct race *race, const struct s3a_ward_ask *look)
{
    unsigned clients = race->ward->options.clients;
    unsigned winners = count(race, S3A_OK);
    unsigned owner = look->status == S3A_OK ? owner_of(race, look->seen) : clients;
    bool is_owned = owner < clients;

    race->winners_max = winners > race->winners_max ? winners : race->winners_max;
    race->refused += count(race, S3A_CONFLICT) + count(race, S3A_NOT_FOUND);
    race->put_off += count(race, S3A_LATER) + count(race, S3A_RACE);
    race->failed += count(race, S3A_IN_DOUBT);
    if (winners > 1) {
        race->with_many++;
    } else if (winners == 1 && (!is_owned || race->asks[owner].status != S3A_OK)) {
        race->with_another++;
    } else if (winners == 0 && !is_owned) {
        race->with_none++;
    } else {
        race->good++;
    }
}

static bool look_at(struct race *race, struct s3a_ward_ask *look)
{
    *look = (struct s3a_ward_ask){.kind = S3A_OP_GET_OBJECT, .client = 1, .name = race->name};
    if (!s3a_ward_ask(race->ward, look)) {
        return false;
    }
    memcpy(race->etag, look->etag, sizeof(race->etag));
    return true;
}

/* Before the first round of replacing, and where the object is gone. */
static bool put_first(struct race *race)
{
    struct s3a_ward_ask put = {.kind = S3A_OP_PUT_OBJECT, .name = race->name, .body = "the first"};

    if (!s3a_ward_ask(race->ward, &put)) {
        return false;
    }
    memcpy(race->etag, put.etag, sizeof(race->etag));
    return true;
}

static bool is_put_off(const struct race *race)
{
    return count(race, S3A_OK) == 0 && count(race, S3A_IN_DOUBT) == 0 &&
           count(race, S3A_LATER) + count(race, S3A_RACE) > 0;
}

static void tell(struct race *race, unsigned rounds)
{
    enum s3a_doctor_id id = race->is_create ? S3A_DOCTOR_CREATE_RACE : S3A_DOCTOR_REPLACE_RACE;
    struct s3a_ward *ward = race->ward;

    if (race->with_many > 0) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_BAD,
                      "%u of %u rounds had more than one winner, up to %u", race->with_many, rounds,
                      race->winners_max);
    } else if (race->with_another > 0) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_BAD,
                      "after %u of %u rounds, what lay there was not the winner's",
                      race->with_another, rounds);
    } else if (race->good == 0 && race->failed + race->put_off > 0) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_UNKNOWN, "nobody ever had a clear answer");
    } else if (race->good == 0) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_BAD, "nobody ever won");
    } else if (race->with_none > 0) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_ODD,
                      "%u of %u rounds had one winner, the others none: locks take longer there",
                      race->good, rounds);
    } else {
        s3a_ward_tell(ward, id, S3A_DOCTOR_GOOD,
                      "%u clients, %u of %u rounds; %u losers were refused%s",
                      ward->options.clients, race->good, rounds, race->refused,
                      race->failed > 0    ? ", others got a 5xx"
                      : race->put_off > 0 ? ", others were put off"
                                          : "");
    }
}

static void hold(struct race *race)
{
    struct s3a_ward *ward = race->ward;
    unsigned rounds = ward->options.rounds;
    struct s3a_ward_ask look;

    snprintf(race->name, sizeof(race->name), "%s", race->what);
    if (!race->is_create && !put_first(race)) {
        return;
    }
    for (unsigned round = 0; round < rounds; round++) {
        if (race->is_create) {
            snprintf(race->name, sizeof(race->name), "%s-%u", race->what, round);
        }
        for (unsigned turn = 0; turn < AGAIN_MAX; turn++) {
            if (!s3a_ward_goes_on(ward, race->what, round, rounds)) {
                return;
            }
            run(race, round, turn);
            if (!is_put_off(race)) {
                break;
            }
            look = (struct s3a_ward_ask){
                .kind = S3A_OP_HEAD_OBJECT, .name = race->name, .pause_ms = AGAIN_MS};
            (void)s3a_ward_ask(ward, &look);
        }
        if (!look_at(race, &look)) {
            return;
        }
        judge(race, &look);
        if (!race->is_create && look.status != S3A_OK && !put_first(race)) {
            return;
        }
    }
    tell(race, rounds);
}

void s3a_ward_races(struct s3a_ward *ward)
{
    struct race *race = calloc(1, sizeof(*race));

    for (int is_create = 1; race && is_create >= 0; is_create--) {
        *race = (struct race){.ward = ward,
                              .is_create = is_create,
                              .what = is_create ? "create-race" : "replace-race"};
        hold(race);
    }
    if (!race && ward->status == S3A_OK) {
        ward->status = S3A_NO_MEMORY;
        ward->error->status = S3A_NO_MEMORY;
    }
    free(race);
}
