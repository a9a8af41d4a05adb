// Are two files the same? Everything outside /provenance and /checksums: names, types, shapes, attributes,
// dimensions and every value, bit for bit (a NaN equals a NaN of the same bits). Works on any HDF5 file. Not
// thread-safe.
#pragma once

#include <string>
#include <vector>

namespace puente::io {

struct Difference {
  std::string path;  ///< of the group, dataset or attribute: "/fgt", "/fgt@units"
  std::string text;  ///< how they differ
};

/// Empty when the files are equal. Throws Error when one cannot be read.
std::vector<Difference> compare_files(const std::string& a, const std::string& b);

}  // namespace puente::io
