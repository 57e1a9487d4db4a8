/* SPDX-License-Identifier: MIT */
#ifndef S3A_ACCESS_NOTE_H
#define S3A_ACCESS_NOTE_H

/* A request that has ended, on its way into the access log. */

#include "exchange.h"

/* Where the server has an access log, outcome and exchange become a line of it. */
void s3a_access_note(const struct s3a_exchange *exchange,
                     const struct s3a_request_outcome *outcome);

#endif
