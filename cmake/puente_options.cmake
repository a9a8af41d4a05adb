# Flags every target shares. The numbers must not depend on the processor, so the instruction set is fixed
# (x86-64-v3, which has fused multiply-add), contraction is off and -ffast-math is never used. The two -fno
# flags let loops vectorise without changing a value.
add_library(puente_options INTERFACE)
target_include_directories(puente_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(puente_options INTERFACE
  -march=x86-64-v3 -ffp-contract=off -fno-math-errno -fno-trapping-math
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12 on std::string concatenation (GCC bug 105651).
  target_compile_options(puente_options INTERFACE -Wno-restrict)
endif()
if(PUENTE_WERROR)
  target_compile_options(puente_options INTERFACE -Werror)
endif()
if(PUENTE_SANITIZE)
  target_compile_options(puente_options INTERFACE -fsanitize=${PUENTE_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  # The sanitizers' own code confuses this warning (GCC manual, -Wmaybe-uninitialized).
  target_compile_options(puente_options INTERFACE -Wno-maybe-uninitialized)
  target_link_options(puente_options INTERFACE -fsanitize=${PUENTE_SANITIZE})
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
