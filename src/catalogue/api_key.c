/*
 * api_key.c
 *	  Finds the API key that a user sends.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foreign/foreign.h"
#include "miscadmin.h"
#include "storage/fd.h"

#include "base/secret.h"
#include "catalogue/api_key.h"
#include "catalogue/option.h"
#include "catalogue/option_value.h"

#define MAX_KEY_FILE_BYTES	4096

/*
 * The owner of a server sets where keys are sent.  A key from a file, which
 * only a superuser can name, is for servers of superusers only: another owner
 * could have it sent to a host of his own.
 */
static void
check_server_owner(Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);

	if (!superuser_arg(server->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("option \"api_key_file\" cannot be used with server \"%s\"", server->servername),
				 errdetail("The owner of the server, who says where the key is sent, is not a superuser."),
				 errhint("Use the option \"api_key\", or have a superuser own the server.")));
}

static void
fail_file(const char *path, const char *reason)
{
	bool		tell = superuser();

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("could not read an API key from the file of the option \"api_key_file\""),
			 errdetail_log("File \"%s\": %s.", path, reason),
			 tell ? errdetail("File \"%s\": %s.", path, reason) : 0,
			 tell ? errhint("The operating system user of the database server must be able to read it, and its first line must be the key and nothing else.") :
			 errhint("The log of the database server says why.")));
}

/* Read the start of a regular file; returns its length.  Doesn't block on a FIFO. */
static int
read_file(const char *path, char *buffer, int size)
{
	struct stat status;
	int			length;
	int			fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK | PG_BINARY);

	if (fd < 0 || fstat(fd, &status) < 0)
		fail_file(path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		fail_file(path, _("not a regular file"));
	length = read(fd, buffer, size);
	if (length < 0)
		fail_file(path, strerror(errno));
	CloseTransientFile(fd);
	return length;
}

/* The key is the file's first line. */
static char *
key_from_file(const char *path)
{
	char		buffer[MAX_KEY_FILE_BYTES + 1];
	char	   *key;
	int			length = read_file(path, buffer, sizeof(buffer));
	int			line = 0;

	while (line < length && buffer[line] != '\n' && buffer[line] != '\r')
		line++;
	key = secret_copy(buffer, line);
	explicit_bzero(buffer, sizeof(buffer));
	if (length > MAX_KEY_FILE_BYTES)
		fail_file(path, _("too large"));
	if (strlen(key) != line || option_parse_token(key, NULL, &key) != NULL)
		fail_file(path, _("no key in its first line"));
	return key;
}

/* The mapping's own text is not needed any more. */
static char *
key_from_mapping(char *text)
{
	char	   *key = secret_copy(text, strlen(text));

	explicit_bzero(text, strlen(text));
	return key;
}

char *
api_key_find(Oid userid, Oid serverid)
{
	UsageMappingOptions *set = option_mapping(userid, serverid);

	if (set->api_key)
		return key_from_mapping(set->api_key);
	if (!set->api_key_file)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("user mapping for user \"%s\" has no API key", GetUserNameFromId(userid, false)),
				 errhint("Use ALTER USER MAPPING to add the option \"api_key\" or \"api_key_file\".")));
	check_server_owner(serverid);
	return key_from_file(set->api_key_file);
}
