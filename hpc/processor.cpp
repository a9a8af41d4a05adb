// Compiled for plain x86-64 and free of the C++ library: nothing here may use what it is about to look for, nor lend
// a plain copy of an inline function to the rest of the program.
#include "hpc/processor.hpp"

#include <stdlib.h>
#include <unistd.h>

namespace puente {

void require_processor() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v3")) return;
  static const char message[] =
      "puente: this processor is too old: it lacks AVX2 and fused multiply-add (x86-64-v3), without which the same "
      "run would give other digits. Run on a processor from 2015 or later, or ask the cluster for such a node.\n";
  const auto written = write(STDERR_FILENO, message, sizeof message - 1);
  _exit(written < 0 ? EXIT_FAILURE : unfit_machine);
}

}  // namespace puente
