"""What happens when machines, disks, clocks and people misbehave: real processes, real sockets, real signals."""
