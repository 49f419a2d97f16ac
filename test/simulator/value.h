/*
 * value.h
 *	  Amounts of money, in the forms that the API has used.
 */
#ifndef VALUE_H
#define VALUE_H

#include "buffer.h"
#include "settings.h"

/* The amount object; nano is in 10^-9 of the currency, an index. */
extern void value_amount(Buffer *out, int64_t nano, AmountFormat format, int currency);

/* The name of a currency. */
extern const char *value_currency(int currency);

#endif
