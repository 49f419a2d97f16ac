/*
 * api_key.h
 *	  Finds the API key that a user sends.
 */
#ifndef USAGE_API_KEY_H
#define USAGE_API_KEY_H

/*
 * The key that `userid` uses with that server, from api_key or api_key_file of
 * the user mapping, a secret_copy().  ERROR 28000 if there is no mapping or key, or
 * its file can't be read; 42501 if the server's owner may not use a file.
 * Only superusers and the server's log see the name of a file, and no message
 * shows its contents.
 *
 * To be called during execution only: a key must not get into a plan.
 */
extern char *api_key_find(Oid userid, Oid serverid);

#endif
