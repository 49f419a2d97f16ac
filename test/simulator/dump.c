/*
 * dump.c
 *	  The events as CSV.
 */
#include "dump.h"
#include "value.h"

typedef struct Dump
{
	const Endpoint *endpoint;
	Buffer	   *out;
} Dump;

static void
append_dimensions(Dump *dump, const Event *event)
{
	const Dimension *d = dump->endpoint->dimensions;

	for (int i = 0; d[i].name; i++)
	{
		buffer_char(dump->out, ',');
		buffer_csv(dump->out, dimension_value(&d[i], event->dimension[i]));
	}
}

static void
append_measure(Dump *dump, const Measure *measure, const Event *event,
			   int64_t value)
{
	buffer_char(dump->out, ',');
	if (value != NO_VALUE && measure->kind == MEASURE_COUNT)
		buffer_integer(dump->out, value);
	else if (value != NO_VALUE)
		buffer_nano(dump->out, value);
	if (measure->kind == MEASURE_AMOUNT)
		buffer_printf(dump->out, ",%s", value_currency(event->dimension[CURRENCY]));
	if (measure->kind == MEASURE_QUANTITY)
	{
		buffer_char(dump->out, ',');
		buffer_csv(dump->out, org_quantity_units[event->unit]);
	}
}

static void
append_event(const Event *event, void *context)
{
	Dump	   *dump = context;
	const Measure *measures = dump->endpoint->measures;

	buffer_integer(dump->out, event->time);
	append_dimensions(dump, event);
	for (int i = 0; measures[i].name; i++)
		append_measure(dump, &measures[i], event, event->measure[i]);
	buffer_char(dump->out, '\n');
}

/* What goes with a measure follows it. */
static const char *
label_of(const Measure *measure)
{
	switch (measure->kind)
	{
		case MEASURE_AMOUNT:
			return ",currency";
		case MEASURE_QUANTITY:
			return ",quantity_unit";
		default:
			return "";
	}
}

static void
append_header(Dump *dump)
{
	const Endpoint *endpoint = dump->endpoint;

	buffer_text(dump->out, "time");
	for (int i = 0; endpoint->dimensions[i].name; i++)
		buffer_printf(dump->out, ",%s", endpoint->dimensions[i].name);
	for (int i = 0; endpoint->measures[i].name; i++)
		buffer_printf(dump->out, ",%s%s", endpoint->measures[i].name,
					  label_of(&endpoint->measures[i]));
	buffer_char(dump->out, '\n');
}

void
dump_events(const Endpoint *endpoint, const View *view, int64_t from,
			int64_t to, Buffer *out)
{
	Dump		dump = {endpoint, out};

	append_header(&dump);
	events_visit(endpoint, view, from, to, append_event, &dump);
}
