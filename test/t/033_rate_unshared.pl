#
# max_requests_per_minute where the library is not loaded when the server starts: from
# version 17 on sessions count together all the same; before, each counts by itself, and
# that is said when the option is set.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Rate;
use UsageFdw::Session;
use UsageFdw::Test;

my $simulator = simulator();
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);
my $is_shared = major_version() >= 17;

# What is said of a command: SQLSTATE and message of each notice.
sub said
{
	my $answer = $session->query(shift);
	die $answer->{error}{M} if $answer->{error};
	return join "\n", map { "$_->{C} $_->{M}" } @{ $answer->{notices} };
}

my $warning = $is_shared ? '' : '55000 option "max_requests_per_minute" limits each session by itself';
$session->rows('CREATE EXTENSION usage_fdw');
is(said(q{CREATE SERVER one FOREIGN DATA WRAPPER usage_fdw OPTIONS (max_requests_per_minute '5')}), $warning, 'a new server');
is(said(q{ALTER SERVER one OPTIONS (SET max_requests_per_minute '7')}), $warning, 'another limit');
is(said(q{ALTER SERVER one OPTIONS (SET max_requests_per_minute '0')}), '', 'no limit');
is(said(q{ALTER SERVER one OPTIONS (DROP max_requests_per_minute)}), '', 'the option is dropped');
is(said(q{ALTER SERVER one OPTIONS (ADD max_requests_per_minute '5')}), $warning, 'it is added');

set_limit($node, $simulator, 'limited', 2);
my $other = UsageFdw::Session->new($node);
my $query = 'SELECT count(*) >= 0 FROM limited.completions WHERE day = current_date - 1';
is($session->value($query), 't', 'a request');
is($session->value($query), 't', 'another one');
ok(waits_for_turn($session, $query), 'and no more');
is(waits_for_turn($other, $query) ? 'waits' : 'begins', $is_shared ? 'waits' : 'begins', 'those of another session');
is(said("EXPLAIN $query"), '', 'queries are not warned of it');

# A library that is loaded at the start as well makes no difference from 17 on; before, it
# makes them count together (032_rate_limit.pl).
my $loaded = cluster('loaded', conf => loaded_at_start());
$session = UsageFdw::Session->new($loaded);
set_limit($loaded, $simulator, 'limited', 1);
is(said(q{ALTER SERVER limited OPTIONS (SET max_requests_per_minute '1')}), '', 'no warning where it is loaded at the start');
is($session->value($query), 't', 'a request of one session');
ok(waits_for_turn(UsageFdw::Session->new($loaded), $query), 'counts for others');

done_testing();
