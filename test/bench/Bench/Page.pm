#
# test/bench/Bench/Page.pm
#	  A page: the floor, the extension, and what one would do without it.
#
package Bench::Page;

use strict;
use warnings;

use Exporter 'import';
use FindBin;

use Bench::Contest;
use Bench::Report;
use Bench::Server;

our @EXPORT = qw(measure_page);

my $dir = $FindBin::RealBin;

# A page: the floor, the extension, and what one would do without it.
sub measure_page
{
	my ($session, $schema, $days, $title) = @_;
	my $today = int(time() / DAY) * DAY;
	my $where = sprintf 'WHERE start_time >= to_timestamp(%d) AND start_time < to_timestamp(%d)',
	  $today - 40 * DAY, $today - (40 - $days) * DAY;
	my $select = "SELECT sum(input_tokens) FROM $schema.completions $where";
	my $keep = "CREATE UNLOGGED TABLE kept AS SELECT * FROM $schema.completions $where";
	my @requests = requests_of($session, $select);
	die 'one page was expected, not ' . @requests . "\n" if @requests != 1;

	my $url = $requests[0]{url};
	my $floor = start("$dir/floor", $url);
	my $python = start_python($url);
	my (undef, undef, $total, $results) = split / /, answer($floor, 'run');

	my @contestants = (
		{ name => 'floor', run => sub { (split / /, answer($floor, 'run'))[0] } },
		{
			name => 'aggregate',
			run => sub {
				my ($ms, $sum) = timed($session, $select);
				die "$sum is not $total\n" if $sum != $total;
				return $ms;
			}
		},
		{
			name => 'keep',
			run => sub {
				query($session, 'DROP TABLE IF EXISTS kept');
				my ($ms) = timed($session, $keep);
				return $ms;
			}
		});
	push @contestants, {
		name => 'python',
		run => sub {
			my ($load, $sum, $got) = split / /, answer($python, 'run');
			die "$got is not $total\n" if $got != $total;
			return ($load, $sum);
		}
	  }
	  if $python;
	push @contestants, { name => 'sql', run => sub { sql_alone($session, $url, $total) } };

	measure(@contestants);
	my $kept = query($session, "SELECT sum(input_tokens) || ' ' || count(*) FROM kept");
	die "$kept is not $total $results\n" if $kept ne "$total $results";
	query($session, 'DROP TABLE kept, page');
	stop($floor);
	stop($python) if $python;

	my %of = map { $_->{name} => $_ } @contestants;
	my $least = $of{floor}{times}[0];
	heading(sprintf '%s, %.1f MB, %d results', $title, $requests[0]{bytes} / MB, $results);
	my $show = sub {
		my ($name, $ms, $limit) = @_;
		row($name, $ms, $least, $limit);
	};
	$show->('floor: C, libcurl, json-c, decodes all columns', $least);
	$show->('usage_fdw: SELECT sum()', $of{aggregate}{times}[0], 1.2);
	$show->('usage_fdw: CREATE UNLOGGED TABLE AS', $of{keep}{times}[0], 1.5);
	if ($python)
	{
		$show->('Python json, psycopg2 COPY', $of{python}{times}[0]);
		$show->('Python json, psycopg2 COPY; SELECT sum()', $of{python}{times}[1]);
		claim('aggregate ahead of Python', '', $of{aggregate}{times}[0] < $of{python}{times}[1], 'less');
		claim('CREATE TABLE AS ahead of Python', '', $of{keep}{times}[0] < $of{python}{times}[0], 'less');
	}
	else
	{
		print "Python: no psycopg2 here\n";
	}
	$show->('SQL alone: COPY FROM PROGRAM curl, jsonb', $of{sql}{times}[0]);
	printf "floor: %.0f results a second; fastest and slowest runs: %s\n",
	  $results / $least * 1000, join ', ', map { sprintf '%s %.0f to %.0f', $_->{name}, @{ $_->{range} } } @contestants;
	return;
}

sub start_python
{
	my $url = shift;
	return if system("/usr/bin/python3 -c 'import psycopg2' 2>/dev/null");
	return start("$dir/load.py", $url);
}

# What SQL can do by itself where the server has a shell.
sub sql_alone
{
	my ($session, $url, $total) = @_;
	query($session, 'DROP TABLE IF EXISTS page; CREATE TEMP TABLE page (page jsonb)');
	my ($fetch_ms) = timed($session, "COPY page FROM PROGRAM "
		  . "'curl -sf -H ''Authorization: Bearer sk-admin-simulator'' ''$url''' "
		  . "(FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')");
	my ($sum_ms, $sum) = timed($session, 'SELECT sum(input_tokens) '
		  . "FROM page, jsonb_array_elements(page->'data') AS bucket, "
		  . "jsonb_to_recordset(bucket->'results') AS result(input_tokens bigint)");
	die "$sum is not $total\n" if $sum != $total;
	return $fetch_ms + $sum_ms;
}

1;
