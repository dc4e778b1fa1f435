// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2): what a transport counts, and the addresses that a link has in this
 * stack. All else about devices is answered by the kernel's generic code, which
 * -ENOIOCTLCMD sends on.
 */
#include <linux/if.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/sockios.h>
#include <strata/link.h>
#include <strata/route.h>
#include "socket.h"

#define PLEN_V4_BASE	96	/* of the v4-mapped prefix */

static bool addr_is_of(const struct strata_addr *addr, const char *name)
{
	return strata_addr_is4(&addr->addr) && !addr->link->dead &&
	       !strcmp(addr->link->dev->name, name);
}

/* The oldest IPv4 address of a device, or one of its companions. */
static int addr_ioctl_locked(struct strata_net *sn, unsigned int cmd,
			     struct ifreq *ifr)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr->ifr_addr;
	struct strata_addr *addr = NULL;

	while ((addr = strata_addr_next(sn, addr)))
		if (addr_is_of(addr, ifr->ifr_name))
			break;
	if (!addr)
		return -EADDRNOTAVAIL;
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	switch (cmd) {
	case SIOCGIFBRDADDR:
		sin->sin_addr.s_addr = strata_addr_to4(&addr->broadcast);
		break;
	case SIOCGIFNETMASK:
		sin->sin_addr.s_addr = inet_make_mask(addr->plen - PLEN_V4_BASE);
		break;
	default:
		sin->sin_addr.s_addr = strata_addr_to4(&addr->addr);
	}
	return 0;
}

static int addr_ioctl(struct sock *sk, unsigned int cmd, void __user *arg)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct net_device *dev;
	struct ifreq ifr;
	int err;

	if (get_user_ifreq(&ifr, NULL, arg))
		return -EFAULT;
	ifr.ifr_name[IFNAMSIZ - 1] = 0;
	rcu_read_lock();
	dev = dev_get_by_name_rcu(sock_net(sk), ifr.ifr_name);
	rcu_read_unlock();
	if (!dev)
		return -ENODEV;
	mutex_lock(&sn->config);
	err = addr_ioctl_locked(sn, cmd, &ifr);
	mutex_unlock(&sn->config);
	if (!err && put_user_ifreq(&ifr, arg))
		return -EFAULT;
	return err;
}

/**
 * strata_sock_ioctl() - proto_ops.ioctl
 * @sock: the socket
 * @cmd: SIOC*
 * @arg: mostly a pointer into the program
 *
 * Context: process. Return: 0, -EFAULT, -EADDRNOTAVAIL, -ENODEV, what the
 * protocol says, or -ENOIOCTLCMD: not one of ours.
 */
int strata_sock_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct sock *sk = sock->sk;
	int answer = 0;
	int err;

	switch (cmd) {
	case SIOCGIFADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFDSTADDR:
		return addr_ioctl(sk, cmd, (void __user *)arg);
	case SIOCRTMSG:
		return -EINVAL;	/* nobody has ever offered it */
	}
	err = strata_sock(sk)->proto->ioctl(sk, cmd, &answer);
	if (err)
		return err;
	return put_user(answer, (int __user *)arg);
}
EXPORT_SYMBOL_GPL(strata_sock_ioctl);
