/*
 * state.c
 *	  What the threads share.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "state.h"

#define MAX_RESTATEMENTS 1000

Settings	state_settings;

static pthread_rwlock_t state_lock = PTHREAD_RWLOCK_INITIALIZER;
static Restatement restatements[MAX_RESTATEMENTS];
static int	restatement_count;

static pthread_mutex_t wait_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wait_over = PTHREAD_COND_INITIALIZER;
static long wake_count;
static bool shut_down;

void
state_read(void)
{
	pthread_rwlock_rdlock(&state_lock);
}

void
state_write(void)
{
	pthread_rwlock_wrlock(&state_lock);
}

void
state_release(void)
{
	pthread_rwlock_unlock(&state_lock);
}

View
state_view(void)
{
	View		view = {
		.now = settings_now(&state_settings),
		.late = state_settings.late,
		.mixed_units = state_settings.mixed_units,
		.two_currencies = state_settings.two_currencies,
		.restatements = restatements,
		.restatement_count = restatement_count
	};

	return view;
}

void
state_restate(const Restatement *restatement)
{
	if (restatement_count < MAX_RESTATEMENTS)
		restatements[restatement_count++] = *restatement;
}

void
state_reset(void)
{
	state_settings = settings_initial;
	restatement_count = 0;
}

static struct timespec
deadline_after(int64_t milliseconds)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += milliseconds / 1000;
	deadline.tv_nsec += milliseconds % 1000 * 1000000;
	if (deadline.tv_nsec >= 1000000000)
	{
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

void
state_wait(int64_t milliseconds)
{
	struct timespec deadline = deadline_after(milliseconds);
	long		seen;

	if (milliseconds <= 0)
		return;
	pthread_mutex_lock(&wait_lock);
	seen = wake_count;
	while (seen == wake_count && !shut_down)
		if (pthread_cond_timedwait(&wait_over, &wait_lock, &deadline) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&wait_lock);
}

void
state_wake(void)
{
	pthread_mutex_lock(&wait_lock);
	wake_count++;
	pthread_cond_broadcast(&wait_over);
	pthread_mutex_unlock(&wait_lock);
}

void
state_shut_down(void)
{
	pthread_mutex_lock(&wait_lock);
	shut_down = true;
	pthread_cond_broadcast(&wait_over);
	pthread_mutex_unlock(&wait_lock);
}
