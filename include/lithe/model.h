// A model: a network with its learned values and what is needed to use it. On disk it is a
// safetensors file (https://github.com/huggingface/safetensors) with one tensor for each array,
// "layers.0.weight" [inputs, units] and "layers.0.bias" [units], so that y = x W + b; its metadata
// holds the rest under keys that begin with "lithe.".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/network.h"
#include "lithe/unknown.h"

namespace lithe {

enum class Precision { float32, float64 };
std::string_view name(Precision precision);
Precision parse_precision(std::string_view text);  // throws Error(usage)

// What the values mean that come in and go out.
struct Meaning {
  double divisor = 1;                         // inputs are divided by it: 255 for pixels
  std::vector<std::string> class_names = {};  // empty: numbers from 0
  // Where examples are images: {height, width} or {height, width, channels}, which a network that
  // takes a flat row does not say; and what makes another picture one of them.
  std::vector<std::size_t> image = {};
  Resize resize = Resize::crop;
};

// What these data mean.
Meaning meaning_of(const Dataset& data);

struct ModelData;  // the engine's side of a model

class Model {
 public:
  // Initial values as the network's initializers say, from `seed`. The network must begin with
  // `input`.
  Model(Network network, Precision precision, std::uint64_t seed, Meaning meaning = {});
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // Throws Error(model) if the file is not a whole and consistent model, Error(io) if it can't be
  // read or written. Saving replaces an older file only when the new one is safely on disk.
  static Model load(const std::filesystem::path& path);
  void save(const std::filesystem::path& path) const;

  const Network& network() const;
  Precision precision() const;
  const Meaning& meaning() const;
  // Free text that is kept with the model ("lithe.loss", "lithe.optimizer", ...).
  std::map<std::string, std::string>& notes();
  const std::map<std::string, std::string>& notes() const;
  // Arrays that are kept with the model and belong to no layer. Their names begin with "unknown.",
  // they have at least one value and at most 4 dimensions, and every value is finite: what a score
  // of unknownness needs (lithe/calibrate.h).
  std::map<std::string, NamedArray>& extra_arrays();
  const std::map<std::string, NamedArray>& extra_arrays() const;

  // The learned arrays by name, row-major.
  std::vector<std::string> names() const;
  std::vector<std::size_t> shape(const std::string& array) const;
  std::vector<double> values(const std::string& array) const;
  void set_values(const std::string& array, const std::vector<double>& given);

  // Gives every `standardize` layer that the examples come to the mean and the standard deviation
  // of their columns. A column that is always the same becomes 0.
  void standardize(const Features& features);

  // The network's outputs for each row of `features`: rows x outputs, row-major.
  std::vector<double> predict(const Features& features) const;

  ModelData& data() const { return *data_; }

 private:
  explicit Model(std::unique_ptr<ModelData> data);
  std::unique_ptr<ModelData> data_;
};

}  // namespace lithe
