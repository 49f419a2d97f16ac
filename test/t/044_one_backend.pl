#
# One session asks for days: queries of all shapes by statements, cursors, prepared
# statements and functions, with time-outs, cancels, faults, subtransactions that are
# rolled back and servers that change.  Each is answered right, or fails as it was made
# to; and what the process has does not grow: memory of contexts and of malloc(),
# descriptors, sockets, threads, handles of libcurl, parsers of json-c.
#
# USAGE_SOAK_QUERIES says how many (default: 1000), USAGE_SOAK_SEED in which order.
#
use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use List::Util qw(min);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Faults::Shapes;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'needs /proc/PID/fd' if !-d "/proc/$$/fd";
my $counter = preload_library('count_handles') // plan skip_all => 'needs a compiler';

my $QUERIES = $ENV{USAGE_SOAK_QUERIES} // 1000;
my $SEED = $ENV{USAGE_SOAK_SEED} // 1;
# The first part fills caches: the server's of plans and catalogs, and malloc's.
my $WARM = min(5000, $QUERIES / 2);

my $MOST_SOCKETS = 16 + 3;
my $MOST_KB = 2048;
my $MOST_CONTEXT_BYTES = 256 * 1024;

my $FAILED = 'HV00[NM]';
my $CANCELED = '57014';

srand $SEED;
keep_day(120 + $QUERIES / 10);
my $simulator = simulator('--events-per-day', 5);
my $proxy = fault_proxy($simulator);
my $handles_dir = PostgreSQL::Test::Utils::tempdir();

sub start_node
{
	local @ENV{qw(LD_PRELOAD COUNT_HANDLES)} = ($counter, $handles_dir);
	return cluster('main', conf => "shared_buffers = 16MB\njit = off\n");
}

my $node = start_node();
my %urls = (direct => [ map { "http://$_:$simulator->{port}/v1" } '127.0.0.1', 'localhost' ],
	proxied => [ map { "http://$_:$proxy->{port}/v1" } '127.0.0.1', 'localhost' ]);
my %apis = (direct => $simulator, proxied => $proxy);
my $session = UsageFdw::Session->new($node);
for my $server (sort keys %apis)
{
	connect_server($node, $apis{$server}, server => $server, schema => $server, import => undef, options => {
			retry_delay => '1ms', max_retries => 2, request_timeout => '10s', connect_timeout => '5s' });
	$session->rows(shape_tables($server));
}
control($simulator, 'set', 'now=' . int time, 'archived=rows', 'page_limit=500', 'cache=on');
$session->rows(local_tables('direct'));
$session->create_attempt;

# --- queries: each is counted, and its answer is right or one of its errors ---

my @shapes = map { { %$_, sql => shape_sql($_) } } grep { !$_->{analyze} } shapes();
my ($queries, %done, @wrong) = (0);

sub any { return $_[ rand @_ ] }

# What an answer says, without order.
sub digest
{
	my @rows = @_;
	return @rows . ' ' . md5_hex(join "\n", sort map { join '|', map { $_ // '\\N' } @$_ } @rows);
}

sub complain
{
	my ($what, $sql) = @_;
	push @wrong, "query $queries: $what: $sql" if @wrong < 20;
	return;
}

# Ask; SQLSTATEs is a pattern of those that may come instead of an answer.
sub ask
{
	my ($sql, $states, $canceled_s) = @_;
	$session->send($sql);
	if (defined $canceled_s)
	{
		sleep $canceled_s;
		kill 'INT', $session->pid;
	}
	my $answer = $session->finish(60);
	die "the session ended: $sql" if $answer->{closed};
	my $error = $answer->{error};
	complain("$error->{C} $error->{M}", $sql) if $error && $error->{C} !~ /^(?:$states)$/;
	return $answer;
}

# The same of a query over foreign tables.
sub query
{
	my ($kind, @query) = @_;
	my $answer = ask(@query);
	$queries++;
	$done{$kind}++;
	$done{errors}++ if $answer->{error};
	return $answer;
}

sub must { return ask($_[0], 'none') }

sub check
{
	my ($shape, $answer, $sql) = @_;
	complain('another answer', $sql) if !$answer->{error} && digest(@{ $answer->{rows} }) ne $shape->{right};
	return;
}

sub query_shape
{
	my ($kind, $states, $canceled_s) = @_;
	my $shape = any(@shapes);
	check($shape, query($kind, $shape->{sql}, $states, $canceled_s), $shape->{sql});
	return;
}

sub use_server
{
	my $shape_settings = 'RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_material; RESET enable_memoize';
	my $settings = rand() < 0.5 ? $shape_settings : (grep { $_->{settings} } @shapes)[0]{settings};
	must("SET search_path = $_[0], public; $settings");
	return;
}

# --- what a session does: some queries, after which no transaction is open ---

sub statements
{
	query_shape('statements', 'none') for 1 .. 3;
	return;
}

sub time_outs
{
	must('SET statement_timeout = ' . int(1 + rand 15));
	query_shape('time-outs', $CANCELED) for 1 .. 2;
	# which may itself take too long
	1 while ask('RESET statement_timeout', $CANCELED)->{error};
	return;
}

sub cancels
{
	query_shape('cancels', $CANCELED, rand 0.02) for 1 .. 2;
	return;
}

my @faults = ('status code=500', 'status code=429 headers=Retry-After:0', 'status code=401', 'garbage', 'html',
	'no_data', 'no_cursor', 'repeat_cursor', 'empty_page', 'nul field=project_id', 'redirect location=/', 'delay delay_ms=5');

sub api_faults
{
	my ($kind, @more) = split / /, any(@faults);
	control($simulator, 'fault', $kind, @more, 'count=' . (1 + int rand 4), 'after=' . int rand 3);
	query_shape('faults of the API', "$FAILED|28000|53400|22P05") for 1 .. 2;
	control($simulator, 'reset-faults');
	return;
}

sub network_faults
{
	use_server('proxied');
	control($proxy, any('refuse', 'truncate 0', 'truncate 900', 'reset 10', 'reset 900', 'drop'));
	query_shape('faults of the network', $FAILED) for 1 .. 2;
	control($proxy, 'clear');
	return;
}

sub prepared
{
	must('PREPARE p(date, text[]) AS SELECT count(*), sum(input_tokens) FROM days
		WHERE day >= $1 AND day < current_date AND project_id = ANY ($2)');
	query('prepared statements', "EXECUTE p(current_date - $_, '{proj_web,proj_ads}')", 'none') for 1 .. 7;
	must('DEALLOCATE p') if rand() < 0.9;
	must('DEALLOCATE ALL');
	return;
}

sub functions
{
	my $sql = any(@shapes)->{sql};
	query('subtransactions in functions', 'SELECT attempt(' . literal($sql) . '), attempt('
		  . literal("SELECT 1 / (day - day) FROM ($sql) AS s") . ")", 'none') for 1 .. 2;
	return;
}

# Cursors that stay open, and what fails in savepoints between their rows.
sub cursors
{
	must('BEGIN');
	my $count = 1 + int rand 4;
	for my $n (1 .. $count)
	{
		my $hold = rand() < 0.1 ? 'WITH HOLD' : '';
		must("DECLARE c$n NO SCROLL CURSOR $hold FOR " . any(@shapes)->{sql});
		query('cursors', "FETCH " . any(1, 7, 'ALL') . " FROM c$n", 'none');
	}
	for my $n (1 .. $count)
	{
		must('SAVEPOINT a');
		must('SET LOCAL statement_timeout = ' . int 1 + rand 10) if rand() < 0.5;
		query('savepoints', any('SELECT 1 / (day - day) FROM days', 'SELECT count(*) FROM hours',
				"DECLARE other CURSOR FOR SELECT * FROM days; FETCH 5 FROM other"), "22012|$CANCELED", rand() < 0.3 ? rand 0.02 : undef);
		1 while ask('ROLLBACK TO a', $CANCELED)->{error};
		query('cursors', "FETCH 3 FROM c$n", 'none');
	}
	must(any('COMMIT', 'ROLLBACK'));
	must('CLOSE ALL');
	return;
}

# Servers are altered, by this session or another, so that it connects anew.
my $other;

sub altered
{
	my $server = any('direct', 'proxied');
	$other //= UsageFdw::Session->new($node);
	my $sql = "ALTER SERVER $server OPTIONS (SET base_url '" . any(@{ $urls{$server} }) . "', SET request_timeout '"
	  . int(10 + rand 10) . "s')";
	my $open = rand() < 0.3;
	must('BEGIN; DECLARE c CURSOR FOR SELECT * FROM few_ahead; FETCH 2 FROM c') if $open;
	rand() < 0.5 ? $other->rows($sql) : must($sql);
	query('altered servers', 'FETCH 2 FROM c', 'none') if $open;
	must(any('COMMIT', 'ROLLBACK')) if $open;
	query_shape('altered servers', 'none');
	return;
}

sub analyzed
{
	query('ANALYZE', 'ANALYZE ' . any('recent_costs', 'days'), 'none');
	return;
}

sub discarded
{
	must('DISCARD ALL');
	use_server(any('direct', 'proxied'));
	query_shape('after DISCARD ALL', 'none');
	return;
}

my @ways = ((\&statements) x 4, \&time_outs, \&cancels, \&api_faults, \&network_faults, \&prepared, \&functions,
	(\&cursors) x 2, \&altered, \&discarded);

# --- what the process has ---

sub handles
{
	my @counts = unpack 'q*', slurp_file("$handles_dir/" . $session->pid);
	my %handles;
	@handles{ 'easy handles', 'multi handles', 'share handles', 'parsers', 'bytes of malloc' } = @counts;
	return %handles;
}

sub threads { return scalar(() = glob '/proc/' . $session->pid . '/task/*') }

# In the same state each time, with no plan or prepared statement kept.
sub measure
{
	must('DISCARD ALL');
	must('SET search_path = direct, public');
	check($shapes[1], must($shapes[1]{sql}), 'of the state');
	my $contexts = "FROM pg_backend_memory_contexts WHERE name <> 'usage_fdw requests'";
	return { queries => $queries, handles(),
		'bytes of contexts' => $session->value("SELECT sum(total_bytes) $contexts"),
		'contexts of usage_fdw' => $session->value("SELECT count(*) $contexts AND name LIKE 'usage_fdw%'"),
		'RSS in kB' => $session->memory_kb('RssAnon'),
		threads => threads(), sockets => $session->descriptors(qr/^socket/),
		'other descriptors' => $session->descriptors(qr/^(anon_inode|pipe)/) };
}

sub run_until
{
	my $end = shift;
	while ($queries < $end && @wrong < 20)
	{
		# now and then, as it writes to catalogs
		rand() < 0.005 ? analyzed() : any(@ways)->();
		use_server('direct') if rand() < 0.3;
	}
	return measure();
}

use_server('direct');
$_->{right} = digest(@{ must($_->{sql})->{rows} }) for @shapes;
my $start = time();
my @states = (measure(), run_until($WARM), run_until($QUERIES));
note sprintf '%d queries (%d failed, as they were made to) in %.0f s, seed %d', $queries, $done{errors}, time() - $start, $SEED;
note "$_: $done{$_}" for sort keys %done;
my ($first, $warm, $last) = @states;
note "$_: $first->{$_}, $warm->{$_}, $last->{$_}" for sort keys %$last;

is(scalar @wrong, 0, 'each query is answered right, or fails as it was made to') or diag join "\n", @wrong;
is($last->{$_}, $warm->{$_}, "$_ are as many as before")
  for 'easy handles', 'multi handles', 'share handles', 'parsers', 'threads', 'other descriptors';
is($last->{'contexts of usage_fdw'}, 0, 'no context of usage_fdw is left');
cmp_ok($last->{sockets}, '<=', $MOST_SOCKETS, 'no sockets but those that are kept for later');
cmp_ok($last->{'bytes of contexts'} - $warm->{'bytes of contexts'}, '<=', $MOST_CONTEXT_BYTES, 'memory of contexts');
cmp_ok($last->{'bytes of malloc'} - $warm->{'bytes of malloc'}, '<=', 1024 * $MOST_KB, 'memory of malloc()');
cmp_ok($last->{'RSS in kB'} - $warm->{'RSS in kB'}, '<=', 2 * $MOST_KB, 'memory of the process');
cmp_ok($done{errors}, '>', $queries / 50, 'enough was made to fail');

$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|leak/, 'the log says nothing worse');

done_testing();
