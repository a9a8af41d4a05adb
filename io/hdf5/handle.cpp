#include "io/hdf5/handle.hpp"

namespace puente::io {

namespace {

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  auto& cause = *static_cast<std::string*>(text);
  if (cause.empty() && entry->desc != nullptr) cause = entry->desc;
  return 0;
}

}  // namespace

void quiet_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string hdf5_cause() {
  std::string cause;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &cause);
  return cause;
}

Error hdf5_error(std::string_view what) {
  const std::string cause = hdf5_cause();
  std::string message = "cannot " + std::string(what);
  if (!cause.empty()) message += ": HDF5 says: " + cause;
  return {ExitCode::io_error, message};
}

}  // namespace puente::io
