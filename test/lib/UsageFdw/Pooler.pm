#
# test/lib/UsageFdw/Pooler.pm
#	  pgbouncer in transaction mode in front of a cluster.
#
#	use UsageFdw::Pooler;
#	my $pooler = pooler($node, users => [ 'reader' ], pool_size => 2);
#	my $session = UsageFdw::Session->new($pooler, user => 'reader');
#
package UsageFdw::Pooler;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

use UsageFdw::Test;

our @EXPORT = qw(find_pgbouncer pooler);

# The program, which is not in the PATH of everybody; undef if it is not installed.
sub find_pgbouncer
{
	my ($pgbouncer) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
	return $pgbouncer;
}

sub conf
{
	my ($self, $node, %options) = @_;
	my ($host, $port) = ($node->host, $node->port);
	return <<"END";
[databases]
* = host=$host port=$port
[pgbouncer]
listen_port = $self->{port}
unix_socket_dir = $self->{host}
logfile = $self->{host}/pgbouncer.log
auth_type = trust
auth_file = $self->{host}/users
pool_mode = transaction
default_pool_size = $options{pool_size}
END
}

# A pooler on a socket; the users log in without a password.  It ends with this process.
sub pooler
{
	my ($node, %options) = @_;
	my $dir = File::Temp->newdir;
	my $self = bless { host => "$dir", port => PostgreSQL::Test::Cluster::get_free_port(), dir => $dir };
	append_to_file("$dir/users", join '', map { qq("$_" ""\n) } @{ $options{users} });
	append_to_file("$dir/ini", conf($self, $node, %options));
	my $socket = "$dir/.s.PGSQL.$self->{port}";
	$self->{daemon} = UsageFdw::Test::start_command($dir, sub { -S $socket }, find_pgbouncer(), "$dir/ini");
	return $self;
}

sub host { return $_[0]{host} }

sub port { return $_[0]{port} }

1;
