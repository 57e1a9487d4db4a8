/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_STATUS_H
#define S3ATOMIC_STATUS_H

/*
 * How calls end.
 *
 * Everything that can fail returns an enum s3a_status and, where the caller hands one in, fills a
 * struct s3a_error with the story. The numbers are stable: they may be stored and compared.
 *
 * Each status has an action: what a program that wants to go on may do next. The two that matter
 * most are never the same status: "nothing was sent" (RETRY) and "sent, but no answer came"
 * (IN_DOUBT).
 */

#if defined(__GNUC__)
#define S3A_API __attribute__((visibility("default")))
#define S3A_MUST_CHECK __attribute__((warn_unused_result))
#else
#define S3A_API
#define S3A_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum s3a_action {
    S3A_ACTION_DONE,     /* it is done; nothing more to do */
    S3A_ACTION_CONFLICT, /* the world is not as the caller believed: read again, then decide */
    S3A_ACTION_RETRY,    /* nothing was changed: the same call may be made again, later */
    S3A_ACTION_IN_DOUBT, /* it may or may not have been applied: read before repeating it */
    S3A_ACTION_FATAL,    /* repeating the same call will not help */
};

/* clang-format off */
/* X(name, number, action, text) */
#define S3A_STATUS_MAP(X)                                                                          \
    X(OK, 0, DONE, "done")                                                                         \
    X(NOT_MODIFIED, 1, DONE, "not modified")                                                       \
    X(NOT_FOUND, 2, CONFLICT, "no such object")                                                    \
    X(CONFLICT, 3, CONFLICT, "the condition did not hold")                                         \
    X(RACE, 4, CONFLICT, "another write to the same object is under way")                          \
    X(HELD, 10, RETRY, "the lock is held by another")                                              \
    X(BUSY, 11, FATAL, "this client already holds or is acquiring the lock")                       \
    X(LOST, 12, FATAL, "the lock was lost")                                                        \
    X(NOT_A_LOCK, 13, FATAL, "the object at this key is not a lock")                               \
    X(FENCED, 14, FATAL, "a later holder of the lock has written it")                              \
    X(UNREACHABLE, 20, RETRY, "the store cannot be reached")                                       \
    X(LATER, 21, RETRY, "the store asks to come back later")                                       \
    X(TIMEOUT, 22, RETRY, "no answer in time")                                                     \
    X(SERVER, 23, RETRY, "the store failed")                                                       \
    X(IN_DOUBT, 24, IN_DOUBT, "sent, but it is not known whether it was applied")                  \
    X(PROTOCOL, 25, RETRY, "the answer is not what S3 answers")                                    \
    X(CANCELLED, 26, FATAL, "cancelled")                                                           \
    X(DENIED, 30, FATAL, "access denied")                                                          \
    X(CREDENTIALS, 31, FATAL, "credentials missing or refused")                                    \
    X(NO_BUCKET, 32, FATAL, "no such bucket")                                                      \
    X(BUCKET_EXISTS, 33, FATAL, "the bucket exists already")                                       \
    X(NOT_EMPTY, 34, FATAL, "the bucket is not empty")                                             \
    X(UNSUPPORTED, 35, FATAL, "the store or this version does not support it")                     \
    X(REFUSED, 36, FATAL, "the store refused the request")                                         \
    X(RANGE, 37, FATAL, "the range lies outside the object")                                       \
    X(INVALID, 40, FATAL, "invalid argument")                                                      \
    X(FORMAT, 41, FATAL, "the content is not of the expected form")                                \
    X(TOO_LARGE, 42, FATAL, "too large")                                                           \
    X(NO_MEMORY, 43, RETRY, "out of memory")                                                       \
    X(SYSTEM, 44, FATAL, "a system call failed")                                                   \
    X(FULL, 45, RETRY, "no space left")                                                            \
    X(CORRUPT, 46, FATAL, "the stored data is damaged")                                            \
    X(FAILED, 50, FATAL, "the caller's function failed")
/* clang-format on */

enum s3a_status {
#define S3A_STATUS_ENUM(name, number, action, text) S3A_##name = number,
    S3A_STATUS_MAP(S3A_STATUS_ENUM)
#undef S3A_STATUS_ENUM
};

/* "CONFLICT", "IN_DOUBT", ...; "UNKNOWN" for a number that is no status. Never NULL. */
S3A_API const char *s3a_status_name(enum s3a_status status);

/* One line for people, in lower case and without a full stop. Never NULL. */
S3A_API const char *s3a_status_text(enum s3a_status status);

/* What may be done next. A number that is no status is FATAL. */
S3A_API enum s3a_action s3a_status_action(enum s3a_status status);

#define S3A_ERROR_CODE_MAX 64
#define S3A_ERROR_REQUEST_ID_MAX 128
#define S3A_ERROR_HOST_ID_MAX 128
#define S3A_ERROR_MESSAGE_MAX 512

/*
 * The story of a failure: owned by the caller, of fixed size, and optional: every function that
 * takes one takes NULL as well. It is written on every return, on success too (status S3A_OK and
 * empty strings). message says what failed, where, and what to do about it; it may quote names,
 * never a secret. All strings end with a NUL and are cut, not overrun.
 */
struct s3a_error {
    enum s3a_status status;
    int http_status;                           /* 0 where no HTTP answer came */
    int system_errno;                          /* 0 where no system call failed */
    char code[S3A_ERROR_CODE_MAX];             /* S3's own code, such as "NoSuchKey" */
    char request_id[S3A_ERROR_REQUEST_ID_MAX]; /* x-amz-request-id of the answer */
    char host_id[S3A_ERROR_HOST_ID_MAX];       /* x-amz-id-2 of the answer, where there is one */
    char message[S3A_ERROR_MESSAGE_MAX];
};

#ifdef __cplusplus
}
#endif

#endif
