/* SPDX-License-Identifier: MIT */
/* The one place that knows both ends. */

#include <s3atomic/server.h>

#include "error.h"

enum s3a_status s3a_server_client(struct s3a_server *server, struct s3a_client **ret_client,
                                  struct s3a_error *error)
{
    const struct s3a_client_options options = {
        .endpoint = s3a_server_endpoint(server),
        .access_key = s3a_server_access_key(server),
        .ca_file = s3a_server_ca_file(server),
        .secret_key = s3a_server_secret_key(server),
    };

    if (!server) {
        if (ret_client) {
            *ret_client = NULL;
        }
        return s3a_error_set(error, S3A_INVALID, "server: it is NULL");
    }
    return s3a_client_new(&options, ret_client, error);
}
