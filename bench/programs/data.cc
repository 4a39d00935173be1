#include "data.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "lithe/data.h"

namespace lithe::bench {

namespace {

// Of random data.
std::size_t test_rows_of(const Task& task) {
  if (task.kind != "train") return 0;
  return task.data == "tokens" ? 100 : 2'000;
}

std::size_t size_of(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

// Rows of an image are (row, column, channel); they become (channel, row, column).
std::vector<double> with_channels_first(const std::vector<double>& weight,
                                        const std::vector<std::size_t>& image) {
  const std::size_t places = image[0] * image[1], channels = image[2];
  const std::size_t units = weight.size() / (places * channels);
  std::vector<double> result(weight.size());
  for (std::size_t place = 0; place < places; ++place)
    for (std::size_t channel = 0; channel < channels; ++channel)
      std::copy_n(
          weight.begin() + static_cast<std::ptrdiff_t>((place * channels + channel) * units), units,
          result.begin() + static_cast<std::ptrdiff_t>((channel * places + place) * units));
  return result;
}

Start start_of(const nlohmann::json& layer, std::size_t number) {
  const std::size_t units = layer["units"];
  if (layer["layer"] == "batch_norm")
    return {number, {units}, std::vector<double>(units, 1), std::vector<double>(units, 0)};
  Start result{number, layer["shape"], {}, std::vector<double>(units)};
  const bool is_normal = layer["distribution"] == "normal";
  const double deviation = layer["deviation"], bias_deviation = layer["bias_deviation"];
  const std::uint64_t array = 2 * (kFirstLayer + number);
  result.weight.resize(size_of(result.shape));
  for (std::size_t i = 0; i < result.weight.size(); ++i)
    result.weight[i] = (is_normal ? normal(array, i) : uniform(array, i)) * deviation;
  for (std::size_t i = 0; i < units; ++i) result.bias[i] = normal(array + 1, i) * bias_deviation;
  return result;
}

void read_mnist(Examples32& to) {
  const Dataset data = load_dataset("mnist", data_folder(""));
  const auto read = [](const Examples& from, std::vector<float>& x,
                       std::vector<std::int64_t>& classes) {
    for (std::size_t row = 0; row < from.features.rows; ++row)
      for (std::size_t i = 0; i < from.features.columns; ++i)
        x.push_back(static_cast<float>(from.features.row(row)[i]) / 255.0F);
    classes.assign(from.labels, from.labels + from.features.rows);
  };
  read(data.train.slice(0, to.rows), to.x, to.classes);
  read(data.test, to.test_x, to.test_classes);
  to.test_rows = to.test_classes.size();
}

// The class that a linear map of the row tells.
std::int64_t taught(const float* row, std::size_t columns, const std::vector<double>& teacher) {
  const std::size_t classes = teacher.size() / columns;
  std::vector<double> scores(classes);
  for (std::size_t i = 0; i < columns; ++i)
    for (std::size_t c = 0; c < classes; ++c) scores[c] += row[i] * teacher[i * classes + c];
  return classes == 1 ? (scores[0] > 0 ? 1 : 0)
                      : std::max_element(scores.begin(), scores.end()) - scores.begin();
}

// Uniform numbers, and the class that a linear map of the last `taught_by` columns tells.
void make_random(const Task& task, std::size_t first, std::size_t count, std::size_t taught_by,
                 std::vector<float>& x, std::vector<std::int64_t>& classes) {
  const std::size_t columns = x.size() / std::max<std::size_t>(count, 1);
  std::vector<double> teacher(taught_by * task.outputs());
  for (std::size_t i = 0; i < teacher.size(); ++i) teacher[i] = normal(kTeacher, i);
  for (std::size_t row = 0; row < count; ++row) {
    float* const numbers = &x[(row + 1) * columns - taught_by];
    for (std::size_t i = 0; i < taught_by; ++i) {
      const std::size_t at = (first + row) * taught_by + i;
      const bool zero = task.zeros > 0 && first == 0 && hashed(kZeros, at) < task.zeros;
      numbers[i] = zero ? 0 : static_cast<float>(uniform(kFeatures, at));
    }
    classes.push_back(taught(numbers, taught_by, teacher));
  }
}

// Numbers of categories in front of uniform numbers, which tell the class alone.
void make_table(const Task& task, std::size_t first, std::size_t count, std::vector<float>& x,
                std::vector<std::int64_t>& classes) {
  const nlohmann::json& tables = task.layers[0].at("values");
  const std::size_t columns = x.size() / std::max<std::size_t>(count, 1);
  make_random(task, first, count, columns - tables.size(), x, classes);
  for (std::size_t row = 0; row < count; ++row)
    for (std::size_t i = 0; i < tables.size(); ++i)
      x[row * columns + i] = static_cast<float>(std::floor(
          hashed(kZeros, (first + row) * tables.size() + i) * tables[i]["shape"][0].get<double>()));
}

// Sequences of tokens, of which each is one of eight that the one before it allows.
void make_tokens(const Task& task, std::size_t first, std::size_t count, std::vector<float>& x,
                 std::vector<std::int64_t>& classes) {
  const std::size_t length = task.input[0], kinds = task.outputs();
  for (std::size_t row = 0; row < count; ++row) {
    std::size_t token = 0;
    for (std::size_t i = 0; i <= length; ++i) {
      const auto drawn = static_cast<std::size_t>(
          hashed(kFeatures, (first + row) * (length + 1) + i) * static_cast<double>(kinds));
      token = i == 0 ? drawn : (5 * token + drawn % 8) % kinds;
      if (i < length) x[row * length + i] = static_cast<float>(token);
      if (i > 0) classes.push_back(static_cast<std::int64_t>(token));
    }
  }
}

}  // namespace

std::vector<NamedValues> named_values(const Task& task) {
  std::vector<NamedValues> result;
  for (std::size_t number = 0; number < task.layers.size(); ++number) {
    std::uint64_t array = kValues + 100 * number;
    for (const nlohmann::json& value :
         task.layers[number].value("values", nlohmann::json::array())) {
      const double deviation = value["deviation"], mean = value["mean"];
      NamedValues made{number, value["name"], {}};
      made.values.resize(size_of(value["shape"].get<std::vector<std::size_t>>()));
      for (std::size_t i = 0; i < made.values.size(); ++i)
        made.values[i] = normal(array, i) * deviation + mean;
      ++array;
      result.push_back(std::move(made));
    }
  }
  return result;
}

std::vector<Start> start(const Task& task, bool channels_first) {
  std::vector<Start> result;
  std::vector<std::size_t> image;  // that was flattened
  for (std::size_t number = 0; number < task.layers.size(); ++number) {
    const nlohmann::json& layer = task.layers[number];
    if (layer.contains("from")) image = layer["from"].get<std::vector<std::size_t>>();
    if (!layer.contains("units")) continue;
    result.push_back(start_of(layer, number));
    if (channels_first && !image.empty())
      result.back().weight = with_channels_first(result.back().weight, image);
    image.clear();
  }
  return result;
}

ConvolutionArrays::ConvolutionArrays(const Task& task)
    : images_shape{task.batch, task.input[0], task.input[1], task.input[2]},
      weights_shape(task.layers[0]["shape"].get<std::vector<std::size_t>>()),
      gradient_shape{task.batch, task.input[0], task.input[1], weights_shape[3]},
      images(uniform_array(kFeatures, size_of(images_shape))),
      weights(uniform_array(kFeatures + 1, size_of(weights_shape))),
      gradient(uniform_array(kFeatures + 2, size_of(gradient_shape))) {}

Examples32::Examples32(const Task& task, std::size_t wanted)
    : rows(std::min(wanted, task.rows)),
      columns(size_of(task.input)),
      test_rows(test_rows_of(task)) {
  if (task.data == "mnist") {
    read_mnist(*this);
    return;
  }
  x.resize(rows * columns);
  test_x.resize(test_rows * columns);
  if (task.data == "tokens") positions = columns;
  const auto make = [&](std::size_t first, std::size_t count, std::vector<float>& to,
                        std::vector<std::int64_t>& answers) {
    if (task.data == "tokens")
      make_tokens(task, first, count, to, answers);
    else if (task.data == "table")
      make_table(task, first, count, to, answers);
    else
      make_random(task, first, count, columns, to, answers);
  };
  make(0, rows, x, classes);
  make(task.rows, test_rows, test_x, test_classes);  // they follow those of the whole epoch
}

}  // namespace lithe::bench
