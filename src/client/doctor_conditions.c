/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "doctor_ward.h"

#define NAME "conditions"
#define WRONG_ETAG "\"00000000000000000000000000000000\""

/* The object of this chapter, as it should be by now. */
struct subject {
    struct s3a_ward *ward;
    char etag[S3A_ETAG_SIZE_MAX + 1];
    char form[S3A_ETAG_SIZE_MAX + 1]; /* what etag() returns */
    unsigned writes;
    char body[S3A_WARD_BODY_SIZE];
};

/* The ETag in the form that this store compares. */
static const char *form_of(struct subject *subject, const char *etag)
{
    size_t size = strlen(etag);
    bool is_quoted = size >= 2 && etag[0] == '"';

    if (subject->ward->report->wants_bare_etag && is_quoted) {
        snprintf(subject->form, sizeof(subject->form), "%.*s", (int)size - 2, etag + 1);
    } else {
        snprintf(subject->form, sizeof(subject->form), "%s", etag);
    }
    return subject->form;
}

static bool ask(struct subject *subject, struct s3a_ward_ask *ask)
{
    ask->name = ask->name ? ask->name : NAME;
    if (ask->kind == S3A_OP_PUT_OBJECT) {
        snprintf(subject->body, sizeof(subject->body), "conditions %u", ++subject->writes);
        ask->body = subject->body;
    }
    return s3a_ward_goes_on(subject->ward, "conditions", 0, 0) && s3a_ward_ask(subject->ward, ask);
}

/* Begins anew, whatever was done to it. */
static bool put_anew(struct subject *subject)
{
    struct s3a_ward_ask put = {.kind = S3A_OP_PUT_OBJECT};

    if (!ask(subject, &put)) {
        return false;
    }
    memcpy(subject->etag, put.etag, sizeof(subject->etag));
    return true;
}

/* A write that had to be refused, or had to be done. */
static void judge(struct s3a_ward *ward, enum s3a_doctor_id id, const struct s3a_ward_ask *asked,
                  bool is_to_be_done, const char *otherwise)
{
    char text[32];

    s3a_ward_answer_text(asked, text);
    if (asked->status == S3A_UNSUPPORTED) {
        s3a_ward_tell(ward, id, S3A_DOCTOR_BAD, "the store does not know it (%s)", text);
    } else if (asked->status == S3A_OK) {
        s3a_ward_tell(ward, id, is_to_be_done ? S3A_DOCTOR_GOOD : S3A_DOCTOR_BAD, "%s%s", text,
                      is_to_be_done ? "" : otherwise);
    } else if (s3a_ward_is_refusal(asked)) {
        s3a_ward_tell(ward, id, is_to_be_done ? S3A_DOCTOR_BAD : S3A_DOCTOR_GOOD, "%s%s", text,
                      is_to_be_done ? otherwise : "");
    } else {
        s3a_ward_tell(ward, id, S3A_DOCTOR_UNKNOWN, "%s", asked->story.message);
    }
}

static void create(struct subject *subject)
{
    struct s3a_ward *ward = subject->ward;
    struct s3a_ward_ask first = {.kind = S3A_OP_PUT_OBJECT, .if_none_match = "*"};
    struct s3a_ward_ask second = first;

    if (!ask(subject, &first)) {
        return;
    }
    s3a_ward_recognise(ward, &first);
    judge(ward, S3A_DOCTOR_CREATE_ABSENT, &first, true, ": refused although nothing was there");
    if (first.status != S3A_OK && !put_anew(subject)) {
        return;
    }
    if (ask(subject, &second)) {
        judge(ward, S3A_DOCTOR_CREATE_PRESENT, &second, false, ": ignored, and written over");
    }
}

/* Under its own ETag, in the one form or in the other. */
static void replace_right(struct subject *subject)
{
    struct s3a_ward *ward = subject->ward;
    struct s3a_ward_ask quoted = {.kind = S3A_OP_PUT_OBJECT};
    char text[32];

    if (!put_anew(subject)) {
        return;
    }
    quoted.if_match = subject->etag;
    if (!ask(subject, &quoted)) {
        return;
    }
    if (!s3a_ward_is_refusal(&quoted)) {
        judge(ward, S3A_DOCTOR_REPLACE_RIGHT, &quoted, true, "");
        return;
    }
    ward->report->wants_bare_etag = true;
    struct s3a_ward_ask bare = {.kind = S3A_OP_PUT_OBJECT,
                                .if_match = form_of(subject, subject->etag)};
    if (!ask(subject, &bare)) {
        return;
    }
    if (bare.status == S3A_OK) {
        s3a_ward_tell(ward, S3A_DOCTOR_REPLACE_RIGHT, S3A_DOCTOR_ODD,
                      "%s, but only without its quotes: the client sees to that",
                      s3a_ward_answer_text(&bare, text));
    } else {
        ward->report->wants_bare_etag = false;
        judge(ward, S3A_DOCTOR_REPLACE_RIGHT, &bare, true, ": refused, with quotes and without");
    }
}

static void replace_others(struct subject *subject)
{
    struct s3a_ward *ward = subject->ward;
    struct s3a_ward_ask wrong = {.kind = S3A_OP_PUT_OBJECT,
                                 .if_match = form_of(subject, WRONG_ETAG)};

    if (ask(subject, &wrong)) {
        judge(ward, S3A_DOCTOR_REPLACE_WRONG, &wrong, false, ": ignored, and written over");
    }
    struct s3a_ward_ask missing = {
        .kind = S3A_OP_PUT_OBJECT, .name = "missing", .if_match = form_of(subject, WRONG_ETAG)};
    if (ask(subject, &missing)) {
        judge(ward, S3A_DOCTOR_REPLACE_MISSING, &missing, false, ": ignored, and created");
    }
}

static void read_unchanged(struct subject *subject)
{
    static const enum s3a_op_kind kinds[] = {S3A_OP_GET_OBJECT, S3A_OP_HEAD_OBJECT};

    if (!put_anew(subject)) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct s3a_ward_ask read = {.kind = kinds[i], .if_none_match = subject->etag};
        enum s3a_doctor_id id = i == 0 ? S3A_DOCTOR_GET_UNCHANGED : S3A_DOCTOR_HEAD_UNCHANGED;
        if (!ask(subject, &read)) {
            return;
        }
        if (read.status == S3A_NOT_MODIFIED) {
            s3a_ward_tell(subject->ward, id, S3A_DOCTOR_GOOD, "304");
        } else if (read.status == S3A_OK) {
            s3a_ward_tell(subject->ward, id, S3A_DOCTOR_ODD, "200: looks cost a little more");
        } else {
            s3a_ward_tell(subject->ward, id, S3A_DOCTOR_UNKNOWN, "%s", read.story.message);
        }
    }
}

static void removal(struct subject *subject)
{
    struct s3a_ward *ward = subject->ward;
    struct s3a_ward_ask wrong = {.kind = S3A_OP_DELETE_OBJECT,
                                 .if_match = form_of(subject, WRONG_ETAG)};

    if (ask(subject, &wrong)) {
        judge(ward, S3A_DOCTOR_REMOVE_WRONG, &wrong, false, ": ignored, and deleted");
    }
    if (wrong.status == S3A_OK && !put_anew(subject)) {
        return;
    }
    struct s3a_ward_ask right = {.kind = S3A_OP_DELETE_OBJECT,
                                 .if_match = form_of(subject, subject->etag)};
    if (ask(subject, &right)) {
        judge(ward, S3A_DOCTOR_REMOVE_RIGHT, &right, true,
              ": refused, although it is the right one");
    }
    struct s3a_ward_ask missing = {
        .kind = S3A_OP_DELETE_OBJECT, .name = "missing", .if_match = form_of(subject, WRONG_ETAG)};
    struct s3a_ward_ask sure = {.kind = S3A_OP_DELETE_OBJECT, .name = "missing"};
    if (!ask(subject, &sure) || !ask(subject, &missing)) {
        return;
    }
    if (missing.status == S3A_OK) {
        s3a_ward_tell(ward, S3A_DOCTOR_REMOVE_MISSING, S3A_DOCTOR_ODD, "%d: as if it were deleted",
                      missing.http_status);
    } else {
        judge(ward, S3A_DOCTOR_REMOVE_MISSING, &missing, false, "");
    }
}

void s3a_ward_conditions(struct s3a_ward *ward)
{
    struct subject subject = {.ward = ward};

    create(&subject);
    replace_right(&subject);
    replace_others(&subject);
    read_unchanged(&subject);
    removal(&subject);
}
