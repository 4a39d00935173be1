// What a model file holds, and its form on disk: safetensors, with the rest in the metadata.
//
//   lithe.version      "1"
//   lithe.network      the sentence
//   lithe.input_divisor, lithe.class_names (a JSON array)
//   lithe.image, lithe.resize       of images alone: "28x28", "crop"
//   lithe.target_mean, lithe.target_deviation    of scaled targets alone: JSON arrays of numbers
//   lithe.schema       of tables alone: JSON (lithe/table.h)
//   lithe.* and any other key: text that nothing here interprets
//
// The tensors are the network's arrays, all of one type, and arrays whose names begin with
// "unknown.". The latter are float32 if that keeps every value, and float64 otherwise.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/unknown.h"

namespace lithe::io {

struct ModelArray {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<std::uint8_t> bytes;  // row-major, little-endian
};

struct ModelFile {
  std::string network;
  double divisor = 1;
  std::vector<std::string> class_names;
  std::map<std::string, std::string> metadata;  // without the keys that have a member here
  bool float64 = false;
  std::vector<ModelArray> arrays;
  std::map<std::string, NamedArray> extra_arrays = {};
  std::vector<std::size_t> image = {};  // empty: the examples are no images
  Resize resize = Resize::crop;
  std::string schema = {};  // empty: the examples are no table
  // Of each output; empty: targets were not scaled.
  std::vector<double> target_mean = {}, target_deviation = {};
  std::string vocabulary = {};  // empty: the examples are no text

  const ModelArray& array(const std::string& name) const;  // which must be there
};

// Throws Error(model) for an extra array that read_model would refuse.
void write_model(const std::filesystem::path& path, const ModelFile& file);

// Throws Error(model) where the file is not a model of ours.
ModelFile read_model(const std::filesystem::path& path);

// Throws Error(model) unless the file has the array in that shape.
void check_array(const ModelFile& file, const std::string& name,
                 const std::vector<std::size_t>& shape, const std::string& path);

template <typename T>
std::vector<std::uint8_t> to_bytes(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <typename T>
std::vector<T> from_bytes(const ModelArray& array) {
  std::vector<T> values(array.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), array.bytes.data(), values.size() * sizeof(T));
  return values;
}

}  // namespace lithe::io
