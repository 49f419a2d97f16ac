#
# test/lib/UsageFdw/Interrupt.pm
#	  A query that is told to end ends at once, and its session goes on.
#
#	my $interrupt = UsageFdw::Interrupt->new($node, tries => 20, limit_ms => 100,
#		waiting => q{wait_event = 'AppendReady'}, answer => [ $sql, $expected ]);
#	$interrupt->stops_at_once('in connect', sql => 'SELECT * FROM unreachable.completions');
#
package UsageFdw::Interrupt;

use strict;
use warnings;

use List::Util qw(max);
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

# Options:
#	tries			cancellations and timeouts in each place
#	terminations	of so many sessions; default: 1
#	limit_ms		from the signal to the error
#	outliers		tries that may take longer, as a machine may be busy with
#					something else; default: none
#	waiting			what pg_stat_activity says of a session that waits; a query
#					may have another
#	answer			a query that gets through, and what it answers
#	session			is interrupted; default: a new one for each way
sub new
{
	my ($class, $node, %options) = @_;
	my $self = { terminations => 1, outliers => 0, %options, node => $node };
	$self->{other} = UsageFdw::Session->new($node);
	return bless $self, $class;
}

sub is_waiting
{
	my ($self, $session, $waiting) = @_;
	return $self->{other}->value('SELECT count(*) FROM pg_stat_activity WHERE pid = '
		  . $session->pid . ' AND ' . ($waiting // $self->{waiting}));
}

# Start a query that will not end, and wait until it is where it should be; then
# call the function.  The answer, and milliseconds from the signal to it.
sub interrupt
{
	my ($self, $session, $function, %query) = @_;
	my $there = $query{there} ? $query{there}->() : sub { 1 };
	$session->send($query{sql});
	poll_until(sub { $there->() && ($query{busy} || $self->is_waiting($session, $query{waiting})) })
	  or die "never got there: $query{sql}";
	my $signal = time();
	$self->{other}->rows("SELECT $function(" . $session->pid . ')');
	my $answer = $session->finish;
	return ($answer, 1000 * ($answer->{time} - $signal));
}

# The same for statement_timeout: milliseconds beyond it.
sub time_out
{
	my ($session, %query) = @_;
	my $timeout_ms = 30 + int rand 30;
	$session->rows("SET statement_timeout = $timeout_ms");
	my $start = time();
	my $answer = $session->query($query{sql});
	$session->rows('RESET statement_timeout');
	return ($answer, 1000 * ($answer->{time} - $start) - $timeout_ms);
}

# A session survives so many tries of a way: a name, and a function of a session
# that gives an answer and milliseconds.
sub try_often
{
	my ($self, $where, $way, $try) = @_;
	my ($tries, $outliers) = @$self{qw(tries outliers)};
	my ($sql, $expected) = @{ $self->{answer} };
	my $session = $self->{session} // UsageFdw::Session->new($self->{node});
	my ($canceled, $alive, @times) = (0, 0);
	for (1 .. $tries)
	{
		my ($answer, $ms) = $try->($session);
		$canceled++ if $answer->{error} && $answer->{error}{C} eq '57014';
		$alive++ if $session->value($sql) eq $expected;
		push @times, $ms;
	}
	@times = sort { $a <=> $b } @times;
	diag sprintf '%s %s: median %.1f ms, maximum %.1f ms', $way, $where, $times[ $tries / 2 ], $times[-1];
	is($canceled, $tries, "$way $where ends the query");
	cmp_ok($times[ -1 - $outliers ], '<', $self->{limit_ms}, "$way $where acts at once");
	is($alive, $tries, "the session goes on after $way $where");
	return;
}

sub terminate
{
	my ($self, $where, %query) = @_;
	my ($ended, @times) = (0);
	for (1 .. $self->{terminations})
	{
		my $session = UsageFdw::Session->new($self->{node});
		my ($answer, $ms) = $self->interrupt($session, 'pg_terminate_backend', %query);
		$ended++ if $answer->{closed} && $answer->{error}{C} eq '57P01';
		push @times, $ms;
	}
	is($ended, $self->{terminations}, "pg_terminate_backend $where ends the session");
	cmp_ok(max(@times), '<', $self->{limit_ms}, "pg_terminate_backend $where acts at once");
	return;
}

# Eight checks: all ways to stop a query, in this place.  Members of the query:
#	sql
#	there	a function that returns a condition: has the query got there since?
#	waiting	what pg_stat_activity says of it, if not what it says of all
#	busy	it works there, and does not wait
sub stops_at_once
{
	my ($self, $where, %query) = @_;
	$self->try_often($where, 'pg_cancel_backend',
		sub { $self->interrupt(shift, 'pg_cancel_backend', %query) });
	$self->try_often($where, 'statement_timeout', sub { time_out(shift, %query) });
	$self->terminate($where, %query);
	return;
}

1;
