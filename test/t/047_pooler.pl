#
# pgbouncer in transaction mode: clients share backends, and with them connections to the
# API; keys, settings and what was prepared stay those of each transaction.
#
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Pooler;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'pgbouncer is not installed' if !find_pgbouncer();

my $POOL = 2;
my $CLIENTS = 8;

keep_day(120);
my $simulator = simulator('--events-per-day', 20);
control($simulator, 'set', 'now=' . int time);
my $node = cluster('main');
connect_server($node, $simulator, options => { max_retries => 0 });
my $direct = UsageFdw::Session->new($node);
my @users = qw(reader mistaken keyless strict);
$direct->rows("CREATE ROLE $_ LOGIN; GRANT USAGE ON SCHEMA usage TO $_; GRANT SELECT ON ALL TABLES IN SCHEMA usage TO $_") for @users;
$direct->rows("CREATE USER MAPPING FOR $_->[0] SERVER openai OPTIONS (api_key '$_->[1]')")
  for [ reader => api_key ], [ mistaken => 'sk-admin-other' ], [ strict => api_key ];
$direct->rows(q{ALTER ROLE strict SET usage_fdw.require_time_clause = error; GRANT mistaken TO reader});

my $me = getpwuid $<;
my $pooler = pooler($node, users => [ @users, $me ], pool_size => $POOL);
sub client { return UsageFdw::Session->new($pooler, user => shift) }

my $day = 'SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day = current_date - ';
my $backend = 'SELECT pg_backend_pid()';

sub state_of
{
	my ($in, $sql) = @_;
	my $answer = $in->query($sql);
	return $answer->{error} ? $answer->{error}{C} : join '|', @{ $answer->{rows}[0] };
}

#
# Many clients, few backends: and no more connections than those need
#
my %right = map { $_ => $direct->value("$day $_") } 1 .. 20;
control($simulator, 'reset-requests');
my @clients = map { client('reader') } 1 .. $CLIENTS;
my %backends;
my $wrong = 0;
for my $n (1 .. 20)
{
	$_->send("$day $n") for @clients;
	$wrong += grep { $_->finish->{rows}[0][1] ne (split /\|/, $right{$n})[1] } @clients;
	$_->send($backend) for @clients;
	$backends{ $_->finish->{rows}[0][0] }++ for @clients;
}
is($wrong, 0, "$CLIENTS clients read what there is");
is(scalar keys %backends, $POOL, "by $POOL backends");
my %connections = map { $_->{connection} => 1 } requests($simulator);
is(scalar keys %connections, $POOL, 'each of which has one connection to the API');

# What a backend has asked is known to whoever has it, of the same role.
is($clients[0]->value('SELECT count(*) > 40, count(parameters) = count(*) FROM usage_fdw_requests()'), 't|t',
	'usage_fdw_requests() has those of other clients');

#
# Each transaction has the key of its own role.
#
my %as = map { $_ => client($_) } @users;
for my $n (1 .. 4)
{
	is(state_of($as{reader}, "$day $n"), $right{$n}, "$n: a role with a key");
	is(state_of($as{mistaken}, "$day $n"), '28000', "$n: one with a wrong key");
	is(state_of($as{keyless}, "$day $n"), '28000', "$n: one without a key");
}
$as{reader}->rows('BEGIN; SET LOCAL ROLE mistaken');
is(state_of($as{reader}, "$day 1"), '28000', 'SET LOCAL ROLE: the key of that role');
$as{reader}->rows('ROLLBACK');
is(state_of($_, "$day 1"), $right{1}, 'and after it the own one') for @clients;

#
# Settings of a transaction, and of a role
#
sub rows_received
{
	control($simulator, 'reset-requests');
	my $answer = state_of(@_);
	my ($request) = requests($simulator);
	return ($answer, $request->{query} =~ /group_by/ ? 'groups' : 'no groups');
}
my $total = 'SELECT sum(input_tokens) FROM usage.completions WHERE day = current_date - 1';
$direct->rows('SET usage_fdw.enable_grain_reduction = off');
my ($sum, $asked) = rows_received($direct, $total);
is($asked, 'groups', 'what a setting does');
for my $n (1 .. 3)
{
	my $client = $clients[$n];
	$client->rows('BEGIN; SET LOCAL usage_fdw.enable_grain_reduction = off');
	is_deeply([ rows_received($client, $total) ], [ $sum, 'groups' ], "$n: SET LOCAL counts in its transaction");
	$client->rows('COMMIT');
	is_deeply([ rows_received($_, $total) ], [ $sum, 'no groups' ], "$n: and not after it") for @clients[ 0 .. 3 ];
}
is(state_of($as{strict}, 'SELECT count(*) FROM usage.completions'), '54000', 'a setting of a role');
is(state_of($as{strict}, "$day 1"), $right{1}, 'which allows this');
isnt(state_of($as{reader}, 'SELECT count(*) FROM usage.completions'), '54000', 'and is not for others');

#
# What holds a backend in a transaction: a cursor, a prepared statement
#
my ($holder, $other, $waiting) = @clients;
$holder->rows('BEGIN; DECLARE c CURSOR FOR SELECT day, model FROM usage.completions WHERE day >= current_date - 100 ORDER BY start_time, 2');
my @rows = $holder->rows('FETCH 10 FROM c');
is(state_of($other, "$day 2"), $right{2}, 'beside a cursor that is open');
$other->rows("BEGIN; SELECT 1");
$waiting->send("$day 3");
ok(!$waiting->is_answering(0.2), 'a third client waits for a backend');
push @rows, $holder->rows('FETCH ALL FROM c');
$_->rows('COMMIT') for $holder, $other;
is(join('|', @{ $waiting->finish->{rows}[0] }), $right{3}, 'and then has its answer');
is_deeply(\@rows, [ $direct->rows('SELECT day, model FROM usage.completions WHERE day >= current_date - 100 ORDER BY start_time, 2') ],
	'the cursor has all rows');
for my $client (@clients)
{
	$client->rows("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; PREPARE p(int) AS $day \$1");
	is(state_of($client, "EXECUTE p(4)"), $right{4}, 'a statement that is prepared in a transaction');
	$client->rows('DEALLOCATE p; COMMIT');
}

#
# Cancel and time-out
#
control($simulator, 'set', 'delay_ms=20000');
my ($out, $err) = ('', '');
local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE)} = ($pooler->host, $pooler->port, 'reader', 'postgres');
my $psql = IPC::Run::start([ 'psql', '-X', '-v', 'VERBOSITY=verbose', '-c', "$day 5" ], '<', '/dev/null', '>', \$out, '2>', \$err);
ok(poll_until(sub { $direct->value('SELECT count(*) FROM pg_stat_activity WHERE ' . wait_event('Answer')) == 1 }), 'psql waits for the API');
$psql->signal('INT');
$psql->finish;
like($err, qr/57014: canceling statement due to user request/, 'a cancel comes through the pooler');
$holder->rows("BEGIN; SET LOCAL statement_timeout = '100ms'");
is(state_of($holder, "$day 5"), '57014', 'a time-out');
$holder->rows('ROLLBACK');
control($simulator, 'set', 'delay_ms=0');
is(state_of($_, "$day 5"), $right{5}, 'all goes on') for @clients;
is($direct->value(q{SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'}), $POOL, 'with as many backends');

done_testing();
