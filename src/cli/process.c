/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "exit_code.h"
#include "fault.h"

#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"
#define SHELL "/bin/sh"

/* All that the new process needs between fork() and exec(), where nothing may be allocated. */
struct launch {
    const struct s3a_process_plan *plan;
    char path[PATH_MAX];
    char **shell_words; /* for a script without "#!" */
    pid_t parent;
    int gate[2];   /* a byte from the parent: go on; closed: it is gone */
    int report[2]; /* closed by exec(); otherwise its errno */
};

static bool is_program(const char *path)
{
    struct stat found;

    if (stat(path, &found) != 0) {
        return false;
    }
    if (!S_ISREG(found.st_mode)) {
        errno = EACCES;
        return false;
    }
    return access(path, X_OK) == 0;
}

/* 0, or an errno. */
static int find_program(const char *word, char ret_path[PATH_MAX])
{
    const char *rest = getenv("PATH") ? getenv("PATH") : PATH_DEFAULT;
    int result = ENOENT;

    if (strchr(word, '/') || *word == '\0') {
        snprintf(ret_path, PATH_MAX, "%s", word);
        return is_program(ret_path) ? 0 : errno;
    }
    for (bool more = true; more;) {
        size_t size = strcspn(rest, ":");
        int printed =
            snprintf(ret_path, PATH_MAX, "%.*s%s%s", (int)size, rest, size > 0 ? "/" : "", word);
        if (printed < PATH_MAX && is_program(ret_path)) {
            return 0;
        }
        result = errno == EACCES ? EACCES : result;
        more = rest[size] == ':';
        rest += size + more;
    }
    return result;
}

/* Async-signal-safe from here to exec(). */
static _Noreturn void run_launched(const struct launch *launch)
{
    const struct s3a_process_plan *plan = launch->plan;
    ssize_t got;
    char go;

    if (plan->supervised) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != launch->parent) {
            _exit(S3A_EXIT_CANNOT_RUN);
        }
    }
    close(launch->gate[1]);
    do {
        got = read(launch->gate[0], &go, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1) {
        _exit(S3A_EXIT_CANNOT_RUN);
    }
    if ((plan->standard_input == 0 || dup2(plan->standard_input, STDIN_FILENO) >= 0) &&
        (plan->standard_output == 0 || dup2(plan->standard_output, STDOUT_FILENO) >= 0)) {
        s3a_descriptors_restore();
        s3a_signals_restore(plan->inherited);
        execve(launch->path, plan->words, plan->environment);
        if (errno == ENOEXEC) {
            execve(SHELL, launch->shell_words, plan->environment);
        }
    }
    int failed = errno;
    while (write(launch->report[1], &failed, sizeof(failed)) < 0 && errno == EINTR) {
    }
    _exit(S3A_EXIT_CANNOT_RUN);
}

static int tell_failure(const char *word, int failed, struct s3a_error *error)
{
    if (failed == ENOENT) {
        s3a_fault(error, S3A_SYSTEM, "%s: command not found", word);
        return S3A_EXIT_NO_PROGRAM;
    }
    errno = failed;
    s3a_fault_errno(error, "%s: cannot be executed", word);
    return S3A_EXIT_CANNOT_RUN;
}

/* What exec() said: 0 where it went well. */
static int read_report(int report)
{
    int failed = 0;
    ssize_t size;

    do {
        size = read(report, &failed, sizeof(failed));
    } while (size < 0 && errno == EINTR);
    return size == sizeof(failed) ? failed : 0;
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++) {
        if (pair[i] >= 0) {
            close(pair[i]);
            pair[i] = -1;
        }
    }
}

static int launch_process(struct launch *launch, pid_t *ret_pid, struct s3a_error *error)
{
    const struct s3a_process_plan *plan = launch->plan;

    launch->parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        s3a_fault_errno(error, "%s: no new process", plan->words[0]);
        return S3A_EXIT_LOCAL_IO;
    }
    if (pid == 0) {
        run_launched(launch);
    }
    if (plan->supervised) {
        setpgid(pid, pid); /* whoever of the two comes first */
    }
    if (plan->before_exec) {
        plan->before_exec(pid, plan->user);
    }
    while (write(launch->gate[1], "", 1) < 0 && errno == EINTR) {
    }
    close_pair(launch->gate);
    close(launch->report[1]);
    launch->report[1] = -1;
    int failed = read_report(launch->report[0]);
    if (failed != 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
        return tell_failure(plan->words[0], failed, error);
    }
    *ret_pid = pid;
    return S3A_EXIT_DONE;
}

static char **make_shell_words(char *const *words, char *path)
{
    static char shell[] = SHELL;
    size_t count = 0;

    while (words[count]) {
        count++;
    }
    char **result = calloc(count + 2, sizeof(*result));
    if (result) {
        result[0] = shell;
        result[1] = path;
        for (size_t i = 1; i < count; i++) {
            result[i + 1] = words[i];
        }
    }
    return result;
}

int s3a_process_find(const char *word, struct s3a_error *error)
{
    char path[PATH_MAX];
    int missing = find_program(word, path);

    return missing == 0 ? S3A_EXIT_DONE : tell_failure(word, missing, error);
}

int s3a_process_start(const struct s3a_process_plan *plan, pid_t *ret_pid, struct s3a_error *error)
{
    struct launch launch = {.plan = plan, .gate = {-1, -1}, .report = {-1, -1}};
    int result;

    *ret_pid = 0;
    int missing = find_program(plan->words[0], launch.path);
    if (missing != 0) {
        return tell_failure(plan->words[0], missing, error);
    }
    launch.shell_words = make_shell_words(plan->words, launch.path);
    if (!launch.shell_words || pipe2(launch.gate, O_CLOEXEC) != 0 ||
        pipe2(launch.report, O_CLOEXEC) != 0) {
        s3a_fault_errno(error, "%s: cannot be started", plan->words[0]);
        result = S3A_EXIT_LOCAL_IO;
        goto out;
    }
    result = launch_process(&launch, ret_pid, error);
out:
    close_pair(launch.gate);
    close_pair(launch.report);
    free(launch.shell_words);
    return result;
}

static bool same_name(const char *a, const char *b)
{
    size_t size = strcspn(a, "=");

    return strncmp(a, b, size) == 0 && b[size] == '=';
}

char **s3a_process_environment(const char *const *settings, size_t count)
{
    size_t inherited = 0;
    size_t used = 0;

    while (environ[inherited]) {
        inherited++;
    }
    char **result = calloc(inherited + count + 1, sizeof(*result));
    if (!result) {
        return NULL;
    }
    for (size_t i = 0; i < inherited; i++) {
        bool replaced = false;
        for (size_t k = 0; k < count; k++) {
            replaced = replaced || same_name(settings[k], environ[i]);
        }
        if (!replaced) {
            result[used++] = environ[i];
        }
    }
    /* exec() takes them as they are; it writes nothing into them. */
    memcpy(result + used, settings, count * sizeof(*settings));
    return result;
}
