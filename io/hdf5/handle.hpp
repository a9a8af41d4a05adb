// Ownership of HDF5 identifiers and checked calls. One template serves files, groups, datasets, spaces,
// types, attributes and property lists. Closing can be where HDF5 first reports a full disk, so a path that
// succeeds calls close(), which throws; the destructor is for paths that already fail and never throws. HDF5
// is not thread-safe here: one thread of a rank uses it at a time.
#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>
#include <utility>

#include "engine/core/error.hpp"

namespace puente::io {

/// Stops HDF5 from printing its errors; they are put into Error texts instead.
void quiet_hdf5();

/// The innermost cause on HDF5's error stack, "" when there is none.
std::string hdf5_cause();

/// "what: cause", as an Error of kind io_error.
Error hdf5_error(std::string_view what);

/// Returns `id` or `status`, throws Error (io_error) when it is negative.
template <class Result>
Result check(Result result, std::string_view what) {
  if (result < 0) throw hdf5_error(what);
  return result;
}

template <herr_t (*close_id)(hid_t)>
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, std::string_view what) : id_(check(id, what)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    Handle old(std::move(*this));
    id_ = std::exchange(other.id_, H5I_INVALID_HID);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_id(id_);
  }

  operator hid_t() const { return id_; }
  void close(std::string_view what) { check(close_id(std::exchange(id_, H5I_INVALID_HID)), what); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using FileHandle = Handle<H5Fclose>;
using GroupHandle = Handle<H5Gclose>;
using DatasetHandle = Handle<H5Dclose>;
using SpaceHandle = Handle<H5Sclose>;
using TypeHandle = Handle<H5Tclose>;
using AttributeHandle = Handle<H5Aclose>;
using PropertyHandle = Handle<H5Pclose>;
using ObjectHandle = Handle<H5Oclose>;

}  // namespace puente::io
