/* SPDX-License-Identifier: MIT */
#include "show.h"

#include <inttypes.h>
#include <string.h>

#include "globals.h"
#include "human.h"
#include "json_line.h"

static void show_json(FILE *out, const struct s3a_object *object)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, out);
    s3a_json_text(&line, "bucket", object->bucket);
    s3a_json_text(&line, "key", object->key);
    s3a_json_text(&line, "etag", object->etag);
    s3a_json_uint(&line, "size", object->size);
    s3a_json_int(&line, "modified_ms", object->modified_ms);
    s3a_json_text(&line, "content_type", object->content_type);
    if (object->fence > 0) {
        s3a_json_uint(&line, "fence", object->fence);
    }
    s3a_json_end(&line);
}

void s3a_show_object(FILE *out, const struct s3a_object *object)
{
    char modified[S3A_HUMAN_SIZE];
    char size[S3A_HUMAN_SIZE];
    char type[sizeof(object->content_type)];

    if (s3a_globals.json) {
        show_json(out, object);
        return;
    }
    memcpy(type, object->content_type, sizeof(type));
    s3a_human_clean(type);
    fprintf(out, "etag:         %s\nsize:         %" PRIu64, object->etag, object->size);
    if (object->size >= 1024) {
        fprintf(out, " (%s)", s3a_human_bytes(object->size, size));
    }
    fprintf(out, "\nmodified:     %s\ncontent type: %s\n",
            s3a_human_time(object->modified_ms, modified), *type ? type : "-");
    if (object->fence > 0) {
        fprintf(out, "fence:        %" PRIu64 "\n", object->fence);
    }
}
