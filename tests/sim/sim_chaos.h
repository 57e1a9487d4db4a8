/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIM_CHAOS_H
#define S3A_SIM_CHAOS_H

/*
 * One seed, one life of a world in which everything goes wrong: contenders that take, hold and give
 * back one lock, faults of every kind at rates of the seed's own, people and other programs that
 * meddle. Then the faults stop, and the lock must be had again soon (L1).
 */

#include "sim.h"

/* trace may be NULL. The world is initialised here; it is the caller's to sim_fini(). */
void sim_chaos_run(struct sim *sim, uint64_t seed, FILE *trace);

/* sim_session_chaos.c: what the pair at keeper does now; that session's and lock's terms, and how
 * long it is held. Meddling is with a session of late. */
void sim_session_chaos_act(struct sim *sim, unsigned keeper, bool chaos,
                           const struct s3a_lock_terms *terms, uint64_t hold_ms);
void sim_session_chaos_meddle(struct sim *sim);
void sim_chaos_choose_clock(struct sim *sim, unsigned number);

#endif
