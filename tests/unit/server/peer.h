/* SPDX-License-Identifier: MIT */
#ifndef S3A_PEER_H
#define S3A_PEER_H

/*
 * The other end of the wire: a client that is just a socket. It sends the bytes it is told to,
 * well-formed or not, and takes answers apart. Whatever it cannot do fails the test; so does an
 * answer that does not come.
 */

#include <s3atomic/server.h>

#include <sys/resource.h>

#include "buf.h"

struct peer {
    int fd;
    struct s3a_buf in; /* received, not taken yet */
};

struct peer_answer {
    int status;
    struct s3a_buf head; /* status line and headers */
    struct s3a_buf body;
};

void peer_open(struct peer *peer, const struct s3a_server *server);

/* The same, with a limit on descriptors that the process has from just before it connects: one that
 * would leave none for the peer itself is fine. */
void peer_open_within(struct peer *peer, const struct s3a_server *server,
                      const struct rlimit *descriptors);

/* The same from an address of its own: 0x7f000002 is 127.0.0.2. */
void peer_open_from(struct peer *peer, const struct s3a_server *server, uint32_t host);

void peer_close(struct peer *peer);

/* Closes with a reset, as a client does that was killed with data unread. */
void peer_abort(struct peer *peer);

void peer_send(struct peer *peer, struct s3a_str bytes);
void peer_send_text(struct peer *peer, const char *text);

/* Waits for one answer. Without a body where the method was HEAD, and for 1xx, 204 and 304. */
void peer_receive(struct peer *peer, bool was_head, struct peer_answer *ret_answer);
void peer_answer_fini(struct peer_answer *answer);

/* "" where there is none; valid until the answer is freed. name is in lower case. */
struct s3a_str peer_header(const struct peer_answer *answer, const char *name);

/* Does the XML of the body have <tag>text</tag>? */
bool peer_body_has(const struct peer_answer *answer, const char *text);

/* Waits for the server to close the connection; false where it sends something instead. */
bool peer_is_closed(struct peer *peer);

/* Takes what comes before the server closes the connection in the middle of an answer. */
void peer_receive_fragment(struct peer *peer, struct s3a_buf *ret_bytes);

/* Waits for the server to reset it, which is not the same. */
bool peer_is_reset(struct peer *peer);

/* Has the server sent nothing so far, and kept it open? Does not wait. */
bool peer_is_silent(struct peer *peer);

#endif
