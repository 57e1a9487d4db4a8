/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_H
#define S3ATOMIC_H

/* Distributed locks and atomic objects on S3: everything in one include. */

#include <s3atomic/client.h>
#include <s3atomic/codec.h>
#include <s3atomic/counter.h>
#include <s3atomic/doctor.h>
#include <s3atomic/lock.h>
#include <s3atomic/observe.h>
#include <s3atomic/server.h>
#include <s3atomic/session.h>
#include <s3atomic/status.h>
#include <s3atomic/store.h>
#include <s3atomic/upkeep.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": of the library that is running. */
S3A_API const char *s3a_version(void);

#ifdef __cplusplus
}
#endif

#endif
