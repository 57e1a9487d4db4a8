/* SPDX-License-Identifier: MIT */
#include "demo.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW_MS 50
#define LINE_EVERY (DEMO_INCREMENTS / 4)

#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[1;31m"
#define GREEN "\033[1;32m"

static bool on_terminal;
static bool is_drawn;
static int64_t drawn_ms;
static int told_increments;

/* The table and the line below it; what is told scrolls up above them. */
#define TABLE_LINES (DEMO_WORKERS + 3)

static void erase(void)
{
    if (is_drawn) {
        printf("\033[%dA\033[J", TABLE_LINES);
        is_drawn = false;
    }
}

static void draw_worker(int number, const struct demo_worker *worker)
{
    static const char *const words[] = {
        [DEMO_WAITS] = "waits",
        [DEMO_HOLDS] = "holds",
        [DEMO_DONE] = "done",
        [DEMO_KILLED] = "killed",
    };
    static const char *const colours[] = {
        [DEMO_WAITS] = DIM,
        [DEMO_HOLDS] = GREEN,
        [DEMO_DONE] = "",
        [DEMO_KILLED] = RED,
    };
    char bar[DEMO_INCREMENTS_EACH + 1];
    int filled =
        worker->increments < DEMO_INCREMENTS_EACH ? worker->increments : DEMO_INCREMENTS_EACH;

    memset(bar, '.', DEMO_INCREMENTS_EACH);
    memset(bar, '#', (size_t)filled);
    bar[DEMO_INCREMENTS_EACH] = '\0';
    printf("  %s%c process %d  pid %-8d %-7s %s %3d" PLAIN "\n", colours[worker->state],
           worker->state == DEMO_HOLDS ? '>' : ' ', number, (int)worker->pid, words[worker->state],
           bar, worker->increments);
}

static void draw(const struct demo *demo)
{
    int64_t now_ms = demo_now_ms();

    erase();
    printf("\n");
    for (int i = 0; i < DEMO_WORKERS; i++) {
        draw_worker(i + 1, &demo->workers[i]);
    }
    printf("\n    counter " BOLD "%3d" PLAIN " of %d   fencing token " BOLD "%" PRIu64 PLAIN
           "   %5.1f s\n",
           demo->increments, DEMO_INCREMENTS, demo->token,
           (double)(now_ms - demo->started_ms) / 1000);
    fflush(stdout);
    is_drawn = true;
    drawn_ms = now_ms;
}

void demo_screen_start(const struct demo *demo)
{
    const char *terminal = getenv("TERM");

    on_terminal = isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
    told_increments = 0;
    if (on_terminal) {
        draw(demo);
    }
}

void demo_screen_show(const struct demo *demo, bool at_once)
{
    if (on_terminal) {
        if (at_once || demo_now_ms() - drawn_ms >= REDRAW_MS) {
            draw(demo);
        }
        return;
    }
    if (demo->increments >= told_increments + LINE_EVERY) {
        told_increments = demo->increments;
        printf("%d of %d, fencing token %" PRIu64 "\n", demo->increments, DEMO_INCREMENTS,
               demo->token);
        fflush(stdout);
    }
}

void demo_screen_tell(const char *format, ...)
{
    va_list arguments;

    erase();
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}
