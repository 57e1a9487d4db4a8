/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_STAGE_H
#define S3A_FIRE_STAGE_H

/* How the processes of a run come into being. */

#include "fire_cast.h"

#define SERVER_START_US 20000000

/* Says what errno means, on standard error. False. */
bool fire_complain(const char *what);

/* At a port that is free, which it keeps from then on; returns once it answers. */
bool fire_start_first_server(struct fire_cast *cast);
bool fire_start_server(struct fire_cast *cast);
bool fire_server_answers(uint16_t port);

bool fire_start_proxy(struct fire_cast *cast);
bool fire_start_worker(struct fire_cast *cast, unsigned number);

#endif
