#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/safetensors.h"
#include "lithe/error.h"

namespace lithe::io {

namespace {

constexpr const char* kVersion = "1";
constexpr std::size_t kMostClassNames = 1 << 20;

[[noreturn]] void fail(const std::string& path, const std::string& problem,
                       const std::string& remedy = {}) {
  throw Error(ErrorKind::model, problem, path, remedy);
}

// Takes an entry out of the metadata.
std::string take(std::map<std::string, std::string>& metadata, const std::string& key,
                 const std::string& path) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    fail(path,
         fmt::format("no '{}' in its metadata: this safetensors file is no model of Lithe's", key),
         "a file that `lithe train` saved");
  std::string value = found->second;
  metadata.erase(found);
  return value;
}

double parse_divisor(const std::string& text, const std::string& path) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !(value > 0) || !std::isfinite(value))
    fail(path,
         fmt::format("lithe.input_divisor is '{}', not a number above 0", text.substr(0, 40)));
  return value;
}

std::vector<std::string> parse_class_names(const std::string& text, const std::string& path) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  std::vector<std::string> names;
  const bool fits =
      json.is_array() && json.size() <= kMostClassNames &&
      std::all_of(json.begin(), json.end(), [](const auto& n) { return n.is_string(); });
  if (!fits) fail(path, "lithe.class_names is not a JSON array of strings");
  for (const auto& name : json) names.push_back(name.get<std::string>());
  return names;
}

}  // namespace

const ModelArray& ModelFile::array(const std::string& name) const {
  const auto found = std::find_if(arrays.begin(), arrays.end(),
                                  [&](const ModelArray& a) { return a.name == name; });
  assert(found != arrays.end());
  return *found;
}

void write_model(const std::filesystem::path& path, const ModelFile& file) {
  std::map<std::string, std::string> metadata = file.notes;
  metadata["lithe.version"] = kVersion;
  metadata["lithe.network"] = file.network;
  metadata["lithe.input_divisor"] = fmt::format("{}", file.divisor);
  metadata["lithe.class_names"] =
      nlohmann::json(file.class_names)
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::vector<TensorView> tensors;
  for (const ModelArray& array : file.arrays)
    tensors.push_back(
        {array.name, file.float64 ? Dtype::f64 : Dtype::f32, array.shape, array.bytes});
  write_safetensors(path, tensors, metadata);
}

ModelFile read_model(const std::filesystem::path& path) {
  const SafetensorsFile source = read_safetensors(path);
  const std::string name = path.string();
  std::map<std::string, std::string> metadata = source.metadata();
  ModelFile file;
  file.network = take(metadata, "lithe.network", name);
  if (const std::string version = take(metadata, "lithe.version", name); version != kVersion)
    fail(name,
         fmt::format("this model is of form '{}', and this program reads form {}",
                     version.substr(0, 20), kVersion),
         "a newer Lithe");
  file.divisor = parse_divisor(take(metadata, "lithe.input_divisor", name), name);
  file.class_names = parse_class_names(take(metadata, "lithe.class_names", name), name);
  file.notes = std::move(metadata);
  if (source.tensors().empty()) fail(name, "there are no arrays in it");
  const Dtype dtype = source.tensors().front().dtype;
  if (dtype != Dtype::f32 && dtype != Dtype::f64)
    fail(name, "its arrays are neither float32 nor float64");
  file.float64 = dtype == Dtype::f64;
  for (const TensorView& tensor : source.tensors()) {
    if (tensor.dtype != dtype)
      fail(name, fmt::format("array '{}' is of another type than the others", tensor.name));
    file.arrays.push_back({tensor.name, tensor.shape, {tensor.bytes.begin(), tensor.bytes.end()}});
  }
  return file;
}

void check_array(const ModelFile& file, const std::string& name,
                 const std::vector<std::size_t>& shape, const std::string& path) {
  const auto found = std::find_if(file.arrays.begin(), file.arrays.end(),
                                  [&](const ModelArray& a) { return a.name == name; });
  if (found == file.arrays.end())
    fail(path, fmt::format("its network has an array '{}' that is not in the file", name));
  if (found->shape != shape)
    fail(path, fmt::format("array '{}' is {} in the file and {} in its network", name,
                           fmt::join(found->shape, "x"), fmt::join(shape, "x")));
}

}  // namespace lithe::io
