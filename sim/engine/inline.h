// Where the compiler must inline: GCC drops a helper that only prefetches as having no effect
// unless it is inlined by force (performance.md, section 8).
#pragma once

#define ORB_ALWAYS_INLINE __attribute__((always_inline)) inline
#define ORB_NO_INLINE __attribute__((noinline))
