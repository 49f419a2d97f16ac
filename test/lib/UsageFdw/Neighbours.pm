#
# test/lib/UsageFdw/Neighbours.pm
#	  Other extensions that load libraries into each session, as the distribution has them.
#
#	use UsageFdw::Neighbours;
#	my @loaded = installed(qw(pg_cron pgaudit));
#	$node->append_conf('postgresql.conf', loaded_with(@loaded));
#
package UsageFdw::Neighbours;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

use UsageFdw::Rate;
use UsageFdw::Test;

our @EXPORT = qw(installed loaded_with);

# Those of the libraries that are installed; of the others the test's log says so.
sub installed
{
	my $dir = pg_config('--pkglibdir');
	my %has = map { $_ => -e "$dir/$_.so" } @_;
	note("not installed: $_") for grep { !$has{$_} } @_;
	return grep { $has{$_} } @_;
}

# A setting of a cluster that loads them, and usage_fdw after them, when it starts.
sub loaded_with
{
	my @libraries = @_;
	my $first = join '', map { "$_, " } @libraries;
	return loaded_at_start() =~ s/'/'$first/r;
}

1;
