#
# test/lib/UsageFdw/Faults/Shapes.pm
#	  The queries of the fault matrix: one for each shape of endpoint and way to read it.
#
package UsageFdw::Faults::Shapes;

use strict;
use warnings;

use Exporter 'import';

use UsageFdw::Test;

our @EXPORT = qw(shapes shape_tables shape_sql local_tables);

# Days back from today that queries go, and that the rescans' tables have.
use constant { DAYS => 40, WANTED => 8 };

# The members of a shape:
#	kind => '...'		buckets, list, under (of each project) or object
#	sql => '...'		the query; %s is today, of which nothing is read: it is not over
#	page => N			most buckets or objects on a page
#	field, text => '...'	a number and a text that it reads, as the API calls them
#	bucket => 1			its first column is the bucket, of which it has all rows or none
#	order => 1			its rows have an order
#	analyze => '...'	instead of sql: ANALYZE of that table, whose rows are counted
#	settings => '...'	of the planner
#	set => '...'		of the simulator
my $loop = 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off';
my $past = "day < DATE '%s'";
my @shapes = (
	{ name => 'costs', kind => 'buckets', page => 6, field => 'amount.value', text => 'project_id',
		bucket => 1, order => 1, sql => "SELECT * FROM costs WHERE $past AND day >= DATE '%s' - 21" },
	{ name => 'days', kind => 'buckets', page => 12, field => 'input_tokens', text => 'model',
		bucket => 1, order => 1, sql => "SELECT * FROM days WHERE $past AND day >= DATE '%s' - ${\ DAYS}" },
	{ name => 'newest first', kind => 'buckets', page => 12, field => 'input_tokens', text => 'model',
		bucket => 1, order => 1,
		sql => "SELECT * FROM few_ahead WHERE $past AND day >= DATE '%s' - ${\ DAYS} ORDER BY start_time DESC" },
	{ name => 'hours', kind => 'buckets', page => 50, field => 'input_tokens', text => 'model',
		bucket => 1, order => 1, sql => "SELECT * FROM hours WHERE $past AND day >= DATE '%s' - 9" },
	{ name => 'minutes', kind => 'buckets', page => 400, field => 'input_tokens', text => 'model',
		bucket => 1, order => 1, sql => "SELECT * FROM minutes WHERE $past AND day >= DATE '%s' - 2" },
	{ name => 'declared', kind => 'buckets', page => 12, text => 'model',
		bucket => 1, order => 1, sql => "SELECT * FROM declared WHERE $past AND day >= DATE '%s' - ${\ DAYS}" },
	{ name => 'list', kind => 'list', page => 2, field => 'added_at', text => 'email', order => 1,
		sql => 'SELECT * FROM users' },
	# none that answers 400
	{ name => 'under projects', kind => 'under', page => 2, set => 'archived=rows', field => 'created_at', text => 'name', order => 1,
		sql => 'SELECT * FROM project_api_keys' },
	{ name => 'object', kind => 'object', page => 2, field => 'threshold_amount', text => 'currency', order => 1,
		sql => 'SELECT * FROM spend_limits' },
	{ name => 'append', kind => 'buckets', page => 12, field => 'input_tokens', text => 'model',
		sql => "SELECT * FROM (SELECT 'a', * FROM days UNION ALL SELECT 'b', * FROM embeddings) AS u
			WHERE $past AND day >= DATE '%s' - ${\ DAYS}" },
	{ name => 'rescan by time', kind => 'buckets', page => 12, field => 'input_tokens', text => 'model',
		bucket => 1, order => 1, settings => $loop,
		sql => 'SELECT d.* FROM wanted_day AS w JOIN days AS d ON d.day = w.day' },
	{ name => 'rescan by value', kind => 'buckets', page => 5, field => 'input_tokens', text => 'model',
		order => 1, settings => $loop,
		sql => "SELECT d.* FROM wanted_project AS w JOIN days AS d USING (project_id)
			WHERE $past AND d.day >= DATE '%s' - 12" },
	{ name => 'ANALYZE', kind => 'buckets', page => 12, field => 'amount.value', text => 'project_id',
		analyze => 'recent_costs' });

sub shapes { return @shapes }

# The tables, in the schema that is the first of search_path, of a server.
sub shape_tables
{
	my $server = shift;
	my $usage = 'start_time timestamptz, day date, project_id text, model text, input_tokens bigint, num_model_requests bigint';
	my $costs = 'start_time timestamptz, day date, project_id text, line_item text, amount numeric';
	return join ";\n",
	  "IMPORT FOREIGN SCHEMA usage LIMIT TO (users, project_api_keys, spend_limits) FROM SERVER $server INTO $server",
	  map { my ($name, $columns, @options) = @$_;
		"CREATE FOREIGN TABLE $server.$name ($columns) SERVER $server OPTIONS (" . join(', ', @options) . ')' }
	  [ 'costs', $costs, q{endpoint 'costs'} ],
	  [ 'recent_costs', $costs, q{endpoint 'costs'}, q{history '30 days'} ],
	  [ 'days', $usage, q{endpoint 'completions'} ],
	  [ 'embeddings', $usage, q{endpoint 'embeddings'} ],
	  [ 'few_ahead', $usage, q{endpoint 'completions'}, q{fetch_ahead_bytes '64kB'} ],
	  [ 'hours', $usage, q{endpoint 'completions'}, q{bucket_width '1h'}, q{max_concurrent_requests '1'} ],
	  [ 'minutes', $usage, q{endpoint 'completions'}, q{bucket_width '1m'} ],
	  [ 'declared', q{start_time timestamptz, day date, model text OPTIONS (role 'dimension'), whole jsonb OPTIONS (field '*')},
		q{path '/organization/usage/completions'} ];
}

# What the rescans join with, from the tables of a schema.
sub local_tables
{
	my $schema = shift;
	my $today = days_ago(0);
	return "CREATE TABLE wanted_day AS SELECT DATE '$today' - 2 * n AS day FROM generate_series(1, ${\ WANTED}) AS n;
		CREATE TABLE wanted_project AS SELECT project_id FROM $schema.days
			WHERE day >= DATE '$today' - 12 GROUP BY 1 ORDER BY 1 LIMIT ${\ WANTED};
		ANALYZE wanted_day; ANALYZE wanted_project";
}

# A shape's query.
sub shape_sql
{
	my $shape = shift;
	my $today = days_ago(0);
	return $shape->{sql} =~ s/%s/$today/gr;
}

1;
