#
# test/lib/UsageFdw/Rate.pm
#	  What tests of max_requests_per_minute share.
#
package UsageFdw::Rate;

use strict;
use warnings;

use Cwd;
use Exporter 'import';

use UsageFdw::Test;

our @EXPORT = qw(loaded_at_start counts_together set_limit waits_for_turn);

my $stage = Cwd::abs_path('tmp_check/stage');

# A setting of a cluster that loads the library when it starts.  By its path, as Debian's
# extension_destdir is not searched then.
sub loaded_at_start
{
	return "shared_preload_libraries = '$stage" . pg_config('--pkglibdir') . "/usage_fdw'\n";
}

# One by which its sessions count their requests together; from version 17 on they do
# without.
sub counts_together
{
	return major_version() >= 17 ? '' : loaded_at_start();
}

# A server and a schema of this name with a table "completions", whose requests are
# limited.
sub set_limit
{
	my ($node, $api, $name, $limit, %options) = @_;
	connect_tables($node, $api, $name, options => { max_requests_per_minute => $limit, %options });
	return;
}

# Does this command wait for its turn, until it is stopped?
sub waits_for_turn
{
	my ($session, $sql) = @_;
	$session->rows(q{SET statement_timeout = '200ms'});
	my $answer = $session->query($sql);
	$session->rows('RESET statement_timeout');
	return ($answer->{error}{C} // '') eq '57014';
}

1;
