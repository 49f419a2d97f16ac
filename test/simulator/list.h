/*
 * list.h
 *	  The lists of the organization's objects: which there are, what a request
 *	  asks for, and the answer.
 */
#ifndef LIST_H
#define LIST_H

#include "error.h"
#include "fault.h"
#include "roster.h"

typedef enum CellKind
{
	CELL_TEXT,					/* a JSON string */
	CELL_LITERAL				/* a number or boolean */
} CellKind;

/* A value of each object. */
typedef struct ListColumn
{
	const char *name;			/* in the CSV */
	CellKind	kind;
	const char *path;			/* in JSON; %s stands for the cell
								 * "owner_type" */
} ListColumn;

typedef enum ListParameter
{
	LIST_INCLUDE_ARCHIVED = 1,
	LIST_EMAILS = 2,
	LIST_OWNER_ACCESS = 4,
	LIST_ORDER = 8
} ListParameter;

typedef struct List
{
	const char *name;			/* for control */
	const char *path;			/* after the version; {} stands for a
								 * project's id */
	const char *item_path;		/* of one object, {} for its id; or NULL */
	const char *object;			/* of each object */
	const ListColumn *columns;	/* ends with a NULL name; the first one is the
								 * id, unless it is_single */
	Roster		fill[2];		/* of the odd organization, of the plausible one */
	int			parameters;		/* beside limit and after: bits */
	bool		is_single;		/* one object, not a list of them */
} List;

extern const List lists[];		/* ends with a NULL name */

extern const List *list_by_name(const char *name);

/* Fill the set with the list's objects in the organization that is served. */
extern void list_fill(const List *list, ObjectSet *set, const Settings *settings,
					  int project);

/* Where a path leads. */
typedef struct ListRoute
{
	const List *list;			/* NULL: to no list */
	bool		is_item;		/* to the object whose id is `id` */
	char		id[256];		/* what stands for {}, decoded */
} ListRoute;

extern ListRoute list_route(const char *path);

typedef struct ListQuery
{
	ListRoute	route;
	int			project;		/* number, where the path has one */
	int64_t		limit;
	char	   *after;			/* or NULL */
	char	   *emails;			/* each ends with \n; or NULL */
	bool		include_archived;
	bool		descending;
	char		access[16];		/* owner_project_access; empty: not given */
} ListQuery;

/* Check the parameters; the query is to be freed in any case. */
extern bool list_query_parse(ListQuery *query, const ListRoute *route, const char *raw,
							 const Settings *settings, ApiError *error);
extern void list_query_free(ListQuery *query);

/* The page or object as JSON; false: there is no such page or object. */
extern bool list_render(const ListQuery *query, const Settings *settings, const Fault *fault,
						Buffer *out, ApiError *error);

/* All objects as CSV, with the project's id before them where there is one. */
extern void list_dump(const List *list, const Settings *settings, Buffer *out);

#endif
