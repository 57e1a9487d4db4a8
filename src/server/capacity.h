/* SPDX-License-Identifier: MIT */
#ifndef S3A_CAPACITY_H
#define S3A_CAPACITY_H

/* How many connections there may be. Each takes a descriptor of the process. */

#include "settings.h"

/*
 * Sets settings->connections_max and connections_per_address_max. What was asked for (not 0) is
 * so; S3A_INVALID where the process may not have so many descriptors. What was not is
 * S3A_CONNECTIONS_MAX or as many as there can be, and for an address half of all.
 */
S3A_MUST_CHECK enum s3a_status s3a_capacity_take(size_t asked, size_t per_address_asked,
                                                 struct s3a_settings *settings,
                                                 struct s3a_error *error);

#endif
