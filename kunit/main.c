// SPDX-License-Identifier: GPL-2.0
/*
 * The suites' module. It is apart from strata.ko because a module's suites run
 * before its own init, and because stock kernels have no KUnit.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit suites of Strata");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(STRATA_KUNIT);
