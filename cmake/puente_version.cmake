# The git commit in the program, asked for at every build. The file is written only when the answer differs, so a
# build at the same commit compiles nothing.
function(puente_record_version target)
  set(folder "${PROJECT_BINARY_DIR}/generated")
  add_custom_target(puente_version_record
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DOUTPUT=${folder}/version.cpp"
            "-DPUENTE_COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            -P "${PROJECT_SOURCE_DIR}/cmake/write_version.cmake"
    BYPRODUCTS "${folder}/version.cpp"
    COMMENT "Recording the git commit" VERBATIM)
  target_sources(${target} PRIVATE "${folder}/version.cpp")
  add_dependencies(${target} puente_version_record)
endfunction()
