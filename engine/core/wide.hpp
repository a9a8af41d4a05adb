// Loops that a processor with wider registers, and twice as many of them, runs faster. No result changes: the operations
// and their order are the same, and nothing is contracted.
#pragma once

/// Before a function: compiled for x86-64-v4 (AVX-512) as well, and the processor at hand decides when the program is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PUENTE_WIDE __attribute__((target_clones("arch=x86-64-v4", "default")))
#else
#define PUENTE_WIDE
#endif
