/* SPDX-License-Identifier: MIT */
#include "fire_cast.h"

#include <signal.h>

#include "fire_link.h"

/* Between two harms, and how long they last. */
#define HARM_PAUSE_MS_MIN 100
#define HARM_PAUSE_MS_MAX 1100
#define FREEZE_MS_MIN 200
#define FREEZE_MS_MAX 4000
#define CUT_MS_MIN 200
#define CUT_MS_MAX 4000
#define SERVER_FREEZE_MS_MAX 2000
#define SERVER_AWAY_MS_MAX 2000

static void freeze(struct fire_cast *cast, struct fire_player *player, uint64_t ms_max)
{
    uint64_t freeze_ms = FREEZE_MS_MIN + fire_random(&cast->random, ms_max - FREEZE_MS_MIN);

    player->thaw_us = fire_now_us() + freeze_ms * 1000;
    cast->freezes++;
    kill(player->pid, SIGSTOP);
}

static void kill_player(struct fire_cast *cast, struct fire_player *player)
{
    cast->kills++;
    player->is_killed = true;
    kill(player->pid, SIGKILL);
}

static void cut_off(struct fire_cast *cast, struct fire_player *player)
{
    uint64_t cut_ms = CUT_MS_MIN + fire_random(&cast->random, CUT_MS_MAX - CUT_MS_MIN);
    enum fire_cut cut = (enum fire_cut)fire_random(&cast->random, FIRE_CUT_ANSWERS + 1);

    player->heal_us = fire_now_us() + cut_ms * 1000; /* of a half that was cut, too */
    if (fire_link_cut(player->link, player->pid, cut)) {
        cast->cuts++;
    }
}

/* Half of the time the holder. */
static struct fire_player *victim(struct fire_cast *cast, int64_t holder)
{
    struct fire_player *found = &cast->workers[fire_random(&cast->random, cast->processes)];

    if (fire_random(&cast->random, 2) == 0) {
        for (unsigned i = 0; i < cast->processes; i++) {
            found = cast->workers[i].pid == holder ? &cast->workers[i] : found;
        }
    }
    return found;
}

void fire_cast_harm(struct fire_cast *cast, int64_t holder)
{
    uint64_t now_us = fire_now_us();

    if (now_us < cast->harm_us) {
        return;
    }
    uint64_t pause_ms =
        HARM_PAUSE_MS_MIN + fire_random(&cast->random, HARM_PAUSE_MS_MAX - HARM_PAUSE_MS_MIN);
    cast->harm_us = now_us + pause_ms * 1000;
    uint64_t what = fire_random(&cast->random, 100);
    struct fire_player *worker = victim(cast, holder);
    if (what < 35 && fire_player_is_well(worker)) {
        kill_player(cast, worker);
    } else if (what < 85 && fire_player_is_well(worker)) {
        if (worker->link && what >= 45) {
            cut_off(cast, worker);
        } else {
            freeze(cast, worker, FREEZE_MS_MAX);
        }
    } else if (what >= 93 && fire_player_is_well(&cast->server)) {
        kill_player(cast, &cast->server);
        cast->server_back_us = now_us + fire_random(&cast->random, SERVER_AWAY_MS_MAX) * 1000 + 1;
    } else if (what >= 85 && fire_player_is_well(&cast->server)) {
        freeze(cast, &cast->server, SERVER_FREEZE_MS_MAX);
    }
}
