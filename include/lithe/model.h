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

// How data become the values that go into a network, and what its outputs are called.
struct Preprocessing {
  double divisor = 1;                         // inputs are divided by it: 255 for pixels
  std::vector<std::string> class_names = {};  // empty: numbers from 0
  // Of images: {height, width} or {height, width, channels}, which a network that takes a flat row
  // does not say, and how another picture is brought to that form.
  std::vector<std::size_t> image = {};
  Resize resize = Resize::crop;
  // Of targets that were standardised while the network learned them, one for each output: an
  // output z of the network stands for z * target_deviation + target_mean, which is what predict()
  // gives. Empty: z itself.
  std::vector<double> target_mean = {}, target_deviation = {};
  // Of a table: TableSchema::to_json(), by which another file, or a row of one, is read.
  std::string schema = {};
  // Of text: Vocabulary::to_json().
  std::string vocabulary = {};
};

// The preprocessing of a data set: its divisor, class names, image shape and table schema.
Preprocessing preprocessing_of(const Dataset& data);

struct ModelData;  // what a model is made of (src/train/model_data.h)

class Model {
 public:
  // Draws the initial values as the network's initializers say, from `seed`. The network must begin
  // with `input`; Error(sentence) otherwise.
  explicit Model(Network network, Precision precision = Precision::float32, std::uint64_t seed = 1,
                 Preprocessing preprocessing = {});
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // Throws Error(model) if the file is not a whole and consistent model, Error(io) if it can't be
  // read or written. Saving replaces an older file only when the new one is safely on disk.
  static Model load(const std::filesystem::path& path);
  void save(const std::filesystem::path& path) const;

  const Network& network() const;
  Precision precision() const;
  // A Trainer sets the divisor to that of its examples, and names the classes by number where they
  // have no names.
  const Preprocessing& preprocessing() const;
  void set_preprocessing(Preprocessing preprocessing);
  // Text that is kept with the model. A Trainer writes "lithe.loss", "lithe.optimizer",
  // "lithe.augment", "lithe.batch" and "lithe.seed"; keys of your own may have any other name.
  std::map<std::string, std::string>& metadata();
  const std::map<std::string, std::string>& metadata() const;
  // Arrays that are kept with the model and belong to no layer: the values of an
  // out-of-distribution score (lithe/calibrate.h). Their names begin with "unknown.", they have one
  // to four dimensions, and every value is finite.
  std::map<std::string, NamedArray>& extra_arrays();
  const std::map<std::string, NamedArray>& extra_arrays() const;

  // The learned arrays by name, row-major. Throws Error(model) for a name that is not there, or for
  // a number of values that is not the array's.
  std::vector<std::string> names() const;
  std::vector<std::size_t> shape(const std::string& array) const;
  std::vector<double> values(const std::string& array) const;
  void set_values(const std::string& array, const std::vector<double>& given);

  // Gives each `standardize` layer that follows the input directly the mean and the standard
  // deviation of each column of these examples. A constant column becomes 0. Columns whose numbers
  // of categories embed_columns reads stay as they are.
  void standardize(const Features& features);
  // The same, each row counting as much as its weight says.
  void standardize(const Examples& examples);

  // Of a network for sequences of unequal length: how many positions they have at most, to which
  // features are padded. It changes no answer, but predictors and learners made before it must not
  // be used any more. Throws Error(usage) for another network.
  void set_positions(std::size_t most);

  // [rows][outputs], row-major. Features whose divisor is 1 are brought to the model's scale, where
  // they are 0 to 1 or 0 to its divisor. Throws Error(data) for others, and for rows that do not
  // fit.
  std::vector<double> predict(const Features& features) const;
  // The same of windows of one long sequence that go on where the one before ended, divided into
  // that many streams (TrainOptions::stateful). Throws Error(usage) where they cannot.
  std::vector<double> predict_in_streams(const Features& features, std::size_t streams) const;

 private:
  friend ModelData& data_of(const Model& model);
  explicit Model(std::unique_ptr<ModelData> data);
  std::unique_ptr<ModelData> data_;
};

// A layer of a model.
struct LayerDescription {
  std::size_t number = 0;           // from 1; the input and layers that hold others do not count
  std::string label;                // "1 dense(30, sigmoid)"
  Shape output;                     // of one example
  std::size_t parameters = 0;       // trainable values
  double operations = 0;            // of the forward pass of one example
  std::vector<std::string> arrays;  // their names: Model::shape and Model::values take them
};

// The layers in their order, those inside of others too.
std::vector<LayerDescription> describe_layers(const Model& model);

}  // namespace lithe
