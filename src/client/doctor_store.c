/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "aws_service.h"
#include "doctor_ward.h"

/* The default heartbeat, for 30 days of 24 hours. */
#define HEARTBEAT_S 10
#define MONTH_S (30 * 24 * 3600)

/* "Server:" begins so. */
static const struct {
    const char *server;
    const char *store;
} servers[] = {
    {"AmazonS3", "Amazon S3"},
    {"MinIO", "MinIO"},
    {"Ceph Object Gateway", "Ceph RADOS Gateway"},
    {"s3atomic", "s3atomic serve"},
    {"SeaweedFS", "SeaweedFS"},
    {"VERSITYGW", "VersityGW"},
    {"WasabiS3", "Wasabi"},
    {"UploadServer", "Google Cloud Storage"},
    {"Garage", "Garage"},
    {"TencentCOS", "Tencent COS"},
    {"AliyunOSS", "Alibaba Cloud OSS"},
};

/* The host of the endpoint ends so. */
static const struct {
    const char *domain;
    const char *store;
} hosts[] = {
    {".r2.cloudflarestorage.com", "Cloudflare R2"},
    {".backblazeb2.com", "Backblaze B2"},
    {".digitaloceanspaces.com", "DigitalOcean Spaces"},
    {".wasabisys.com", "Wasabi"},
    {".scw.cloud", "Scaleway Object Storage"},
    {".linodeobjects.com", "Akamai (Linode) Object Storage"},
    {".your-objectstorage.com", "Hetzner Object Storage"},
    {"storage.googleapis.com", "Google Cloud Storage"},
};

/* USD for a million writes, of Amazon S3 Standard in us-east-1, and of R2 (class A). */
static const struct {
    const char *store;
    double write;
} prices[] = {{"Amazon S3", 5.00}, {"Cloudflare R2", 4.50}};

static void name_it(struct s3a_ward *ward, const char *store)
{
    snprintf(ward->report->store, sizeof(ward->report->store), "%s", store);
}

static struct s3a_str host_of(const char *endpoint)
{
    struct s3a_str host = s3a_str_of(endpoint);
    const char *begin = strstr(endpoint, "://");

    if (begin) {
        host = s3a_str_of(begin + 3);
    }
    host = s3a_str_split(&host, '/');
    return s3a_str_split(&host, ':');
}

void s3a_ward_recognise(struct s3a_ward *ward, const struct s3a_ward_ask *ask)
{
    const char *endpoint = ward->report->endpoint;
    struct s3a_str host = host_of(endpoint);

    if (strncmp(endpoint, "file:", 5) == 0) {
        name_it(ward, "a directory of this machine");
        return;
    }
    if (s3a_aws_has_host(host)) {
        name_it(ward, "Amazon S3");
        return;
    }
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (s3a_str_ends_with(host, hosts[i].domain)) {
            name_it(ward, hosts[i].store);
            return;
        }
    }
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        if (strncmp(ask->server, servers[i].server, strlen(servers[i].server)) == 0) {
            name_it(ward, servers[i].store);
            return;
        }
    }
    /* Ceph's transaction ids, "tx000000000000000000012-0065...-1029-default", since its Server
     * header is a younger thing. */
    if (strncmp(ask->request_id, "tx00000", 7) == 0) {
        name_it(ward, "Ceph RADOS Gateway");
    }
}

void s3a_ward_price(struct s3a_doctor_report *report)
{
    report->writes_per_month = MONTH_S / HEARTBEAT_S;
    report->usd_per_month = -1;
    for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++) {
        if (strcmp(report->store, prices[i].store) == 0) {
            report->usd_per_month = prices[i].write * (double)report->writes_per_month / 1e6;
        }
    }
    if (strcmp(report->store, "a directory of this machine") == 0 ||
        strcmp(report->store, "s3atomic serve") == 0) {
        report->usd_per_month = 0;
    }
}
