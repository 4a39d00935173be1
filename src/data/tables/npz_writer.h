// Writes .npz files, which numpy.load() reads: a ZIP archive of arrays, not compressed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lithe::data {

class NpzWriter {
 public:
  // `values`: [rows][columns], row-major; with no columns the array has one dimension.
  void add(const std::string& name, std::span<const double> values, std::size_t columns);
  void add(const std::string& name, const std::vector<bool>& values);
  // Texts of UTF-8, as numpy's <U.
  void add(const std::string& name, std::span<const std::string> values);
  // Throws Error(io); an older file is replaced when the new one is whole.
  void save(const std::filesystem::path& path) const;

 private:
  struct Entry {
    std::string name, bytes;
  };
  std::vector<Entry> entries_;
};

}  // namespace lithe::data
