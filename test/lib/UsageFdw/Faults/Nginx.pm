#
# test/lib/UsageFdw/Faults/Nginx.pm
#	  nginx with TLS in front of a simulator, to be reloaded, restarted and killed.
#
#	my $nginx = nginx($simulator, h2 => 'listen 127.0.0.1:%d ssl http2; keepalive_requests 2;');
#	connect_server($node, $nginx->{h2}, options => { ca_file => $nginx->{ca_file} });
#	reload($nginx);
#
# Its certificate is another after each restart; ca_file vouches for all of them.
#
package UsageFdw::Faults::Nginx;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;
use IO::Socket::INET;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

use UsageFdw::Test;

our @EXPORT = qw(find_nginx nginx reload restart kill_workers connections_of protocols_of);

use constant CERTIFICATES => 2;

my @running;

END
{
	my $status = $?;
	$_->kill_kill(grace => 2) for map { $_->{handle} // () } @running;
	$? = $status;
}

# The program, which is not in the PATH of everybody; undef if it is not installed.
sub find_nginx
{
	my ($program) = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
	return $program;
}

# The configuration: a server for each name.
sub write_conf
{
	my ($nginx, $simulator, %servers) = @_;
	my $dir = $nginx->{dir};
	my $temporary = join '', map { "${_}_temp_path $dir/$_;\n" } qw(client_body proxy fastcgi uwsgi scgi);
	my $conf = <<"END";
worker_processes 1;
pid $dir/pid;
error_log $dir/error.log info;
events { worker_connections 512; }
http {
$temporary
log_format short '\$server_port \$connection \$server_protocol \$status';
access_log $dir/access.log short;
ssl_certificate $dir/crt;
ssl_certificate_key $dir/key;
upstream simulator { server 127.0.0.1:$simulator->{port}; keepalive 8; }
END
	for my $name (sort keys %servers)
	{
		my $port = PostgreSQL::Test::Cluster::get_free_port();
		my $lines = sprintf $servers{$name}, $port;
		$conf .= <<"END";
server {
	$lines
	location / {
		proxy_pass http://simulator;
		proxy_http_version 1.1;
		proxy_set_header Connection "";
	}
}
END
		$nginx->{$name} = { port => $port, url => "https://127.0.0.1:$port" };
	}
	append_to_file("$dir/conf", "$conf}\n");
	return;
}

# Take the next certificate.
sub change_certificate
{
	my $nginx = shift;
	my @files = @{ $nginx->{certificates}[ $nginx->{starts}++ % CERTIFICATES ] };
	for my $kind (qw(crt key))
	{
		my $source = shift @files;
		unlink "$nginx->{dir}/$kind";
		append_to_file("$nginx->{dir}/$kind", slurp_file($source));
	}
	return;
}

sub is_listening { return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift) }

sub start
{
	my $nginx = shift;
	change_certificate($nginx);
	$nginx->{handle} = IPC::Run::start(
		[ 'setpriv', '--pdeathsig', 'TERM', find_nginx(), '-e', 'stderr', '-c', "$nginx->{dir}/conf", '-g', 'daemon off;' ],
		'<', '/dev/null', '>', "$nginx->{dir}/log", '2>', "$nginx->{dir}/log");
	return;
}

sub wait_for_start
{
	my $nginx = shift;
	poll_until(sub { is_listening($nginx->{some_port}) && -s "$nginx->{dir}/pid" }, 20)
	  or die 'nginx did not start: ' . slurp_file("$nginx->{dir}/log");
	return;
}

# A running nginx with these servers: names, and what is in their blocks, with %d for the
# port.  Its members: by each name that server's url, and ca_file.
sub nginx
{
	my ($simulator, %servers) = @_;
	my $nginx = { dir => File::Temp->newdir, starts => 0,
		certificates => [ map { [ tls_certificate("nginx$_", '127.0.0.1') ] } 1 .. CERTIFICATES ] };
	write_conf($nginx, $simulator, %servers);
	$nginx->{some_port} = $nginx->{ (sort keys %servers)[0] }{port};
	$nginx->{ca_file} = "$nginx->{dir}/ca";
	append_to_file($nginx->{ca_file}, slurp_file($_->[0])) for @{ $nginx->{certificates} };
	push @running, $nginx;
	start($nginx);
	wait_for_start($nginx);
	return $nginx;
}

sub pid_of
{
	my ($pid) = slurp_file("$_[0]{dir}/pid") =~ /(\d+)/;
	return $pid;
}

# New workers take over; the old ones say goodbye to their connections.
sub reload
{
	kill 'HUP', pid_of(shift);
	return;
}

# It ends, dropping all connections, and another one starts, with another certificate.
sub restart
{
	my $nginx = shift;
	$nginx->{handle}->kill_kill(grace => 5);
	start($nginx);
	wait_for_start($nginx);
	return;
}

# The workers die, and others are started.
sub kill_workers
{
	my $pid = pid_of(shift);
	my ($children) = map { slurp_file($_) } "/proc/$pid/task/$pid/children";
	kill 'KILL', split ' ', $children;
	return;
}

sub log_of
{
	my ($nginx, $name) = @_;
	return grep { $_->[0] == $nginx->{$name}{port} } map { [split] } split /\n/, slurp_file("$nginx->{dir}/access.log");
}

# How many connections a server has answered on so far; and by which protocols.
sub connections_of
{
	my %seen = map { $_->[1] => 1 } log_of(@_);
	return scalar keys %seen;
}

sub protocols_of
{
	my %seen = map { $_->[2] => 1 } log_of(@_);
	return join ' ', sort keys %seen;
}

1;
