/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include "exchange.h"

static const uint64_t bounds_us[S3A_METRICS_BOUNDS] = {100,    250,     500,     1000,    2500,
                                                       5000,   10000,   25000,   100000,  250000,
                                                       500000, 1000000, 2500000, 10000000};

void s3a_metrics_count(struct s3a_metrics *metrics, const struct s3a_request_outcome *outcome)
{
    unsigned kind = outcome->kind < S3A_METRICS_KINDS ? outcome->kind : S3A_METRICS_OTHER;
    unsigned status = (unsigned)(outcome->http_status - S3A_METRICS_STATUS_MIN);
    size_t bound = 0;

    while (bound < S3A_METRICS_BOUNDS && outcome->duration_us > bounds_us[bound]) {
        bound++;
    }
    if (status < S3A_METRICS_STATUSES) {
        s3a_count_add(&metrics->requests[kind][status], 1);
    }
    s3a_count_add(&metrics->durations[kind][bound], 1);
    s3a_count_add(&metrics->duration_us[kind], outcome->duration_us);
    s3a_count_add(&metrics->bytes_in, outcome->bytes_in);
    s3a_count_add(&metrics->bytes_out, outcome->bytes_out);
    s3a_count_add(&metrics->conditions_failed, outcome->http_status == 412 ? 1 : 0);
    s3a_count_add(&metrics->aborted, outcome->is_complete ? 0 : 1);
}

uint64_t s3a_metrics_requests(const struct s3a_metrics *metrics, int first, int last)
{
    uint64_t sum = 0;

    for (unsigned kind = 0; kind < S3A_METRICS_KINDS; kind++) {
        for (int status = first; status <= last; status++) {
            sum += s3a_count_read(&metrics->requests[kind][status - S3A_METRICS_STATUS_MIN]);
        }
    }
    return sum;
}

/* A counter of all fronts; offset is where it lies in struct s3a_metrics. */
static uint64_t add_up(const struct s3a_shared *shared, size_t offset)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < shared->front_count; i++) {
        const char *metrics = (const char *)&shared->fronts[i].metrics;
        sum += s3a_count_read((const _Atomic uint64_t *)(const void *)(metrics + offset));
    }
    return sum;
}

#define SUM(shared, member) add_up(shared, offsetof(struct s3a_metrics, member))

static size_t at(size_t array, size_t index)
{
    return array + index * sizeof(_Atomic uint64_t);
}

static const char *kind_name(unsigned kind)
{
    if (kind == S3A_METRICS_PAGE) {
        return "Operate";
    }
    return kind == S3A_METRICS_OTHER ? "Unknown" : s3a_op_name((enum s3a_op_kind)kind);
}

static void begin(struct s3a_buf *text, const char *name, const char *type, const char *help)
{
    s3a_buf_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_one(struct s3a_buf *text, const char *name, const char *type, const char *help,
                      uint64_t value)
{
    begin(text, name, type, help);
    s3a_buf_append_format(text, "%s %llu\n", name, (unsigned long long)value);
}

static void write_requests(const struct s3a_shared *shared, struct s3a_buf *text)
{
    begin(text, "s3atomic_requests_total", "counter", "Requests that were answered.");
    for (unsigned kind = 0; kind < S3A_METRICS_KINDS; kind++) {
        for (size_t status = 0; kind_name(kind) && status < S3A_METRICS_STATUSES; status++) {
            size_t row = offsetof(struct s3a_metrics, requests) +
                         kind * sizeof(shared->fronts[0].metrics.requests[0]);
            uint64_t value = add_up(shared, at(row, status));
            if (value > 0) {
                s3a_buf_append_format(
                    text, "s3atomic_requests_total{operation=\"%s\",status=\"%zu\"} %llu\n",
                    kind_name(kind), status + S3A_METRICS_STATUS_MIN, (unsigned long long)value);
            }
        }
    }
}

/* Microseconds as seconds, exactly. */
static void write_seconds(struct s3a_buf *text, uint64_t us)
{
    s3a_buf_append_format(text, "%llu.%06llu", (unsigned long long)(us / 1000000),
                          (unsigned long long)(us % 1000000));
}

static void write_durations_of(const struct s3a_shared *shared, unsigned kind, struct s3a_buf *text)
{
    static const char name[] = "s3atomic_request_duration_seconds";
    size_t row = offsetof(struct s3a_metrics, durations) +
                 kind * sizeof(shared->fronts[0].metrics.durations[0]);
    uint64_t counts[S3A_METRICS_BOUNDS + 1];
    uint64_t sum = 0;

    for (size_t i = 0; i <= S3A_METRICS_BOUNDS; i++) {
        sum += counts[i] = add_up(shared, at(row, i));
    }
    if (sum == 0) {
        return;
    }
    sum = 0;
    for (size_t i = 0; i < S3A_METRICS_BOUNDS; i++) {
        sum += counts[i];
        s3a_buf_append_format(text, "%s_bucket{operation=\"%s\",le=\"", name, kind_name(kind));
        write_seconds(text, bounds_us[i]);
        s3a_buf_append_format(text, "\"} %llu\n", (unsigned long long)sum);
    }
    sum += counts[S3A_METRICS_BOUNDS];
    s3a_buf_append_format(text, "%s_bucket{operation=\"%s\",le=\"+Inf\"} %llu\n", name,
                          kind_name(kind), (unsigned long long)sum);
    s3a_buf_append_format(text, "%s_sum{operation=\"%s\"} ", name, kind_name(kind));
    write_seconds(text, add_up(shared, at(offsetof(struct s3a_metrics, duration_us), kind)));
    s3a_buf_append_format(text, "\n%s_count{operation=\"%s\"} %llu\n", name, kind_name(kind),
                          (unsigned long long)sum);
}

static void write_durations(const struct s3a_shared *shared, struct s3a_buf *text)
{
    begin(text, "s3atomic_request_duration_seconds", "histogram",
          "From a request's first line to the end of its answer.");
    for (unsigned kind = 0; kind < S3A_METRICS_KINDS; kind++) {
        if (kind_name(kind)) {
            write_durations_of(shared, kind, text);
        }
    }
}

static void write_connections(const struct s3a_shared *shared, struct s3a_buf *text)
{
    static const char name[] = "s3atomic_connections_cut_total";
    uint64_t closed = SUM(shared, connections_closed); /* first: never more than were opened */
    uint64_t opened = SUM(shared, connections_opened);
    const struct {
        const char *reason;
        uint64_t count;
    } cuts[] = {
        {"head", SUM(shared, cut_head)},
        {"idle", SUM(shared, cut_idle)},
        {"room", SUM(shared, cut_room)},
        {"slow", SUM(shared, cut_slow)},
    };

    write_one(text, "s3atomic_connections", "gauge", "Connections that are open.", opened - closed);
    write_one(text, "s3atomic_connections_max", "gauge", "Connections that may be open.",
              shared->settings->connections_max);
    write_one(text, "s3atomic_connections_per_address_max", "gauge",
              "Connections that may be open from one address.",
              shared->settings->connections_per_address_max);
    write_one(text, "s3atomic_connections_opened_total", "counter",
              "Connections that were accepted.", opened);
    write_one(text, "s3atomic_connections_refused_total", "counter",
              "Connections beyond what one address may have.", SUM(shared, connections_refused));
    begin(text, name, "counter", "Connections that were ended because of what the client did not.");
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        s3a_buf_append_format(text, "%s{reason=\"%s\"} %llu\n", name, cuts[i].reason,
                              (unsigned long long)cuts[i].count);
    }
}

static void write_commits(const struct s3a_counts *counts, struct s3a_buf *text)
{
    static const char name[] = "s3atomic_commit_writes";
    uint64_t sum = 0;

    begin(text, name, "histogram", "Writes in one durable commit.");
    for (size_t i = 0; i < S3A_COUNT_GROUPS; i++) {
        sum += s3a_count_read(&counts->groups[i]);
        s3a_buf_append_format(text, "%s_bucket{le=\"%u\"} %llu\n", name, 1U << i,
                              (unsigned long long)sum);
    }
    s3a_buf_append_format(text, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %llu\n%s_count %llu\n", name,
                          (unsigned long long)sum, name,
                          (unsigned long long)s3a_count_read(&counts->writes), name,
                          (unsigned long long)sum);
}

enum s3a_code s3a_metrics_answer(struct s3a_exchange *exchange, struct s3a_buf *text,
                                 const char **ret_message)
{
    const struct s3a_shared *shared = exchange->front->shared;

    (void)ret_message;
    write_requests(shared, text);
    write_durations(shared, text);
    write_one(text, "s3atomic_requests_aborted_total", "counter",
              "Requests whose answer did not reach its end.", SUM(shared, aborted));
    write_one(text, "s3atomic_conditions_failed_total", "counter",
              "Requests whose condition did not hold (412).", SUM(shared, conditions_failed));
    write_one(text, "s3atomic_received_bytes_total", "counter", "Bytes of requests' bodies.",
              SUM(shared, bytes_in));
    write_one(text, "s3atomic_sent_bytes_total", "counter", "Bytes of answers' bodies.",
              SUM(shared, bytes_out));
    write_connections(shared, text);
    write_commits(s3a_objects_counts(shared->objects), text);
    write_one(text, "s3atomic_log_lines_dropped_total", "counter",
              "Lines that the access log could not take.",
              shared->log ? atomic_load(&shared->log->dropped) : 0);
    begin(text, "s3atomic_build_info", "gauge", "The version, as a label.");
    s3a_buf_append_format(text, "s3atomic_build_info{version=\"%s\"} 1\n", S3A_VERSION);
    return S3A_CODE_NONE;
}
