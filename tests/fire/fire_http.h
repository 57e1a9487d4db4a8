/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_HTTP_H
#define S3A_FIRE_HTTP_H

/* Messages of HTTP/1.1, as far as a proxy has to understand them: where each ends. */

#include <stdbool.h>
#include <stddef.h>

#define FIRE_MESSAGE_SIZE_MAX 16384

struct fire_message {
    char data[FIRE_MESSAGE_SIZE_MAX + 1];
    size_t size;
};

/* Reads one request or answer; nothing comes behind it. False where the peer ends, breaks off, or
 * sends what is no message or too large a one. */
bool fire_message_read(int fd, bool is_answer, struct fire_message *ret_message);

bool fire_send(int fd, const char *data, size_t size);

#endif
