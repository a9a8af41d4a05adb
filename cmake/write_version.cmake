# Writes version.cpp from version.cpp.in. SOURCE, OUTPUT and PUENTE_COMPILER come from the command line.
# Another user's checkout is read too: only its commit is asked for.
execute_process(
  COMMAND git -c "safe.directory=${SOURCE}" describe --always --dirty --abbrev=12 --match "v[0-9]*"
  WORKING_DIRECTORY "${SOURCE}"
  OUTPUT_VARIABLE PUENTE_GIT_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  set(PUENTE_GIT_COMMIT "unknown")
endif()
configure_file("${SOURCE}/cmake/version.cpp.in" "${OUTPUT}" @ONLY)
