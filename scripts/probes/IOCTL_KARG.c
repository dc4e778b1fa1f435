// SPDX-License-Identifier: GPL-2.0
/* proto.ioctl takes a kernel int * */
#include <net/sock.h>

int probe(struct sock *sk, int *karg)
{
	return sk->sk_prot->ioctl(sk, 0, karg);
}
