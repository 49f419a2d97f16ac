/*
 * api_key.h
 *	  Which API key does a user send?
 */
#ifndef USAGE_API_KEY_H
#define USAGE_API_KEY_H

/*
 * The key that `userid` uses with that server, from the user mapping's
 * api_key or api_key_file, palloc'd.  ERROR 28000 where there is none, 42501
 * where a key file may not be used.  A file is named to superusers and to the
 * server's log only, and nothing is said of what it holds.
 *
 * To be called at execution only: a key must not reach a plan.
 */
extern char *api_key_find(Oid userid, Oid serverid);

#endif
