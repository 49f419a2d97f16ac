#
# README.md and docs say what is so: every block of them is run, page by page in
# the order of @pages, and what it prints is what the page shows; their tables are
# those of the catalogue, and their links lead somewhere.
#
# The clocks of PostgreSQL and of the simulator are set to noon of one day, so
# that the outputs don't age.  What can't be used here is replaced before a
# block runs (see @real_names): the API's address, the name of a second machine,
# directories of the system and how software gets there.  What can't run at all
# is in %not_run, with the reason.
#
# "test/documents update" writes the outputs and the generated tables anew.
#
use strict;
use warnings;

use Cwd;
use File::Basename;
use File::Find;
use File::Path;
use File::Spec;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Documents;
use UsageFdw::Gateway;
use UsageFdw::Test;
use UsageFdw::Tree;

use constant key => 'sk-admin-...';

my %not_run = (
	"make test\n" => 'it is running',
	"sudo nginx -t\nsudo systemctl reload nginx\n" => 'nginx runs already, as nobody else may',
	"sudo apt-get build-dep --build-profiles nocheck .\nPG_UPDATECONTROL=yes DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -Pnocheck -us -uc -b\n" =>
	  'test/package does it in a new system');

# Pages about software that few machines have; the test of that has their blocks.
my %page_of = (
	'docs/recipes/citus.md' => 'test/t/078_citus.pl',
	'docs/recipes/timescaledb.md' => 'test/t/079_timescaledb.pl');

my $top = getcwd();
my $update = $ENV{DOCUMENTS_UPDATE};

# A page goes on where the one before has ended.
my @pages = ('README.md', map { "docs/$_.md" } qw(recipes recipes/finance recipes/platform recipes/data
	  reports pushdown reference security neighbours troubleshooting));
my @others;
find({ wanted => sub { push @others, $_ if /\.md$/ }, no_chdir => 1 }, 'docs');
for my $page (sort @others)
{
	push @pages, $page if !grep { $_ eq $page } @pages;
}
my %parts = map { $_ => [ document_parse($_) ] } @pages;
my @parts = map { @{ $parts{$_} } } @pages;

my $simulator = openai_simulator('--now', now, '--api-key', key, '--organization', 'plausible');
my $gateway = gateway($simulator, key => key, words => { WORD => 'dashboards' });
my $node = cluster('readme', clock => now,
	conf => "timezone = 'UTC'\nlog_min_error_statement = panic\n");
$node->psql('postgres', 'CREATE ROLE postgres SUPERUSER LOGIN');

# Shell blocks write in the tree and beside it.
my $scratch = copy_tree();
mkpath("$scratch/nginx/conf.d");

my $is_debian_12 = system('dpkg-query -W postgresql-server-dev-15 >/dev/null 2>&1') == 0;

# What a block needs to run here, and what it must not say of this machine.
my @real_names = (
	[ qr{https://api\.openai\.com}, $simulator->{url} ],
	[ qr{(?<=FOREIGN DATA WRAPPER usage_fdw);}, " OPTIONS (base_url '$simulator->{url}/v1');" ],
	[ qr{host 'reports\.example\.com'}, "host '" . $node->host . "', port '" . $node->port . "'" ],
	[ qr{/etc/postgresql/openai\.key}, "$scratch/openai.key" ],
	[ qr{http://127\.0\.0\.1:8080}, $gateway->{url} ],
	[ qr{/etc/nginx/}, "$scratch/nginx/" ],
	[ qr{sudo install -m}, 'install -m' ],
	[ qr{sudo make install}, "make -s install DESTDIR=$scratch/installed" ],
	[ qr{sudo install -o postgres}, 'install' ],
	[ qr{sudo apt-get install}, $is_debian_12 ? 'dpkg-query -W' : 'true' ]);

sub real_names
{
	my $code = shift;
	$code =~ s/$_->[0]/$_->[1]/g for @real_names;
	return $code;
}

sub shown_names
{
	my $output = shift;
	my $host = $node->host;
	$output =~ s/\Q$simulator->{url}\E/https:\/\/api.openai.com/g;
	$output =~ s/host '\Q$host\E', port '\d+'/host 'reports.example.com'/g;
	$output =~ s/\Q$scratch\E/\/etc\/postgresql/g;
	return $output;
}

# What differs from run to run, or between versions of PostgreSQL and zlib.
sub masked
{
	my $output = document_plan(shift // '');
	$output =~ s/req_[0-9a-f]+/req_/g;
	$output =~ s/(Bytes Received: )\d+/$1/g;
	$output =~ s/(Memory: )\d+kB/$1/g;
	return $output;
}

# A block's output, and whether it could be run.
sub run_block
{
	my $block = shift;
	local $ENV{PGUSER} = 'postgres';
	chdir "$scratch/tree";
	my ($out, $ok) = document_run($node, $block->{language}, real_names($block->{code}));
	chdir $top;
	return (shown_names($out), $ok);
}

sub check_block
{
	my ($page, $block) = @_;
	my $name = "$page, line $block->{line}: " . ($block->{code} =~ /^(.{0,60})/)[0];
	if (my $reason = delete $not_run{ $block->{code} })
	{
	  SKIP: { skip "$name: $reason", 1 }
		return;
	}
	if ($block->{language} !~ /^(?:sql|sh)$/)
	{
		fail("$name: a block is sql, sh or the text right after one");
		return;
	}

	my ($output, $ok) = run_block($block);
	my $quiet = $block->{language} eq 'sh' && !defined $block->{output};
	if ($quiet) { ok($ok, "$name: succeeds") or diag($output) }
	elsif ($update)
	{
		$block->{output} = $output ne '' ? $output : undef
		  if masked($output) ne masked($block->{output});
		pass($name);
	}
	else { is(masked($output), masked($block->{output}), $name) }
	return;
}

for my $page (grep { !$page_of{$_} } @pages)
{
	check_block($page, $_) for grep { defined $_->{language} } @{ $parts{$page} };
}

is_deeply([ processes_of($scratch) ], [], 'shell blocks leave nothing running');
is_deeply([ keys %not_run ], [], 'all blocks that are not run are in the documents');
is_deeply([ grep { !$parts{$_} || slurp_file($page_of{$_}) !~ /check_page\('\Q$_\E'/ } keys %page_of ], [],
	'pages that are run elsewhere are');

# Links lead to files of the tree, and to headings, of which GitHub makes anchors.
my %anchor;
for my $page (@pages)
{
	my $text = join '', map { $_->{text} // '' } @{ $parts{$page} };
	$anchor{$page}{ (lc =~ s/[^\w -]//gr) =~ s/ /-/gr } = 1 for $text =~ /^#+ (.*)$/mg;
}

sub leads_nowhere
{
	my ($page, $link) = @_;
	my ($file, $heading) = $link =~ /^([^#]*)#?(.*)$/;
	my $target = $file eq '' ? $page : File::Spec->abs2rel(Cwd::abs_path(dirname($page) . "/$file") // '/');
	return !-e $target || $heading ne '' && !$anchor{$target}{$heading};
}

my @dead;
for my $page (@pages)
{
	my $text = join '', map { $_->{text} // '' } @{ $parts{$page} };
	push @dead, map { "$page: $_" } grep { !/^https?:/ && leads_nowhere($page, $_) } $text =~ /\]\(([^)]+)\)/g;
}
is_deeply(\@dead, [], 'links lead somewhere');

#
# Tables
#

sub query
{
	my $sql = shift;
	return $node->safe_psql('postgres', $sql) . "\n";
}

sub check_table
{
	my ($name, $wanted) = @_;
	my ($table, $set) = document_table($name, @parts);
	$set->($wanted) if $update;
	is($update ? $wanted : $table, $wanted, "the table \"$name\"");
	return;
}

check_table('tables', query(<<'END'));
SELECT E'| table | bucket widths | dimensions | what is counted |\n|---|---|---|---|\n' || string_agg(
	format('| `%s` | %s | %s | %s |', endpoint, widths, dimensions, numbers), E'\n' ORDER BY n)
FROM (SELECT endpoint, min(n) AS n, array_to_string(min(bucket_widths), ', ') AS widths,
	string_agg(CASE WHEN imported THEN format('`%s`', column_name) ELSE format('(`%s`)', column_name) END
		|| CASE WHEN filter IS NULL THEN '*' ELSE '' END, ', ' ORDER BY n)
		FILTER (WHERE role = 'dimension') AS dimensions,
	string_agg(format('`%s`', column_name)
		|| CASE WHEN required_dimension IS NULL THEN '' ELSE '†' END, ', ' ORDER BY n)
		FILTER (WHERE role NOT IN ('dimension', 'bucket')) AS numbers
	FROM usage_fdw_columns() WITH ORDINALITY AS c(endpoint, path, column_name, data_type, role, field,
		filter, accepted_values, required_dimension, always_sent, imported, bucket_widths, page_limits, kind, unit, description, about, revision, n)
	WHERE kind = 'usage' GROUP BY endpoint) AS e
END

check_table('lists', query(<<'END'));
SELECT E'| table | columns | conditions that narrow requests |\n|---|---|---|\n' || string_agg(
	format('| `%s` | %s | %s |', endpoint, columns, filters), E'\n' ORDER BY n)
FROM (SELECT endpoint, min(n) AS n, string_agg(format('`%s`', column_name), ', ' ORDER BY n) AS columns,
	coalesce(string_agg(format(CASE WHEN accepted_values = '{"null"}' THEN '`%s IS NULL`'
			WHEN accepted_values IS NOT NULL THEN '`%s` = `%s`' ELSE '`%s`' END,
		column_name, array_to_string(accepted_values, '`, `')), ', ' ORDER BY n)
		FILTER (WHERE filter IS NOT NULL), '') AS filters
	FROM usage_fdw_columns() WITH ORDINALITY AS c(endpoint, path, column_name, data_type, role, field,
		filter, accepted_values, required_dimension, always_sent, imported, bucket_widths, page_limits, kind, unit, description, about, revision, n)
	WHERE kind <> 'usage' GROUP BY endpoint) AS e
END

check_table('accepted values', query(<<'END'));
SELECT E'| column | values that the API can filter by |\n|---|---|\n' || string_agg(
	format('| `%s.%s` | `%s` |', endpoint, column_name, array_to_string(accepted_values, '`, `')),
	E'\n' ORDER BY endpoint, column_name)
FROM usage_fdw_columns() WHERE accepted_values IS NOT NULL AND kind = 'usage'
END

# A preset that the provider's row gives, as the documents write it.
sub of_provider
{
	my $name = shift;
	open my $file, '<', 'src/catalogue/provider.c' or die "could not open the providers: $!";
	local $/;
	<$file> =~ /^\t\.$name = (?:"(.*)"|PROVIDER_[A-Z]+_([A-Z]+)),/m or die "no provider has $name";
	return '"' . ($1 // lc $2) . '"';
}

# Each row of the table in option.c, with the places and the preset that the
# documents give it, and no other.
sub options_of_source
{
	my %place = (SERVER => 'server', MAPPING => 'user mapping', TABLE => 'table',
		COLUMN => 'column', IMPORT => 'IMPORT');
	my ($path) = grep { -e } glob 'src/option.c src/*/option.c';
	open my $file, '<', $path or die "could not open the options: $!";
	local $/;
	my @rows = <$file> =~ /^\t\{"(\w+)", ((?:ON_\w+(?: \| )?)+), \w+, \w+\(\w+\)(?:, ("[^"]*"|NULL|OF_PROVIDER))?/mg;
	my @options;
	while (my ($name, $places, $preset) = splice @rows, 0, 3)
	{
		$preset = of_provider($name) if defined $preset && $preset eq 'OF_PROVIDER';
		$preset = defined $preset && $preset =~ /"(.*)"/ ? $1 : 'none';
		push @options, join(', ', map { $place{$_} } $places =~ /ON_(\w+)/g) . ": $name: $preset";
	}
	return join "\n", sort @options;
}

sub options_of_documents
{
	my ($table) = document_table('options', @parts);
	return join "\n", sort map { "$_->[0]: $_->[1]: $_->[2]" }
	  map { s/`//gr =~ /^\| ([^|]+?) \| (\w+) \| ([^|]+?) \|/ ? [ $1, $2, $3 ] : () }
	  grep { !/^\| on / } split /\n/, $table;
}

is(options_of_documents(), options_of_source(), 'the table "options"');

# The steps of a check, in their order.
my ($steps) = document_table('steps', @parts);
is(join(', ', $steps =~ /^\| `([^`]+)` \|/mg) . "\n",
	query("SELECT string_agg(step, ', ') FROM usage_fdw_check('openai')"), 'the table "steps"');

# Every status of the table of errors, as the simulator can make it.
my ($errors) = document_table('errors', @parts);
my @statuses;
for my $row ($errors =~ /^\| (.*) \|$/mg)
{
	my ($sqlstate, $meaning) = $row =~ /^`(\w{5})` \| (.*?) \|/ or next;
	push @statuses, map { [ $_, $sqlstate ] } $meaning =~ /\b([1-5]\d\d)\b/g;
}
cmp_ok(@statuses, '>', 8, 'the table "errors" names statuses');
$node->safe_psql('postgres', 'ALTER SERVER openai OPTIONS (ADD max_retries ' . "'0')") if !$update;
for my $case ($update ? () : @statuses)
{
	my ($status, $sqlstate) = @$case;
	control($simulator, 'fault', 'kind=status', "code=$status");
	my (undef, undef, $stderr) = $node->psql('postgres',
		'\set VERBOSITY sqlstate' . "\nSELECT count(*) FROM usage.costs WHERE day = '2026-11-01'",
		extra_params => [ '-U', 'postgres' ]);
	like($stderr, qr/ERROR:  $sqlstate$/m, "status $status is $sqlstate");
}

for my $page ($update ? grep({ !$page_of{$_} } @pages) : ())
{
	document_write($update, $page, @{ $parts{$page} });
}

done_testing();
