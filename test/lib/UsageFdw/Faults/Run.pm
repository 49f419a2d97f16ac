#
# test/lib/UsageFdw/Faults/Run.pm
#	  Runs the cases of a fault matrix, and counts them.
#
#	my $run = UsageFdw::Faults::Run->new($node, $simulator, servers => { direct => $simulator, ... });
#	$run->set_shape($shape);
#	$run->check('status 500', 'direct', 'answer', begin => sub { ... }, struck => sub { ... }, end => sub { ... });
#	note $run->report;
#
# A case is a fault befalling a query.  Its execution is by one statement or by a cursor that
# fetches a few rows at a time, and both must give what the outcome says (see
# UsageFdw::Faults::Table), within bounds of time and memory, leaving nothing behind. Then the
# query is asked again, and must be answered.
#
package UsageFdw::Faults::Run;

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Faults::Shapes;
use UsageFdw::Session;
use UsageFdw::Test;

use constant {
	MEMORY_KB => 32 * 1024,		# over what the session had
	SECONDS => 15,				# unless the row says otherwise
	TIMEOUT => 120,				# for a session that hangs
	FETCH => 7,
	IDLE_CONNECTIONS => 16		# that a session keeps, of each of its servers together
};

# Of all servers of the matrix.  Cases that repeat their tries come to an end soon; only
# the proxy stalls.
my %options = (retry_delay => '1ms', max_retries => 3, request_timeout => '60s', connect_timeout => '20s');

# Servers of these names and URLs, and a session over them.
sub new
{
	my ($class, $node, $simulator, %more) = @_;
	my $self = bless { node => $node, simulator => $simulator, count => {}, session => UsageFdw::Session->new($node) }, $class;
	for my $name (sort keys %{ $more{servers} })
	{
		connect_server($node, $more{servers}{$name}, server => $name, schema => $name, import => undef,
			options => { %options, %{ $more{options}{$name} // {} } });
		$self->{session}->rows(shape_tables($name));
	}
	control($simulator, 'set', 'now=' . int time);
	$self->{session}->rows(local_tables('direct'));
	return $self;
}

# --- executions ---

# Ask by one statement: rows, those that came before an error as well.  If something is to
# happen meanwhile, it does when half of the requests have come.
sub by_statement
{
	my ($self, $sql) = @_;
	my $session = $self->{session};
	my $happen = $self->{happen} or return $session->query($sql, TIMEOUT);
	my $half = stat_of($self->{simulator}, 'requests') + int(($self->{requests} + 1) / 2);
	$session->send($sql);
	poll_until(sub { stat_of($self->{simulator}, 'requests') >= $half || $session->is_answering(0) });
	$happen->();
	return $session->finish(TIMEOUT);
}

# Ask by a cursor, a few rows at a time.
sub by_cursor
{
	my ($self, $sql) = @_;
	my $session = $self->{session};
	my %all = (rows => [], notices => []);
	$session->rows("BEGIN; DECLARE matrix NO SCROLL CURSOR FOR $sql");
	while (1)
	{
		my $answer = $session->query('FETCH ' . FETCH . ' FROM matrix', TIMEOUT);
		push @{ $all{$_} }, @{ $answer->{$_} } for qw(rows notices);
		$all{error} = $answer->{error};
		last if $answer->{error} || !@{ $answer->{rows} };
	}
	$session->rows('ROLLBACK');
	return \%all;
}

# ANALYZE: its "row" is how many rows the table is said to have, its error the warning.
sub by_analyze
{
	my ($self, $table) = @_;
	my $session = $self->{session};
	$session->rows("UPDATE pg_class SET reltuples = -1 WHERE oid = '$table'::regclass");
	my $answer = $self->by_statement("ANALYZE $table");
	my ($warning, @more) = @{ $answer->{notices} };
	my $rows = $session->value("SELECT reltuples FROM pg_class WHERE oid = '$table'::regclass");
	return { rows => $rows == -1 ? [] : [ [$rows] ], notices => \@more, error => $answer->{error} // $warning };
}

sub ask
{
	my ($self, $way) = @_;
	my $shape = $self->{shape};
	return $self->by_analyze($shape->{analyze}) if $shape->{analyze};
	return $way eq 'cursor' ? $self->by_cursor(shape_sql($shape)) : $self->by_statement(shape_sql($shape));
}

sub texts { return [ map { join '|', map { $_ // '\\N' } @$_ } @{ $_[0]{rows} } ] }

# Read this shape from now on: what it answers undisturbed, and by how many requests.
sub set_shape
{
	my ($self, $shape) = @_;
	$self->{shape} = $shape;
	$self->{settings} = "RESET ALL; " . ($shape->{settings} // 'RESET ALL');
	control($self->{simulator}, 'set', 'archived=400', "page_limit=$shape->{page}", $shape->{set} // ());
	$self->{session}->rows("$self->{settings}; SET search_path = direct, public");
	control($self->{simulator}, 'reset-requests');
	my $answer = $self->ask('statement');
	die "$shape->{name}: $answer->{error}{M}" if $answer->{error};
	$self->{requests} = () = requests($self->{simulator});
	$self->{right} = texts($answer);
	die "$shape->{name}: no rows" if !@{ $self->{right} };
	return;
}

# --- what is wrong with an answer, as a list of texts ---

# Are these rows the beginning of the right ones, up to the end of a bucket?  Of a FETCH that
# fails its client gets none.
sub is_beginning
{
	my ($self, $way, @rows) = @_;
	my @right = @{ $self->{right} };
	if (!$self->{shape}{order})
	{
		my %left;
		$left{$_}++ for @right;
		return !grep { $left{$_}-- <= 0 } @rows;
	}
	return 0 if @rows > @right || grep { $rows[$_] ne $right[$_] } 0 .. $#rows;
	return 1 if !@rows || @rows == @right || !$self->{shape}{bucket} || $way eq 'cursor';
	my ($last, $next) = map { (split /\|/, $right[$_])[0] } $#rows, $#rows + 1;
	return $last ne $next;
}

# The rows that an outcome other than an error wants.
sub wanted_rows
{
	my ($self, $outcome, @rows) = @_;
	my @right = @{ $self->{right} };
	return () if $outcome eq 'none';
	return grep { !/^proj_web\|/ } @right if $outcome eq 'fewer';
	return @right[ $#right - $#rows .. $#right ] if $outcome eq 'later' && @rows && @rows < @right;
	return @right;
}

sub rows_differ
{
	my ($self, $outcome, @rows) = @_;
	my @wanted = $self->wanted_rows($outcome, @rows);
	($a, $b) = map { join "\n", $self->{shape}{order} || $self->{shape}{analyze} ? @$_ : sort @$_ } \@rows, \@wanted;
	return $a ne $b;
}

sub wrong_error
{
	my ($self, $error, $state, $pattern) = @_;
	return "no error but $state" if !$error;
	my $text = join ' / ', map { $error->{$_} // () } qw(C M D H);
	return () if $error->{C} =~ /^$state$/ && $text =~ /(?:$pattern)/;
	return "error $text";
}

sub wrong_answer
{
	my ($self, $answer, $outcome, $way, %case) = @_;
	my @rows = @{ texts($answer) };
	my ($or, $state, $pattern) = $outcome =~ /^(answer or )?(HV00\[NM\]|[0-9A-Z]{5}) (.*)$/s;
	if ($state && ($answer->{error} || !$or))
	{
		return ($self->wrong_error($answer->{error}, $state, $pattern),
			$case{tainted} || $self->is_beginning($way, @rows) ? () : 'rows before the error are not the first ones');
	}
	return "error $answer->{error}{C}: $answer->{error}{M}" if $answer->{error};
	my $notices = $outcome eq 'later' ? 1 : 0;
	return ($self->rows_differ($outcome, @rows) ? 'rows: ' . @rows . ' of ' . @{ $self->{right} } : (),
		@{ $answer->{notices} } == $notices ? () : 'notices: ' . @{ $answer->{notices} });
}

# What a session that has waited for nothing has no more of than it had.
sub left_behind
{
	my $self = shift;
	my $session = $self->{session};
	my $contexts = $session->value("SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'usage_fdw%' AND name <> 'usage_fdw requests'");
	$self->{descriptors} //= $session->descriptors(qr/^anon_inode/);
	return ($contexts ? "$contexts memory contexts left" : (),
		$session->descriptors(qr/^anon_inode/) > $self->{descriptors} ? 'descriptors left' : (),
		$session->descriptors(qr/^socket/) > IDLE_CONNECTIONS + 3 ? 'sockets left' : ());
}

# Forget the peak of memory so far.
sub reset_peak
{
	my $session = shift->{session};
	open my $handle, '>', '/proc/' . $session->pid . '/clear_refs' or return;
	print $handle '5';
	close $handle;
	return $session->memory_kb('VmHWM');
}

# --- cases ---

# One execution: what is wrong with it.  The fault begins, and is over when the answer is there.
sub execute
{
	my ($self, $way, $outcome, %case) = @_;
	my $session = $self->{session};
	$session->rows("SET statement_timeout = '$case{timeout}'") if $case{timeout};
	my $idle_kb = $self->reset_peak;
	$case{begin}->();
	my $start = time();
	local $self->{happen} = $case{while};
	my $answer = $self->ask($way);
	my $seconds = time() - $start;
	my $peak_kb = defined $idle_kb ? $session->memory_kb('VmHWM') - $idle_kb : 0;
	my $struck = $case{struck} ? $case{struck}->() : 1;
	$case{end}->();
	$session->rows('RESET statement_timeout');
	$self->{seconds} = $seconds if $seconds > ($self->{seconds} // 0);
	@$self{ 'peak_kb', 'peak_case' } = ($peak_kb, $case{name}) if $peak_kb > ($self->{peak_kb} // 0);
	return ($self->wrong_answer($answer, $outcome, $way, %case), $self->left_behind,
		$struck ? () : 'the fault never struck',
		$seconds > ($case{seconds} // SECONDS) ? sprintf('%.1f s', $seconds) : (),
		$seconds < ($case{wait} // 0) ? sprintf('only %.2f s', $seconds) : (),
		$peak_kb > MEMORY_KB ? "$peak_kb kB" : ());
}

# Check a fault in these ways of asking: true if all is as expected.
#	begin, struck, end => sub		make the fault, say whether it befell anything, mend it
#	while => sub					what happens in the middle of the query
#	timeout, seconds, wait, tainted	see UsageFdw::Faults::Table
#	ways => [...]					statement, cursor
#	family => '...'					for the report
sub check
{
	my ($self, $name, $server, $outcome, %case) = @_;
	my $count = $self->{count}{ $case{family} } //= { map { $_ => 0 } qw(cases executions queries wrong) };
	my @wrong;
	$self->{session}->rows("$self->{settings}; SET search_path = $server, public");
	my @ways = $self->{shape}{analyze} ? ('statement') : @{ $case{ways} };
	for my $way (@ways)
	{
		push @wrong, map { "by $way: $_" } $self->execute($way, $outcome, %case, name => "$name, by $way");
		push @wrong, map { "after $way: $_" } $self->wrong_answer($self->ask('statement'), 'answer')
		  if !$case{nobody};
		$count->{executions}++;
		$count->{queries} += $case{nobody} ? 1 : 2;
	}
	$count->{cases}++;
	$count->{wrong}++ if @wrong;
	$count->{faults}{$_}++ for $case{fault} // $name;
	diag "$name: $_" for @wrong;
	return !@wrong;
}

# The table of what was done.
sub report
{
	my $self = shift;
	my @columns = qw(faults cases executions queries wrong);
	my %total = map { $_ => 0 } @columns;
	my @lines = ('| | ' . join(' | ', @columns[ 0 .. 3 ], 'not as expected') . ' |', '|---' x 6 . '|');
	for my $family (@{ $self->{families} // [ sort keys %{ $self->{count} } ] })
	{
		my %count = %{ $self->{count}{$family} // next };
		$count{faults} = keys %{ $count{faults} };
		push @lines, "| $family | " . join(' | ', @count{@columns}) . ' |';
		$total{$_} += $count{$_} for @columns;
	}
	push @lines, '| all | ' . join(' | ', @total{@columns}) . ' |';
	return join "\n", @lines, sprintf 'longest %.1f s, most memory %d kB over idle (%s)',
	  $self->{seconds}, $self->{peak_kb} // 0, $self->{peak_case} // 'no case';
}

1;
