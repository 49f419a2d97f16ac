/*
 * odd.c
 *	  The organization with odd names: what is in it and what happens there.
 *
 * Many names need percent-encoding in a query, CSV quotes or JSON escapes; some
 * are not among the values that the API's filters list.  Costs have nothing to
 * do with usage.
 */
#include <stddef.h>
#include <string.h>

#include "day.h"
#include "events.h"

#define DAY_MINUTES 1440
#define MEAN_BURST 2			/* events in a minute that has any */
#define EMPTY_DAY_SHARE 14		/* of 256 days */

static const char *const odd_projects[] = {
	NULL, "proj_web", "proj_data pipeline", "proj_R&D=1", "proj_größe+50%",
	"proj_ops/eu", "proj_Ab12Cd34", NULL
};

static const char *const odd_users[] = {
	NULL, "user-alice", "user-bob", "user-o'neil", "user-zoë", "user-a+b",
	"user-back\\slash", "user-100%", "user-Hannah Smith", NULL
};

static const char *const odd_api_keys[] = {
	NULL, "key_1", "key_2", "key_a,b", "key_4", "key_5/x", "key_six six",
	"key_7&8", "key_\"9\"", "key_10", "key_ü", NULL
};

static const char *const odd_vector_stores[] = {
	NULL, "vs_docs", "vs_faq", "vs_a b", "vs_1+1", "vs_legal/eu", "vs_50%",
	"vs_a,b", "vs_ohne projekt", NULL
};

const unsigned char odd_vector_store_projects[] = {0, 1, 1, 2, 3, 4, 5, 1, 0};

static const char *const odd_chat_models[] = {
	NULL, "gpt-5.4-2026-03-05", "gpt-6-astra", "gpt-6-luna",
	"gpt-audio-2", "gpt-image-3",
	"ft:gpt-5.4-mini:acme & co/prüf+100%, v2", "o5 \"mini\"", NULL
};

static const char *const odd_embedding_models[] = {
	NULL, "text-embedding-3-small", "text-embedding-3-large",
	"text-embedding-ada-002-v2", "embed a+b/c", NULL
};

static const char *const odd_moderation_models[] = {
	NULL, "omni-moderation-latest", "text-moderation-007", NULL
};

static const char *const odd_image_models[] = {
	NULL, "dall-e-3", "gpt-image-1", "gpt-image-3", "image & größe", NULL
};

static const char *const odd_speech_models[] = {
	NULL, "tts-1", "tts-1-hd", "gpt-5-tts", NULL
};

static const char *const odd_transcription_models[] = {
	NULL, "whisper-1", "gpt-5-transcribe", NULL
};

static const char *const odd_line_items[] = {
	NULL,
	"gpt-5.4-2026-03-05, input",
	"gpt-5.4-2026-03-05, cached input",
	"gpt-5.4-2026-03-05, output",
	"gpt-6-astra, input_tokens",
	"web search tool calls",
	"Image models",
	"Text tokens",
	"file search storage, größe & 100%",
	"code interpreter \"sessions\"",
	"tts-1+hd, characters",
	NULL
};

static const unsigned char odd_line_item_units[] = {0, 1, 1, 1, 2, 3, 4, 0, 5, 6, 7};

/* Low indexes are the busy ones, so that groups have several events. */
static int
pick_value(Random *random, const Dimension *dimension)
{
	int			count = 0;
	int64_t		one;
	int64_t		other;

	while (dimension_value(dimension, count + 1))
		count++;
	if (random_share(random, dimension->null_share))
		return 0;
	one = random_below(random, count);
	other = random_below(random, count);
	return 1 + (int) (one < other ? one : other);
}

static void
make_event(const Endpoint *endpoint, Random *random, int64_t time,
		   Event *event)
{
	memset(event, 0, sizeof(*event));
	event->time = time;
	event->fate = (uint32_t) random_next(random);
	for (int i = 0; endpoint->dimensions[i].name; i++)
		event->dimension[i] = pick_value(random, &endpoint->dimensions[i]);
	endpoint->fill(random, event);
}

/* Two readings of one store in one minute: which is the last? */
static bool
repeats_reading(const Day *day, const Event *event)
{
	for (size_t i = day->count; i > 0 && day->events[i - 1].time == event->time; i--)
		if (memcmp(day->events[i - 1].dimension, event->dimension,
				   sizeof(event->dimension)) == 0)
			return true;
	return false;
}

static void
add_event(const Endpoint *endpoint, Day *day, const Event *event)
{
	if (!endpoint->level || !repeats_reading(day, event))
		day_add(day, event);
}

/* Whole bursts that a minute must have, and one more with the rest's chance. */
static int
burst_count(Random *random)
{
	int			unit = MEAN_BURST * DAY_MINUTES;
	int			rest = events_plan.density % unit;

	return events_plan.density / unit + (random_below(random, unit) < rest);
}

static void
make_minute(const Endpoint *endpoint, Day *day, int64_t time)
{
	Random		random = events_random(endpoint_index(endpoint), time / 60);

	for (int burst = burst_count(&random); burst > 0; burst--)
	{
		int			size = 1 + (int) random_below(&random, 2 * MEAN_BURST - 1);

		while (size-- > 0)
		{
			Event		event;

			make_event(endpoint, &random, time, &event);
			add_event(endpoint, day, &event);
		}
	}
}

static void
make_day(const Endpoint *endpoint, int64_t number, Day *day)
{
	Random		random = events_random(endpoint_index(endpoint), -number - 1);

	if (random_share(&random, EMPTY_DAY_SHARE))
		return;
	for (int minute = 0; minute < DAY_MINUTES; minute++)
		make_minute(endpoint, day, number * DAY_SECONDS + minute * 60);
}

const Organization odd_organization = {
	.name = "odd",
	.projects = odd_projects,
	.users = odd_users,
	.api_keys = odd_api_keys,
	.vector_stores = odd_vector_stores,
	.chat_models = odd_chat_models,
	.embedding_models = odd_embedding_models,
	.moderation_models = odd_moderation_models,
	.image_models = odd_image_models,
	.speech_models = odd_speech_models,
	.transcription_models = odd_transcription_models,
	.line_items = odd_line_items,
	.line_item_units = odd_line_item_units,
	.make_day = make_day
};
