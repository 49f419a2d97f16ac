/*
 * state.h
 *	  What the threads share: settings, restatements, and waiting.
 *
 * Whoever answers a request holds the state for reading meanwhile, so that
 * an answer is of one piece; a change waits for the answers being made.
 */
#ifndef STATE_H
#define STATE_H

#include "events.h"
#include "settings.h"

extern Settings state_settings;

extern void state_read(void);
extern void state_write(void);
extern void state_release(void);

/* What can be seen now; valid while the state is held. */
extern View state_view(void);

/* The state is to be held for writing. */
extern void state_restate(const Restatement *restatement);
extern void state_reset(void);

/* Sleep, but wake early at a reset or at the end; no state may be held. */
extern void state_wait(int64_t milliseconds);
extern void state_wake(void);
extern void state_shut_down(void);

#endif
