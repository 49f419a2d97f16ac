/*
 * control.h
 *	  The control interface, /_simulator/: what tests steer and ask.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "exchange.h"

extern bool control_owns(const char *path);
extern void control_answer(Exchange *exchange);

#endif
