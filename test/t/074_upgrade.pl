#
# An upgrade: tables that an older library imported, and what stands on them, with a
# newer one that knows more columns.
#
# Two versions are built of the catalogue here: "1.0" without some of its columns and
# functions, and "1.1" with all, of which those are new.  Each is staged in a directory
# of its own, and the server is pointed at one after the other by a link.
#
use strict;
use warnings;

use File::Basename;
use File::Find;
use File::Path qw(mkpath);
use File::Temp;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $conf = slurp_file('tmp_check/stage.conf');
my ($stage) = $conf =~ m{'([^']*/tmp_check/stage)};
my $dir = File::Temp->newdir;
chmod 0755, "$dir";

# Columns that 1.1 has first
my @new = qw(service_tier input_image_tokens output_image_tokens currency api_key_last_used_at);
my $of_new = qr/^\t\w+\("(?:@{[ join '|', @new ]})", .*\),$/m;

sub write_file
{
	my ($path, $text) = @_;
	mkpath(dirname($path));
	open my $file, '>', "$path.new" or die "could not write $path: $!";
	print $file $text;
	close $file;
	# a library that is in use must not change under its users
	rename "$path.new", $path or die "could not write $path: $!";
	return;
}

sub run
{
	my @command = @_;
	system(@command) == 0 or die "@command failed";
	return;
}

# Build the sources, after a change of the files of the catalogue, into a copy of the
# stage; returns that.
sub build
{
	my ($name, $change) = @_;
	my ($tree, $copy) = ("$dir/$name-tree", "$dir/$name");
	mkpath([ $tree, $copy ]);
	run("tar -cf - Makefile src extension sql usage_fdw.control usage_fdw.so | tar -xf - -C $tree");
	my $changes = 0;
	for my $path (glob "$tree/src/catalogue/endpoint*.c")
	{
		my $text = slurp_file($path);
		my $found = $change->(\$text) or next;
		$changes += $found;
		write_file($path, $text);
	}
	is($changes, scalar @new, "$name: the catalogue is changed");
	run("make -s -C $tree usage_fdw.so with_llvm=no >$dir/$name.log 2>&1 || { cat $dir/$name.log; false; }");
	run("cp -r $stage/. $copy");
	my ($library) = find_file($copy, 'usage_fdw.so');
	write_file($library, slurp_file("$tree/usage_fdw.so"));
	return $copy;
}

sub find_file
{
	my ($in, $name) = @_;
	my @found;
	find(sub { push @found, $File::Find::name if $_ eq $name }, $in);
	return @found;
}

# The scripts: 1.1 is what there is now, 1.0 lacks the parts that are to come.
my $script = slurp_file('sql/usage_fdw--1.0.sql');
my ($columns) = $script =~ /^(CREATE FUNCTION usage_fdw_columns\(.*?^COMMENT ON FUNCTION usage_fdw_columns\(\)\n.*?;\n)/ms;
my $tables = slurp_file('extension/tables.sql');
ok($columns && $script =~ /\Q$tables\E/, 'parts of the script are found');
my $old_columns = $columns =~ s/,\n\tOUT unit text,.*?\n\)/\n)/sr;
isnt($old_columns, $columns, '1.0: usage_fdw_columns() has fewer columns');
my $old_script = $script =~ s/\Q$columns\E/$old_columns/r =~ s/\Q$tables\E//r;
my $update_script = <<"END";
\\echo Use "ALTER EXTENSION usage_fdw UPDATE" to load this file. \\quit
DROP FUNCTION usage_fdw_columns();
$columns
$tables
END

my $old = build('1.0', sub { my $text = shift; return scalar($$text =~ s/$of_new\n//g) });
my $new = build('1.1', sub { my $text = shift; return scalar($$text =~ s/($of_new)/substr($1, 0, -2) . ', .since = 2),'/ge) });
my ($extension_dir) = map { dirname($_) } find_file($new, 'usage_fdw.control');
$extension_dir =~ s/^\Q$new\E//;
write_file("$old$extension_dir/usage_fdw--1.0.sql", $old_script);
write_file("$new$extension_dir/usage_fdw--1.0.sql", $old_script);
write_file("$new$extension_dir/usage_fdw--1.0--1.1.sql", $update_script);
write_file("$new$extension_dir/usage_fdw--1.1.sql", $script);
write_file("$new$extension_dir/usage_fdw.control",
	slurp_file("$new$extension_dir/usage_fdw.control") =~ s/'1\.0'/'1.1'/r);

# What is installed is what the link leads to.
symlink $old, "$dir/installed" or die "could not link: $!";
$conf =~ s/\Q$stage\E/$dir\/installed/g;

keep_day(120);
my $simulator = simulator('--events-per-day', 20);
control($simulator, 'set', 'now=' . int time);
my $node = cluster('main', conf => $conf);
connect_server($node, $simulator);
connect_server($node, $simulator, server => 'hours', schema => 'hours',
	import => q{OPTIONS (bucket_width '1h', kinds 'usage')});

my $session = UsageFdw::Session->new($node);
is($session->value('SELECT extversion FROM pg_extension WHERE extname = ' . "'usage_fdw'"), '1.0', '1.0 is installed');
$session->rows($_) for split /;\n/, <<'END';
ALTER FOREIGN TABLE usage.completions DROP COLUMN input_cached_text_tokens;
COMMENT ON COLUMN usage.completions.model IS 'which model it was';
CREATE SCHEMA report;
CREATE VIEW report.all_tokens AS SELECT * FROM usage.completions;
CREATE VIEW report.by_tier AS SELECT day, batch, sum(input_tokens) AS tokens, count(*) AS rows FROM report.all_tokens GROUP BY 1, 2;
CREATE VIEW report.by_hour AS SELECT start_time, model, sum(output_tokens) AS tokens FROM hours.completions WHERE day >= current_date - 3 GROUP BY 1, 2;
CREATE MATERIALIZED VIEW report.month AS SELECT project_id, sum(amount) AS amount FROM usage.costs WHERE day >= current_date - 30 GROUP BY 1;
CREATE FUNCTION report.total() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT sum(amount) FROM usage.costs; END;
CREATE TABLE report.kept (LIKE usage.costs);
SELECT usage_fdw_sync('usage.costs', 'report.kept', before => current_date - 5);
SELECT usage_fdw_create_live_view('report.kept')
END
my @shown = ('TABLE report.all_tokens', 'TABLE report.by_tier', 'TABLE report.by_hour', 'TABLE report.month',
	'SELECT report.total()', 'TABLE report.kept_live', 'TABLE usage.users');

sub shown
{
	my ($of, @which) = @_;
	return map { join "\n", sort $of->rows($_) } @shown[@which];
}
my @before = shown($session, 0 .. $#shown);

sub is_shown
{
	my ($of, $when, @which) = @_;
	is_deeply([ shown($of, @which) ], [ @before[@which] ], "$when: as before");
	return;
}
cmp_ok(length $before[$_], '>', 5, "before: $shown[$_]") for 0 .. $#shown;
my $has_new = "SELECT DISTINCT attname FROM pg_attribute AS a JOIN pg_foreign_table AS t ON t.ftrelid = a.attrelid
	WHERE a.attname IN ('" . join("', '", grep { $_ ne 'currency' } @new) . "') ORDER BY 1";
is_deeply([ $session->rows($has_new) ], [], 'before: new columns are not there');

# The package is newer, the database is not yet: all goes on.
unlink "$dir/installed";
symlink $new, "$dir/installed" or die "could not link: $!";
my $newer = UsageFdw::Session->new($node);
is_shown($newer, 'a new library with the old version', 0 .. $#shown);
is($newer->value('SELECT count(*) > 200 FROM usage_fdw_columns()'), 't', 'a new library with the old version: the catalogue');
is($newer->query('SELECT revision FROM usage_fdw_columns()')->{error}{C}, '42703', 'which has fewer columns');

$newer->rows('ALTER EXTENSION usage_fdw UPDATE');
is($newer->value('SELECT extversion FROM pg_extension WHERE extname = ' . "'usage_fdw'"), '1.1', 'updated');
is_shown($newer, 'after ALTER EXTENSION UPDATE', 0 .. $#shown);
is_deeply([ $newer->rows($has_new) ], [], 'after ALTER EXTENSION UPDATE: no column has come');

# An update leads to what an installation makes.
my $objects = <<'END';
SELECT o.type, o.identity, coalesce(pg_get_functiondef(p.oid), ''), coalesce(p.proacl::text, c.relacl::text, ''),
	coalesce(obj_description(d.objid, d.classid::regclass::text::name), '')
FROM pg_depend AS d JOIN pg_extension AS e ON d.refobjid = e.oid AND e.extname = 'usage_fdw'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid AND p.prokind IN ('f', 'p')
LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' ORDER BY 1, 2
END
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
connect_server($node, $simulator, database => 'fresh');
my $fresh = UsageFdw::Session->new($node, database => 'fresh');
my @installed = $fresh->rows($objects);
cmp_ok(@installed, '>', 20, 'objects of the extension');
is_deeply([ $newer->rows($objects) ], \@installed, 'the update script makes what the script makes');

# The tables' turn
my $UPDATE = q{SELECT relation, column_name, action, reason FROM usage_fdw_update_tables('%s') WHERE action <> 'commented'};
my $waits = 'usage.completions|service_tier|skipped|a dimension makes more rows: say dimensions => true';
my @completions = (
	$waits, 'usage.completions|input_image_tokens|added|', 'usage.completions|output_image_tokens|added|');
my @decisions = map { s/completions/decisions/r } @completions;
my @costs = ('usage.costs|currency|added|', 'report.kept|currency|added|');
my @users = ('usage.users|api_key_last_used_at|added|');
is_deeply([ $newer->rows(sprintf $UPDATE, 'usage') ], [ @completions, @costs, @decisions, @users ],
	'what the update of tables does');
is_deeply([ $newer->rows(sprintf $UPDATE, 'hours') ],
	[ grep { !/kept|users/ } map { s/^usage/hours/r } @completions, $costs[0], @decisions ], 'and of hours');
is_shown($newer, 'after the update of tables', 0 .. 5);
# A session that loaded the old library can't read what that does not know.
is($session->query('TABLE report.all_tokens')->{error}{C}, 'HV005', 'the old session fails');
is($newer->query('REFRESH MATERIALIZED VIEW report.month')->{error}, undef, 'a materialized view is refreshed');
is_shown($newer, 'refreshed', 3);

# The new columns have the values that they have in a table that was imported now.
sub is_as_fresh
{
	my ($what, $query, $other) = @_;
	is_deeply([ sort $newer->rows($query) ], [ sort $fresh->rows($other // $query) ], $what);
	return;
}
is_as_fresh('new tokens', 'SELECT day, model, sum(input_image_tokens), sum(output_image_tokens) FROM usage.completions GROUP BY 1, 2');
is_as_fresh('tokens by the hour', 'SELECT day, sum(input_image_tokens) FROM hours.completions GROUP BY 1',
	'SELECT day, sum(input_image_tokens) FROM usage.completions GROUP BY 1');
is_as_fresh('currencies', 'SELECT day, currency, sum(amount) FROM usage.costs GROUP BY 1, 2');
is_as_fresh('keys of users', 'SELECT id, api_key_last_used_at FROM usage.users');
cmp_ok($newer->value('SELECT sum(input_image_tokens) FROM usage.completions'), '>', 0, 'there are such tokens');

# A kept table goes on, and has currencies from then on.
$newer->rows(q{SELECT usage_fdw_sync('usage.costs', 'report.kept')});
is($newer->value('SELECT min(day) = current_date - 8, count(DISTINCT currency) FROM report.kept WHERE currency IS NOT NULL'),
	't|1', 'the kept table has it');
is_shown($newer, 'after a run', 5);

# Comments, but for that of theirs, and for columns of the update as well
is($newer->value(<<'END'), "0|which model it was|image input that is not cached [tokens]", 'comments');
SELECT count(*) FILTER (WHERE col_description(a.attrelid, a.attnum) IS NULL OR obj_description(a.attrelid, 'pg_class') IS NULL),
	max(col_description(a.attrelid, a.attnum)) FILTER (WHERE (a.attrelid, a.attname) = ('usage.completions'::regclass, 'model')),
	max(col_description(a.attrelid, a.attnum)) FILTER (WHERE (a.attrelid, a.attname) = ('usage.completions'::regclass, 'input_image_tokens'))
FROM pg_attribute AS a JOIN pg_foreign_table AS t ON t.ftrelid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped
END

# Once more: nothing but what waits.  A dimension when it is asked for
is_deeply([ $newer->rows(sprintf $UPDATE, 'usage') ], [ $completions[0], $decisions[0] ], 'once more');
$newer->rows('ALTER FOREIGN TABLE usage.decisions DROP COLUMN output_image_tokens');
is_deeply([ $newer->rows(q{SELECT relation, column_name, action FROM usage_fdw_update_tables('usage', dimensions => true)}) ],
	[ map { ("usage.$_|service_tier|added", "usage.$_|service_tier|commented") } 'completions', 'decisions' ],
	'a dimension that is asked for, and nothing that was dropped');
is_as_fresh('tiers', 'SELECT day, service_tier, sum(input_tokens) FROM usage.completions GROUP BY 1, 2');
is_shown($newer, 'after a dimension', 2);
is($newer->value('SELECT (SELECT sum(tokens) FROM report.by_tier) = (SELECT sum(input_tokens) FROM usage.completions)'), 't',
	'sums of a view of it, too');

# Two at once: the second waits, and fails rather than to add something twice.
$newer->rows(q{ALTER FOREIGN TABLE hours.costs DROP COLUMN currency, OPTIONS (SET revision '1')});
my $other = UsageFdw::Session->new($node);
$newer->rows(q{BEGIN; SELECT * FROM usage_fdw_update_tables('hours')});
$other->send(q{SELECT * FROM usage_fdw_update_tables('hours')});
my $pid = $other->pid;
ok(poll_until(sub { $newer->value("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $pid") eq 'Lock' }),
	'the second one waits');
$newer->rows('COMMIT');
is($other->finish->{error}{C}, '42701', 'it fails');
is_deeply([ $other->rows(sprintf $UPDATE, 'hours') ], [ map { s/^usage/hours/r } $completions[0], $decisions[0] ],
	'and has nothing to do');

# A dump has it all: also that a column was dropped, of which the restored table itself
# knows nothing.
my $told = <<'END';
SELECT a.attrelid::regclass, a.attname, col_description(a.attrelid, a.attnum), obj_description(a.attrelid, 'pg_class'),
	(SELECT string_agg(o::text, ' ' ORDER BY o::text) FROM unnest(t.ftoptions) AS o)
FROM pg_attribute AS a JOIN pg_foreign_table AS t ON t.ftrelid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid::regclass::text, 2
END
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-h', $node->host, '-p', $node->port, 'postgres' ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-h', $node->host, '-p', $node->port, 'restored' ],
	'it is restored');
my $restored = UsageFdw::Session->new($node, database => 'restored');
is_deeply([ $restored->rows($told) ], [ $newer->rows($told) ], 'restored: columns, comments and options');
is_deeply([ $restored->rows(q{SELECT * FROM usage_fdw_update_tables('usage')}) ], [], 'restored: no column comes again');
is_shown($restored, 'restored', 2 .. 5);

# An endpoint without a table is told of.
$newer->rows('DROP FOREIGN TABLE usage.images');
my ($notice) = $newer->notices(q{SELECT * FROM usage_fdw_update_tables('usage')});
is($notice, 'schema "usage" has no tables of the endpoints: images', 'what has no table');
$newer->rows(q{SELECT usage_fdw_create_tables('openai', 'usage', limit_to => '{images}')});
is_as_fresh('made', 'SELECT day, sum(images) FROM usage.images GROUP BY 1');
is_deeply([ $newer->notices(q{SELECT * FROM usage_fdw_update_tables('usage')}) ], [], 'nothing is left to tell');

# A schema of its own, which is in no search path
$node->safe_psql('postgres', 'CREATE DATABASE apart');
my $apart = UsageFdw::Session->new($node, database => 'apart');
$apart->rows('CREATE SCHEMA "Apart"; CREATE EXTENSION usage_fdw SCHEMA "Apart"');
connect_server($node, $simulator, database => 'apart', import => undef);
is($apart->value(q{SELECT count(*) FROM "Apart".usage_fdw_create_tables('openai', 'made')}), 23, 'another schema: tables');
$apart->rows(q{ALTER FOREIGN TABLE made.costs DROP COLUMN currency, OPTIONS (SET revision '1')});
is_deeply([ $apart->rows(q{SELECT relation, column_name, action FROM "Apart".usage_fdw_update_tables('made')}) ],
	[ map { "made.costs|currency|$_" } 'added', 'commented' ], 'another schema: an update');

done_testing();
