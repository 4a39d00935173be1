#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_depth.h"
#include "io/safetensors.h"
#include "lithe/error.h"

namespace lithe::io {

namespace {

constexpr const char* kVersion = "1";
constexpr std::size_t kMostClassNames = 1 << 20;
constexpr std::string_view kExtraPrefix = "unknown.";
constexpr std::size_t kMostDimensions = 4;

[[noreturn]] void fail(const std::string& path, const std::string& problem,
                       const std::string& remedy = "a whole file that `lithe train` wrote") {
  throw Error(ErrorKind::model, problem, path, remedy);
}

// Removes an entry from the metadata and returns it.
std::string take(std::map<std::string, std::string>& metadata, const std::string& key,
                 const std::string& path) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    fail(path,
         fmt::format("no '{}' in its metadata: this safetensors file is not a model of Lithe's",
                     key),
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

// Discarded where it is not JSON.
nlohmann::json parse_shallow(const std::string& text) {
  return base::nests_too_deep(text) ? nlohmann::json(nlohmann::json::value_t::discarded)
                                    : nlohmann::json::parse(text, nullptr, false);
}

std::vector<std::string> parse_class_names(const std::string& text, const std::string& path) {
  const auto json = parse_shallow(text);
  std::vector<std::string> names;
  const bool fits =
      json.is_array() && json.size() <= kMostClassNames &&
      std::all_of(json.begin(), json.end(), [](const auto& n) { return n.is_string(); });
  if (!fits) fail(path, "lithe.class_names is not a JSON array of strings");
  for (const auto& name : json) names.push_back(name.get<std::string>());
  return names;
}

std::vector<double> parse_numbers(const std::string& text, const std::string& path) {
  const auto json = parse_shallow(text);
  const bool fits = json.is_array() && json.size() <= kMostClassNames &&
                    std::all_of(json.begin(), json.end(), [](const auto& n) {
                      return n.is_number() && std::isfinite(n.template get<double>());
                    });
  if (!fits) fail(path, "the scaling of its targets is not a JSON array of numbers");
  return json.get<std::vector<double>>();
}

// "32x48x3": at most three numbers.
std::vector<std::size_t> parse_image(const std::string& text, const std::string& path) {
  std::vector<std::size_t> shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t left = std::uint64_t{1} << 40;  // bytes that an image may have
  while (shape.size() < 3) {
    std::uint32_t size = 0;
    const auto [stop, error] = std::from_chars(at, end, size);
    if (error != std::errc{} || size == 0 || size > left) break;
    left /= size;
    shape.push_back(size);
    if (stop == end) return shape;
    if (*stop != 'x') break;
    at = stop + 1;
  }
  fail(path, fmt::format("lithe.image is '{}', not height x width x channels", text.substr(0, 40)));
}

Resize parse_image_resize(const std::string& text, const std::string& path) {
  try {
    return parse_resize(text);
  } catch (const Error& error) {
    fail(path, fmt::format("lithe.resize: {}", error.problem()));
  }
}

// Checks an array that belongs to no layer, so that no network says its shape.
void check_extra(const std::string& name, const NamedArray& array, const std::string& path) {
  const std::vector<std::size_t>& shape = array.shape;
  const bool sound = name.starts_with(kExtraPrefix) && !array.values.empty() && !shape.empty() &&
                     shape.size() <= kMostDimensions;
  if (!sound)
    fail(path, fmt::format("array '{}' of shape {} is neither the network's nor one of one to {} "
                           "dimensions that says what is unknown",
                           name, fmt::join(shape, "x"), kMostDimensions));
  std::size_t left = array.values.size();
  for (const std::size_t size : shape) left = size > 0 && left % size == 0 ? left / size : 0;
  if (left != 1)
    fail(path, fmt::format("array '{}' of shape {} has {} values", name, fmt::join(shape, "x"),
                           array.values.size()));
  if (!std::all_of(array.values.begin(), array.values.end(),
                   [](double value) { return std::isfinite(value); }))
    fail(path, fmt::format("array '{}' has values that are not finite", name),
         "calibrate the model again: lithe calibrate");
}

template <typename T>
std::vector<std::uint8_t> bytes_as(const std::vector<double>& values) {
  return to_bytes(std::vector<T>(values.begin(), values.end()));
}

bool fits_float32(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) {
    return std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()) &&
           static_cast<double>(static_cast<float>(value)) == value;
  });
}

NamedArray read_extra(const TensorView& tensor, const std::string& path) {
  if (tensor.dtype != Dtype::f32 && tensor.dtype != Dtype::f64)
    fail(path, fmt::format("array '{}' is neither float32 nor float64", tensor.name));
  const ModelArray raw{tensor.name, tensor.shape, {tensor.bytes.begin(), tensor.bytes.end()}};
  NamedArray array{tensor.shape, {}};
  if (tensor.dtype == Dtype::f64) {
    array.values = from_bytes<double>(raw);
  } else {
    const std::vector<float> values = from_bytes<float>(raw);
    array.values.assign(values.begin(), values.end());
  }
  check_extra(tensor.name, array, path);
  return array;
}

}  // namespace

const ModelArray& ModelFile::array(const std::string& name) const {
  const auto found = std::find_if(arrays.begin(), arrays.end(),
                                  [&](const ModelArray& a) { return a.name == name; });
  assert(found != arrays.end());
  return *found;
}

void write_model(const std::filesystem::path& path, const ModelFile& file) {
  std::map<std::string, std::string> metadata = file.metadata;
  metadata["lithe.version"] = kVersion;
  metadata["lithe.network"] = file.network;
  metadata["lithe.input_divisor"] = fmt::format("{}", file.divisor);
  metadata["lithe.class_names"] =
      nlohmann::json(file.class_names)
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (!file.image.empty()) {
    metadata["lithe.image"] = fmt::format("{}", fmt::join(file.image, "x"));
    metadata["lithe.resize"] = name(file.resize);
  }
  if (!file.schema.empty()) metadata["lithe.schema"] = file.schema;
  if (!file.vocabulary.empty()) metadata["lithe.vocabulary"] = file.vocabulary;
  if (!file.target_mean.empty()) {
    metadata["lithe.target_mean"] = nlohmann::json(file.target_mean).dump();
    metadata["lithe.target_deviation"] = nlohmann::json(file.target_deviation).dump();
  }
  std::vector<TensorView> tensors;
  for (const ModelArray& array : file.arrays)
    tensors.push_back(
        {array.name, file.float64 ? Dtype::f64 : Dtype::f32, array.shape, array.bytes});
  std::vector<std::vector<std::uint8_t>> kept;  // the memory of the tensors
  kept.reserve(file.extra_arrays.size());
  for (const auto& [name, array] : file.extra_arrays) {
    check_extra(name, array, path.string());
    const bool narrow = fits_float32(array.values);
    kept.push_back(narrow ? bytes_as<float>(array.values) : bytes_as<double>(array.values));
    tensors.push_back({name, narrow ? Dtype::f32 : Dtype::f64, array.shape, kept.back()});
  }
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
  if (metadata.contains("lithe.image")) {
    file.image = parse_image(take(metadata, "lithe.image", name), name);
    file.resize = parse_image_resize(take(metadata, "lithe.resize", name), name);
  }
  if (metadata.contains("lithe.target_mean")) {
    file.target_mean = parse_numbers(take(metadata, "lithe.target_mean", name), name);
    file.target_deviation = parse_numbers(take(metadata, "lithe.target_deviation", name), name);
    if (file.target_mean.size() != file.target_deviation.size() ||
        !std::ranges::all_of(file.target_deviation, [](double value) { return value > 0; }))
      fail(name, "its targets have a mean and no deviation above 0");
  }
  if (metadata.contains("lithe.schema")) file.schema = take(metadata, "lithe.schema", name);
  if (metadata.contains("lithe.vocabulary"))
    file.vocabulary = take(metadata, "lithe.vocabulary", name);
  file.metadata = std::move(metadata);
  std::optional<Dtype> dtype;
  for (const TensorView& tensor : source.tensors()) {
    if (tensor.name.starts_with(kExtraPrefix)) {
      file.extra_arrays[tensor.name] = read_extra(tensor, name);
      continue;
    }
    if (!dtype) dtype = tensor.dtype;
    if (*dtype != Dtype::f32 && *dtype != Dtype::f64)
      fail(name, "its arrays are neither float32 nor float64");
    if (tensor.dtype != *dtype)
      fail(name, fmt::format("array '{}' is of another type than the others", tensor.name));
    file.arrays.push_back({tensor.name, tensor.shape, {tensor.bytes.begin(), tensor.bytes.end()}});
  }
  if (!dtype) fail(name, "there are no arrays in it");
  file.float64 = *dtype == Dtype::f64;
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
