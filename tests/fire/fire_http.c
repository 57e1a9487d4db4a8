/* SPDX-License-Identifier: MIT */
#include "fire_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* Where the head ends, behind its empty line; 0: not yet. */
static size_t head_size(const struct fire_message *message)
{
    const char *end = strstr(message->data, "\r\n\r\n");

    return end ? (size_t)(end - message->data) + 4 : 0;
}

/* By its head; an answer 204 or 304 has no body. False: the proxy does not know. */
static bool body_size(const struct fire_message *message, bool is_answer, size_t *ret_size)
{
    const char *line = message->data;
    const char *status = strchr(line, ' ');

    *ret_size = 0;
    if (is_answer && status &&
        (strncmp(status, " 204", 4) == 0 || strncmp(status, " 304", 4) == 0)) {
        return true;
    }
    while ((line = strstr(line, "\r\n")) != NULL && strncmp(line, "\r\n\r\n", 4) != 0) {
        line += 2;
        if (strncasecmp(line, "Transfer-Encoding:", 18) == 0) {
            return false;
        }
        if (strncasecmp(line, "Content-Length:", 15) == 0) {
            *ret_size = strtoul(line + 15, NULL, 10);
        }
    }
    return true;
}

bool fire_message_read(int fd, bool is_answer, struct fire_message *ret_message)
{
    size_t total = FIRE_MESSAGE_SIZE_MAX;
    bool head_known = false;

    ret_message->size = 0;
    ret_message->data[0] = '\0';
    while (!head_known || ret_message->size < total) {
        ssize_t size = recv(fd, ret_message->data + ret_message->size,
                            FIRE_MESSAGE_SIZE_MAX - ret_message->size, 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return false;
        }
        ret_message->size += (size_t)size;
        ret_message->data[ret_message->size] = '\0';
        size_t head = head_known ? 0 : head_size(ret_message);
        if (head > 0) {
            size_t body;
            if (!body_size(ret_message, is_answer, &body) || body > FIRE_MESSAGE_SIZE_MAX - head) {
                return false;
            }
            head_known = true;
            total = head + body;
        }
    }
    return ret_message->size == total;
}

bool fire_send(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}
