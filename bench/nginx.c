/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"

#define CONSTANT_SIZE 200

/* True once somebody accepts there. */
static bool can_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool is_there = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return is_there;
}

/* A port that nobody has right now. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        bench_die("no free port");
    }
    close(fd);
    return ntohs(address.sin_port);
}

/*
 * The directory's own user serves it: root's nginx would give it to another one's workers. Files
 * are sent with sendfile(2), as they are here. A body that is PUT goes to a file below the same
 * directory, which is then renamed: nothing of it is on the disk when the answer comes.
 */
static void write_config(const char *path, const char *directory, uint16_t port)
{
    char constant[CONSTANT_SIZE + 1];
    FILE *file = fopen(path, "we");

    if (!file) {
        bench_die("cannot write nginx's configuration");
    }
    memset(constant, 'x', CONSTANT_SIZE);
    constant[CONSTANT_SIZE] = '\0';
    fprintf(file,
            "daemon off; pid %s/nginx.pid; worker_processes auto; %s\n"
            "events { worker_connections 4096; }\n"
            "http { access_log off; keepalive_requests 100000000; sendfile on;\n"
            "client_max_body_size 0; client_body_temp_path %s/1; proxy_temp_path %s/2;\n"
            "fastcgi_temp_path %s/3; uwsgi_temp_path %s/4; scgi_temp_path %s/5;\n"
            "server { listen 127.0.0.1:%u backlog=4096;\n"
            "location /constant/ { return 200 \"%s\"; }\n"
            "location /files/ { root %s; dav_methods PUT; create_full_put_path on; } } }\n",
            directory, geteuid() == 0 ? "user root;" : "", directory, directory, directory,
            directory, directory, port, constant, directory);
    fclose(file);
}

void target_start_nginx(const char *directory, struct bench_target *ret_target)
{
    char config[512];
    const char *const argv[] = {"nginx", "-p", directory, "-c", config, "-e", "stderr", NULL};
    uint16_t port = free_port();

    *ret_target = (struct bench_target){.name = "nginx", .host = "127.0.0.1"};
    snprintf(ret_target->port, sizeof(ret_target->port), "%u", port);
    snprintf(config, sizeof(config), "%s/files", directory);
    (void)mkdir(config, 0700);
    snprintf(config, sizeof(config), "%s/nginx.conf", directory);
    write_config(config, directory, port);
    ret_target->pid = load_run(argv, NULL);
    while (!can_connect(port)) {
        if (waitpid(ret_target->pid, NULL, WNOHANG) == ret_target->pid) {
            bench_die("nginx does not start");
        }
    }
}
