#
# Measures the extension and its rivals, and prints tables.
#
# Wants a server where libpq's variables say, and a simulator where
# USAGE_SIMULATOR_URL says; see test/bench/run.
#
# Every contestant is a process that stays: it reads a line and answers with
# one, when its run is over.  So connections are warm for all of them, and runs
# can be interleaved: A B C A B C, so that what else the machine does hits all
# alike.  The first round does not count.  Medians are shown.
#
use strict;
use warnings;

use FindBin;
use IPC::Open2;

use constant { DAY => 86400, MB => 1e6, COUNTED_QUERIES => 1000 };

my $dir = $FindBin::RealBin;
my $runs = $ENV{BENCH_RUNS} || 7;
my $over = 0;

require "$dir/../simulator/control";
$| = 1;
$SIG{PIPE} = 'IGNORE';
$ENV{PGOPTIONS} = '-c client_min_messages=warning';

# --- contestants: name, run (returns milliseconds) ---

sub start
{
	my @command = @_;
	my $pid = open2(my $out, my $in, @command);
	return { in => $in, out => $out, name => $command[0], pid => $pid };
}

sub stop
{
	my $process = shift;
	close $process->{in};
	close $process->{out};
	waitpid $process->{pid}, 0;
	return;
}

sub answer
{
	my ($process, $line) = @_;
	print { $process->{in} } "$line\n";
	$process->{in}->flush;
	my $answer = readline $process->{out};
	die "$process->{name} broke off\n" if !defined $answer;
	chomp $answer;
	return $answer;
}

# A psql that stays.
sub session
{
	my $session = start('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1');
	$session->{backend} = query($session, 'SELECT pg_backend_pid()');
	return $session;
}

# Run statements; the lines that psql prints.
sub query
{
	my ($session, $sql) = @_;
	my @lines;
	print { $session->{in} } "$sql;\n\\echo '=== done'\n";
	$session->{in}->flush;
	while (defined(my $line = readline $session->{out}))
	{
		chomp $line;
		return wantarray ? @lines : join "\n", @lines if $line eq '=== done';
		push @lines, $line;
	}
	die "a query failed: $sql\n";
}

# The milliseconds that a statement takes, by psql's clock, and its answer.
sub timed
{
	my ($session, $sql) = @_;
	my @lines = query($session, "\\timing on\n$sql;\n\\timing off\n");
	my ($ms) = map { /^Time: ([0-9.]+) ms/ ? $1 : () } @lines;
	return ($ms, grep { !/^Time: / } @lines);
}

# Run all in turn, and note the medians of their times.
sub measure
{
	my @contestants = @_;
	my %times;
	for my $round (0 .. $runs)
	{
		for my $contestant (@contestants)
		{
			my @times = $contestant->{run}->();
			next if $round == 0;
			push @{ $times{ $contestant->{name} }[$_] }, $times[$_] for 0 .. $#times;
		}
	}
	for my $contestant (@contestants)
	{
		my @columns = @{ $times{ $contestant->{name} } };
		$contestant->{times} = [ map { median(@$_) } @columns ];
		$contestant->{range} = [ (sort { $a <=> $b } @{ $columns[0] })[ 0, -1 ] ];
	}
	return;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[ int($#sorted / 2) ] + $sorted[ int(@sorted / 2) ]) / 2;
}

# --- the simulator ---

sub control { return Control::ask(@_) }

# The URLs that a query asks for, and their parameters, in order.
sub requests_of
{
	my ($session, $sql) = @_;
	control('reset-requests');
	query($session, $sql);
	my ($head, @lines) = split /\n/, control('requests');
	my @names = split /,/, $head;
	my @requests;
	for my $line (@lines)
	{
		my %request;
		@request{@names} = $line =~ /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;
		s/^"(.*)"$/$1/s for values %request;
		push @requests, \%request;
	}
	return map { { %$_, url => "$ENV{USAGE_SIMULATOR_URL}$_->{path}?$_->{query}" } } @requests;
}

# --- what is shown ---

sub heading
{
	printf "\n%s\n%s\n", $_[0], '-' x length $_[0];
	return;
}

sub row
{
	my ($name, $contestant, $floor, @limit) = @_;
	my $ms = $contestant->{ms};
	printf "%-44s %9.1f ms  %5.2f x  %s\n", $name, $ms, $ms / $floor, verdict($ms / $floor, @limit);
	return;
}

# Is a number within its limit?
sub verdict
{
	my ($number, $limit, $unit) = @_;
	return '' if !defined $limit;
	$over++ if $number > $limit;
	return sprintf '%s: at most %s%s', $number > $limit ? 'OVER' : 'pass', $limit, $unit // '';
}

sub claim
{
	my ($what, $value, $good, $limit) = @_;
	$over++ if !$good;
	printf "%-44s %12s  %s: %s\n", $what, $value, $good ? 'pass' : 'OVER', $limit;
	return;
}

sub first_line
{
	my $text = `$_[0] 2>/dev/null` // '';
	return $text =~ /(.+)/ ? $1 : 'unknown';
}

sub show_machine
{
	my $session = shift;
	my $cpu = first_line(q(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo));
	my $cores = first_line('nproc');
	my $postgresql = query($session, 'SHOW server_version');
	my $load = first_line('cut -d" " -f1 /proc/loadavg');
	print "$cpu, $cores cores, load $load at the start\n";
	print "PostgreSQL $postgresql";
	print ', libcurl ', first_line('pkg-config --modversion libcurl');
	print ', json-c ', first_line('pkg-config --modversion json-c');
	print ', gcc ', first_line('gcc -dumpfullversion'), "\n";
	print "Medians of $runs interleaved runs after a warm-up; connections are warm.\n";
	print "The server does not compress: all get the same bytes, and no time goes into zlib.\n";
	return;
}

# --- set-up ---

# A schema of tables whose server is a bench page.
sub make_tables
{
	my ($session, $name, $page, $width) = @_;
	query($session, <<~END);
		CREATE SERVER $name FOREIGN DATA WRAPPER usage_fdw
			OPTIONS (base_url '$ENV{USAGE_SIMULATOR_URL}/bench/$page/v1');
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (api_key 'sk-admin-simulator');
		CREATE SCHEMA $name;
		IMPORT FOREIGN SCHEMA usage LIMIT TO (completions)
			FROM SERVER $name INTO $name OPTIONS (bucket_width '$width')
		END
	return;
}

# Every query shall read the full grain in the tables' own buckets, so that all do
# the same work.
sub set_up
{
	my $session = shift;
	query($session, 'CREATE EXTENSION usage_fdw');
	make_tables($session, 'days', '31x1000', '1d');
	make_tables($session, 'minutes', '1440x50', '1m');
	make_tables($session, 'thin', '31x10', '1d');
	make_tables($session, 'dense', '31x6000', '1d');
	for my $setting ('usage_fdw.enable_grain_reduction', 'usage_fdw.enable_width_coarsening')
	{
		query($session, "ALTER DATABASE postgres SET $setting = off")
		  if query($session, "SELECT count(*) FROM pg_settings WHERE name = '$setting'");
	}
	return;
}

sub set_option
{
	my ($session, $server, $name, $value) = @_;
	my $there = query($session,
		"SELECT count(*) FROM pg_foreign_server WHERE srvname = '$server' "
		  . "AND '$name' IN (SELECT option_name FROM pg_options_to_table(srvoptions))");
	my $action = $there ? 'SET' : 'ADD';
	query($session, "ALTER SERVER $server OPTIONS ($action $name '$value')");
	return;
}

# --- the measurements ---

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
		row($name, { ms => $ms }, $least, $limit);
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

# A year of days over a slow network, against a bare client.
sub measure_latency
{
	my ($session, $delay_ms) = @_;
	my $select = 'SELECT sum(input_tokens) FROM thin.completions';
	my @requests = requests_of($session, $select);
	my @contestants;
	for my $flight (1, 4, 12)
	{
		my $client = start("$dir/client", $flight, map { $_->{url} } @requests);
		push @contestants,
		  {
			name => "client $flight",
			process => $client,
			run => sub { (split / /, answer($client, 'run'))[0] }
		  },
		  {
			name => "usage_fdw $flight",
			run => sub {
				set_option($session, 'thin', 'max_concurrent_requests', $flight);
				my ($ms) = timed($session, $select);
				return $ms;
			}
		  };
	}
	control('set', "delay_ms=$delay_ms");
	measure(@contestants);
	control('set', 'delay_ms=0');
	stop($_->{process}) for grep { $_->{process} } @contestants;

	my %ms = map { $_->{name} => $_->{times}[0] } @contestants;
	heading(sprintf 'A year of days, %d requests of %.0f ms', scalar @requests, $delay_ms);
	for my $flight (1, 4, 12)
	{
		my $floor = $ms{"client $flight"};
		row("bare libcurl client, $flight in flight", { ms => $floor }, $floor);
		row("usage_fdw, $flight in flight", { ms => $ms{"usage_fdw $flight"} }, $floor,
			$delay_ms >= 200 ? 1.15 : undef);
	}
	my $speed_up = $ms{'usage_fdw 1'} / $ms{'usage_fdw 12'};
	claim('12 in flight against 1', sprintf('%.1f x', $speed_up), $speed_up >= 9, 'at least 9 x')
	  if $delay_ms >= 200;
	return;
}

sub measure_first_row
{
	my $session = shift;
	my $all = 'SELECT count(*) FROM days.completions';
	my @requests = requests_of($session, $all);
	my $client = start("$dir/client", 4, map { $_->{url} } @requests);
	my @contestants = (
		{ name => 'client', run => sub { (split / /, answer($client, 'run'))[ 1, 0 ] } },
		{
			name => 'usage_fdw',
			run => sub {
				query($session, 'BEGIN; DECLARE c CURSOR FOR SELECT * FROM days.completions');
				my ($first_ms) = timed($session, 'FETCH 1 FROM c');
				query($session, 'ROLLBACK');
				my ($all_ms) = timed($session, $all);
				return ($first_ms, $all_ms);
			}
		});
	measure(@contestants);
	stop($client);
	heading(sprintf 'Time to the first row, %d pages of 31 x 1000', scalar @requests);
	printf "%-44s %9.1f ms of %9.1f ms for all\n", $_->{name}, @{ $_->{times} } for @contestants;
	return;
}

sub show_newest
{
	my $session = shift;
	my $select = 'SELECT * FROM days.completions ORDER BY start_time DESC LIMIT 1';
	my @requests = requests_of($session, $select);
	my ($buckets) = map { $_->{query} =~ /limit=(\d+)/ } @requests;
	my $plan = query($session, "EXPLAIN (COSTS off) $select");
	heading('ORDER BY start_time DESC LIMIT 1');
	claim('requests', scalar @requests, @requests == 1, 'one');
	claim('buckets asked for', $buckets, $buckets <= 5, 'a few');
	claim('Sort', $plan =~ /Sort/ ? 'yes' : 'no', $plan !~ /Sort/, 'none');
	return;
}

# --- memory ---

# A number of /proc/PID/status, in MB.
sub memory
{
	my ($pid, $name) = @_;
	open my $file, '<', "/proc/$pid/status" or die "no status of $pid: $!\n";
	my ($kb) = map { /^\Q$name\E:\s+(\d+) kB/ ? $1 : () } <$file>;
	return $kb * 1024 / MB;
}

sub descriptors
{
	my @found = glob "/proc/$_[0]/fd/*";
	return scalar @found;
}

sub show_peak
{
	my $session = session();
	my $pid = $session->{backend};
	my $idle = memory($pid, 'VmRSS');
	my @requests = requests_of($session, 'SELECT sum(input_tokens) FROM dense.completions');
	my $bytes = 0;
	$bytes += $_->{bytes} for @requests;
	my $peak = memory($pid, 'VmHWM');
	heading(sprintf 'Memory of the backend, reading %.2f GB in %d pages', $bytes / 1e9, scalar @requests);
	printf "%-44s %9.1f MB\n%-44s %9.1f MB\n", 'idle, before its first query', $idle, 'peak', $peak;
	claim('peak over idle', sprintf('%.1f MB', $peak - $idle), $peak - $idle < 24, 'under 24 MB');
	stop($session);
	return;
}

# Complete ones, and those that stop half way.
sub show_growth
{
	my $session = session();
	my $pid = $session->{backend};
	my @queries = (
		'SELECT sum(input_tokens) FROM thin.completions',
		'SELECT * FROM thin.completions LIMIT 1',
		'SELECT max(start_time) FROM thin.completions',
		"SELECT count(*) FROM thin.completions WHERE model = 'none'");
	my $idle = memory($pid, 'VmRSS');
	query($session, $_) for @queries, @queries;
	my $start = memory($pid, 'VmRSS');
	my $open = descriptors($pid);
	query($session, $queries[ $_ % @queries ]) for 1 .. COUNTED_QUERIES;
	my $end = memory($pid, 'VmRSS');
	my $left = descriptors($pid) - $open;
	heading('After ' . COUNTED_QUERIES . ' queries');
	claim('memory over idle', sprintf('%.1f MB', $end - $idle), $end - $idle < 24, 'under 24 MB');
	claim('growth since the first few', sprintf('%.1f MB', $end - $start), $end - $start < 2, 'none, or under 2 MB');
	claim('growth of descriptors', $left, $left <= 0, 'none');
	stop($session);
	return;
}

control('set', 'gzip=off');
my $session = session();
set_up($session);
stop($session);
$session = session();
show_machine($session);
measure_page($session, 'days', 31, '31 buckets x 1000 results');
measure_page($session, 'minutes', 1, '1440 buckets x 50 results');
measure_latency($session, $_) for 50, 200;
measure_first_row($session);
show_newest($session);
show_peak();
show_growth();
stop($session);
print $over ? "\n$over over their limits\n" : "\nall within their limits\n";
