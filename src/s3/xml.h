/* SPDX-License-Identifier: MIT */
#ifndef S3A_XML_H
#define S3A_XML_H

/* The little XML that S3 speaks: elements and text; no attribute is of any use. */

#include <s3atomic/status.h>

#include "buf.h"
#include "str.h"

/* What is nested deeper, named longer or said at greater length than this is not S3's. */
#define S3A_XML_DEPTH_MAX 8
#define S3A_XML_PATH_SIZE_MAX 255
#define S3A_XML_TEXT_SIZE_MAX (64 * 1024)
/* An XML answer that is longer than this is not read: 1 000 keys of 1 024 bytes, encoded. */
#define S3A_XML_SIZE_MAX (8 * 1024 * 1024)

/*
 * Writing. Names are our own, texts may be anything: markup is escaped, bytes that are not UTF-8
 * become U+FFFD, and control characters are written by their number, as S3 does, although XML 1.0
 * has no place for them (which is what encoding-type=url is for).
 */

/* The declaration, and the beginning of the outermost element in the namespace of S3. */
void s3a_xml_begin(struct s3a_buf *buf, const char *name);
/* The same without a namespace: errors have none. */
void s3a_xml_begin_plain(struct s3a_buf *buf, const char *name);
void s3a_xml_open(struct s3a_buf *buf, const char *name);
void s3a_xml_close(struct s3a_buf *buf, const char *name);

/* <name>text</name> */
void s3a_xml_text(struct s3a_buf *buf, const char *name, struct s3a_str text);
void s3a_xml_uint64(struct s3a_buf *buf, const char *name, uint64_t value);

/*
 * Reading. Elements are known by their path of names without namespaces, "Error/Code". text is
 * what stands directly before the end of the element, behind the last element within it: all of
 * the text where there is none within. It is valid during the call.
 */
struct s3a_xml_events {
    void (*open)(void *user, const char *path); /* may be NULL */
    void (*close)(void *user, const char *path, struct s3a_str text);
};

/*
 * S3A_OK; S3A_FORMAT for what is not well formed, has a document type (there are no entities but
 * the five that XML knows) or passes a limit; S3A_NO_MEMORY. Events may have come before a failure.
 */
S3A_MUST_CHECK enum s3a_status s3a_xml_read(struct s3a_str xml, const struct s3a_xml_events *events,
                                            void *user);

#endif
