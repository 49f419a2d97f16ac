#
# test/lib/UsageFdw/Test.pm
#	  What TAP tests share: a server that knows the extension, a simulator, the
#	  fault proxy, and ways to look at the requests that were made.
#
#	use UsageFdw::Test;
#	my $simulator = UsageFdw::Test::simulator();
#	my $node = cluster('main');
#	connect_server($node, $simulator, import => q{OPTIONS (bucket_width '1h')});
#	$node->safe_psql('postgres', 'SELECT count(*) FROM usage.completions');
#	is((requests($simulator))[0]{endpoint}, 'completions');
#
# test/run sets the environment; for a single file: PROVE_TESTS=... test/run tap.
#
package UsageFdw::Test;

use strict;
use warnings;

use Cwd;
use Exporter 'import';
use File::Temp;
use IPC::Run;
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(simulator fault_proxy preload_library slow_resolver tls_certificate control stat_of requests cluster
  start_cluster set_clock connect_server connect_tables connect_sql wait_event pg_config libcurl_is_from major_version is_installed literal poll_until keep_day days_ago api_key);

use constant api_key => 'sk-admin-simulator';

# Absolute, as a test may change its directory.
my $test_dir = Cwd::abs_path('test');
require "$test_dir/simulator/control";
my $stage_conf = Cwd::abs_path('tmp_check/stage.conf');

# Children are ended by END blocks, which a signal would skip.
$SIG{TERM} = $SIG{INT} = sub { die "interrupted\n" };

my @daemons;

END
{
	my $status = $?;
	for my $daemon (@daemons)
	{
		$daemon->{handle}->kill_kill(grace => 2);
	}
	$? = $status;
}

# Wait until the condition holds: a code reference.  True if it did in time.
sub poll_until
{
	my ($condition, $seconds) = @_;
	my $deadline = time() + ($seconds // $PostgreSQL::Test::Utils::timeout_default);
	while (time() < $deadline)
	{
		return 1 if $condition->();
		sleep 0.01;
	}
	return $condition->();
}

# History is counted from the UTC day: wait for the next one, where this one
# ends within so many seconds.
sub keep_day
{
	my $seconds = shift;
	my $left = 86400 - time() % 86400;
	sleep($left + 1) if $left < $seconds;
	return;
}

# A day as text, so many before today's.
sub days_ago
{
	return strftime('%Y-%m-%d', gmtime(time() - 86400 * shift));
}

# Start a command and wait until the condition holds, which gets its folder.  It ends
# with this process.
sub start_command
{
	my ($dir, $is_ready, @command) = @_;
	my $log = "$dir/log";
	my $handle = IPC::Run::start(\@command, '<', '/dev/null', '>', $log, '2>', $log);
	if (!poll_until(sub { $is_ready->($dir) || !$handle->pumpable }, 20) || !$is_ready->($dir))
	{
		my $said = slurp_file($log);
		$handle->kill_kill(grace => 0);
		die "$command[0] did not start: $said";
	}
	my $daemon = { dir => $dir, handle => $handle, log => $log };
	push @daemons, $daemon;
	return $daemon;
}

# Start a program of test that writes NAME=VALUE lines into its ready file; they become
# members of what is returned.  It ends with this process, however that ends.
sub start_daemon
{
	my ($program, @arguments) = @_;
	my $dir = File::Temp->newdir;
	my $daemon = start_command($dir, sub { -s "$dir/ready" }, "$test_dir/$program", @arguments,
		'--ready-file', "$dir/ready", '--daemon-parent', $$);
	return { slurp_file("$dir/ready") =~ /^(\w+)=(.*)$/mg, %$daemon };
}

# A simulator on a free port of loopback, started with these arguments (see
# usage_simulator --help).  Its members port, url and, if it has one, tls_port.
sub simulator
{
	my $simulator = start_daemon('simulator/usage_simulator', @_);
	$simulator->{url} = "http://127.0.0.1:$simulator->{port}";
	return $simulator;
}

# A proxy in front of a simulator that breaks HTTP on demand; see
# test/simulator/control.
sub fault_proxy
{
	my $simulator = shift;
	my $proxy = start_daemon('simulator/fault_proxy', '--target', $simulator->{port});
	$proxy->{url} = "http://127.0.0.1:$proxy->{port}";
	return $proxy;
}

# A library of test/lib to start a cluster with in LD_PRELOAD; undef if there is no
# compiler.
my $library_dir;

sub preload_library
{
	my $name = shift;
	$library_dir //= File::Temp->newdir;
	my $library = "$library_dir/$name.so";
	system('cc', '-shared', '-fPIC', '-o', $library, "$test_dir/lib/$name.c", '-ldl') == 0
	  or return;
	return $library;
}

# One that looks names up as slow_resolver.c says.
sub slow_resolver { return preload_library('slow_resolver') }

# A certificate for a host that nobody but itself vouches for, made so many seconds
# from now and good for two days: two files, that and its key.
sub tls_certificate
{
	my ($name, $host, $offset) = @_;
	my %env = $offset ? faketime_env($offset) : ();
	local @ENV{ keys %env } = values %env;
	my $base = PostgreSQL::Test::Utils::tempdir() . "/$name";
	my $kind = $host =~ /^[\d.]+$/ ? 'IP' : 'DNS';
	system('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2,
		'-subj', "/CN=$host", '-addext', "subjectAltName=$kind:$host",
		'-keyout', "$base.key", '-out', "$base.crt") == 0
	  or die 'openssl failed';
	return ("$base.crt", "$base.key");
}

# What test/simulator/control answers to these arguments.  ERROR if it fails.
sub control
{
	my ($daemon, @arguments) = @_;
	local $ENV{USAGE_SIMULATOR_URL} = $daemon->{url};
	local $ENV{USAGE_PROXY_CONTROL} = $daemon->{control_port} // '';
	unshift @arguments, 'proxy' if defined $daemon->{control_port};
	return Control::ask(@arguments);
}

# A count of a simulator or a proxy, by its name.
sub stat_of
{
	my ($daemon, $name) = @_;
	my ($count) = control($daemon, 'stat') =~ /\b$name=(\d+)/;
	return $count;
}

# The requests that a simulator has answered, oldest first: references to
# hashes by the names that it gives its columns.
sub requests
{
	my $simulator = shift;
	my @requests = Control::csv_rows(control($simulator, 'requests'));
	for my $request (@requests)
	{
		$_ //= '' for values %$request;
	}
	return @requests;
}

# The preload library that moves a process's clock, by so many seconds, or by what
# the file says at each moment; not the monotonic one, by which it waits.
sub faketime_env
{
	my ($offset, $file) = @_;
	my ($library) =
	  (glob('/usr/lib/*/faketime/libfaketime.so.1'), glob('/usr/lib*/faketime/libfaketime.so.1'));
	return (
		LD_PRELOAD => $library,
		defined $file
		? (FAKETIME_TIMESTAMP_FILE => $file, FAKETIME_NO_CACHE => 1)
		: (FAKETIME => sprintf('%+d', $offset)),
		DONT_FAKE_MONOTONIC => 1,
		FAKETIME_DONT_FAKE_MONOTONIC => 1,
		FAKETIME_DONT_RESET => 1);
}

# Set the clock of a cluster that was made with a moving one.
sub set_clock
{
	my ($node, $clock) = @_;
	my $file = $node->{usage_clock_file};
	# by renaming, so that it is never read half
	unlink "$file.new";
	append_to_file("$file.new", sprintf('%+d', $clock - int(time())));
	rename "$file.new", $file or die "could not set the clock: $!";
	return;
}

# Start a cluster again after it was stopped, with the clock that it had.
sub start_cluster
{
	my $node = shift;
	my %env = %{ $node->{usage_env} };
	local @ENV{ keys %env } = values %env;
	$node->start;
	return;
}

# A directory for PATH with a pg_ctl that starts servers whose processes may have
# so many descriptors each.
my $limited_dir;

sub limited_path
{
	my $descriptors = shift;
	my ($pg_ctl) = grep { -x } map { "$_/pg_ctl" } split /:/, $ENV{PATH};
	$limited_dir //= File::Temp->newdir;
	append_to_file("$limited_dir/pg_ctl", <<"END");
#!/bin/sh
ulimit -S -n $descriptors || exit 1
exec '$pg_ctl' "\$@"
END
	chmod 0755, "$limited_dir/pg_ctl";
	return "$limited_dir:$ENV{PATH}";
}

# The environment of a cluster with such a clock.
sub clock_env
{
	my ($node, %options) = @_;
	return faketime_env($options{clock} - int(time())) if defined $options{clock};
	return () if !defined $options{moving_clock};
	$node->{usage_clock_file} = $node->basedir . '/clock';
	set_clock($node, $options{moving_clock});
	return faketime_env(undef, $node->{usage_clock_file});
}

# A running server with the extension in its reach.  clock => Unix seconds
# makes it start at that time instead of now; moving_clock => the same, and set_clock()
# can set it; descriptors => what a process of it may have; encoding => another than UTF8; conf => more
# settings.
sub cluster
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	# Whatever the locale of the machine is.
	$node->init(extra => [ '--encoding=' . ($options{encoding} // 'UTF8'), '--no-locale' ]);
	$node->append_conf('postgresql.conf', "include '$stage_conf'");
	$node->append_conf('postgresql.conf', $options{conf}) if $options{conf};
	$node->{usage_env} = { clock_env($node, %options) };
	local $ENV{PATH} = limited_path($options{descriptors}) if $options{descriptors};
	start_cluster($node);
	return $node;
}

# What pg_stat_activity says of a session that waits for this: Connect, Answer,
# Backoff or RateLimit.  Before version 17 the server has one name for all.
sub wait_event
{
	my $what = shift;
	my $event = major_version() >= 17 ? "UsageFdw$what" : 'Extension';
	return "wait_event_type = 'Extension' AND wait_event = '$event'";
}

# What pg_config of the PostgreSQL under test says, such as to "--sharedir".
sub pg_config
{
	my $what = shift;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $said = `$pg_config $what`);
	return $said;
}

# Is libcurl, as the module is built with it, of that version or a later one?
sub libcurl_is_from { return system('pkg-config', "--atleast-version=$_[0]", 'libcurl') == 0 }

# The major version of the server.
sub major_version
{
	my ($major) = pg_config('--version') =~ /(\d+)/;
	return $major;
}

# Can the server create an extension of that name?
sub is_installed
{
	my $name = shift;
	return -e pg_config('--sharedir') . "/extension/$name.control";
}

# A text as an SQL literal.
sub literal
{
	my $text = shift;
	$text =~ s/'/''/g;
	return "'$text'";
}

sub option_list
{
	my %options = @_;
	return join ', ', map { "$_ " . literal($options{$_}) } sort keys %options;
}

# SQL that makes a server, a user mapping for the current user and a schema of
# imported tables.  Options:
#	server => 'openai'		name of the server
#	schema => 'usage'		name of the schema
#	options => {...}		more options of the server
#	mapping => {...}		options of the user mapping instead of api_key
#	import => '...'			what follows INTO schema; undef: import nothing
sub connect_sql
{
	my ($api, %options) = @_;
	my $server = $options{server} // 'openai';
	my $schema = $options{schema} // 'usage';
	my $server_options =
	  option_list(base_url => "$api->{url}/v1", %{ $options{options} // {} });
	my $mapping_options =
	  option_list(%{ $options{mapping} // { api_key => api_key } });
	my $sql = <<END;
CREATE EXTENSION IF NOT EXISTS usage_fdw;
CREATE SERVER $server FOREIGN DATA WRAPPER usage_fdw OPTIONS ($server_options);
CREATE USER MAPPING FOR CURRENT_USER SERVER $server OPTIONS ($mapping_options);
CREATE SCHEMA $schema;
END
	return $sql if exists $options{import} && !defined $options{import};
	my $import = $options{import} // '';
	return $sql
	  . "IMPORT FOREIGN SCHEMA usage FROM SERVER $server INTO $schema $import;\n";
}

# The same, done in a database (default: postgres).
sub connect_server
{
	my ($node, $api, %options) = @_;
	my $database = delete $options{database} // 'postgres';
	$node->safe_psql($database, connect_sql($api, %options));
	return;
}

# A server of this name and a schema of tables of it, not imported: their columns
# need not be an endpoint's.  Options:
#	endpoints => [...]		the tables' names; default: completions
#	columns => '...'		of each; default: what most tests need
#	table => '...'			options of each
#	options, mapping		as for connect_sql
sub connect_tables
{
	my ($node, $api, $name, %options) = @_;
	my $endpoints = delete $options{endpoints} // ['completions'];
	my $table_options = defined $options{table} ? 'OPTIONS (' . delete($options{table}) . ')' : '';
	my $columns = delete $options{columns}
	  // 'day date, start_time timestamptz, project_id text, model text, input_tokens bigint';
	my $sql = connect_sql($api, %options, server => $name, schema => $name, import => undef);
	$sql .= "CREATE FOREIGN TABLE $name.$_ ($columns) SERVER $name $table_options;\n" for @$endpoints;
	$node->safe_psql('postgres', $sql);
	return;
}

1;
