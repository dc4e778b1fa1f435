/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `bridge mdb` reaches devices other than the kernel's bridge since 6.5.
 */
#ifndef _COMPAT_STRATA_MDB_H
#define _COMPAT_STRATA_MDB_H

#ifdef HAVE_STRATA_NDO_MDB
#define STRATA_NDO_MDB(dump, add, del) \
	.ndo_mdb_dump = dump, .ndo_mdb_add = add, .ndo_mdb_del = del,
#else
#define STRATA_NDO_MDB(dump, add, del)
#endif

#endif /* _COMPAT_STRATA_MDB_H */
